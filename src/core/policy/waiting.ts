import type { Failure } from '../values/failure.ts'
import { commandFor, type ToDo } from './approval.ts'
import type { Decision } from './decide.ts'
import type { Gate, GateName } from './gates.ts'
import type { Situation } from './situation.ts'
import { defined } from '../values/defined.ts'
import { isEnded, unconfirmed, type State } from '../journal/state.ts'
import type { Duration, Instant } from '../values/units.ts'

/** One thing that a rollout waits for before it goes on. */
export interface Waiting {
  /** A gate; `target`: one that has not confirmed or cannot be read; `turn`: one that did not end; `resume`: a person. */
  readonly name: GateName | 'target' | 'turn' | 'resume'
  /** The measurement beside what is needed, or the fault. */
  readonly text: string
  readonly since: Instant
  /** Watched time until it may be over, when that can be foretold. */
  readonly opensIn?: Duration
  /** What people can do about it. */
  readonly missing?: readonly ToDo[]
}

/**
 * Returns everything that a rollout waits for, what comes first in the way first: targets of an unfinished move, a person
 * where it is stopped, what turns fail on, a warning that is given time, gates. Empty where it is over, or goes on with
 * the next turn.
 */
export function waitsFor({ state, gates }: Pick<Situation, 'state' | 'gates'>, decision: Decision): readonly Waiting[] {
  if (isEnded(state)) return []
  const stops = [...targetsLeft(state), ...personAskedFor(state), ...obstacles(state)]
  if (state.status !== 'running' || state.intent) return stops
  const warnings = warned(state, decision)
  return [...stops, ...warnings, ...closed(state, gates).filter(({ name }) => warnings.length === 0 || name !== 'metrics')]
}

function targetsLeft({ intent }: State): readonly Waiting[] {
  return unconfirmed(intent).map((target) => {
    const progress = intent?.targets[target]
    const { error, hint }: Failure = progress?.is === 'refused' ? progress : { error: 'not confirmed yet' }
    return defined({
      name: 'target',
      text: `${target}: ${error}`,
      since: intent?.at ?? 0,
      missing: hint === undefined ? hint : [{ text: hint }],
    })
  })
}

function personAskedFor({ status, stopped, plan }: State): readonly Waiting[] {
  if ((status !== 'paused' && status !== 'rolled back') || !stopped) return []
  const missing = [{ text: 'somebody who looks at it and goes on', command: commandFor(plan, 'resume --reason "…"') }]
  return [{ name: 'resume', text: `resume (${status}: ${stopped.why.text})`, since: stopped.at, missing }]
}

function helping(hint: string | undefined): readonly ToDo[] | undefined {
  return hint === undefined ? hint : [{ text: hint }]
}

function obstacles({ blocked = [], plan, status }: State): readonly Waiting[] {
  const back = [{ text: 'put back by hand it goes on; or take the change back', command: commandFor(plan, 'rollback --reason "…"') }]
  return blocked.map(({ name, text, since, hint }) =>
    defined({ name, text, since, missing: name === 'drift' && status === 'running' ? back : helping(hint) }),
  )
}

/** A metric that is given time says more than its gate: when it pauses. */
function warned(state: State, decision: Decision): readonly Waiting[] {
  if (decision.do !== 'hold' || decision.why.metric === undefined) return []
  return [{ name: 'metrics', text: decision.why.text, since: stepSince(state) }]
}

/** A gate is waited for since the step was reached, or the rollout was resumed. */
function stepSince({ arrivedAt, decidedAt }: State): Instant {
  return Math.max(arrivedAt, decidedAt)
}

function closed(state: State, gates: readonly Gate[]): readonly Waiting[] {
  const since = stepSince(state)
  return gates.flatMap(({ name, open, text, opensIn, missing }) => (open ? [] : [defined({ name, text, since, opensIn, missing })]))
}
