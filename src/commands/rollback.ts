import { effective } from '../core/decide.ts'
import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Event, Why } from '../core/event.ts'
import type { Plan } from '../core/plan.ts'
import { phaseOf, retreat, type Destination, type Scope } from '../core/retreat.ts'
import type { State } from '../core/state.ts'
import { changesBetween, summarize, type Change } from '../core/summary.ts'
import { parseExposure } from '../core/units.ts'
import { byHand } from '../engine/apply.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { findDrift, finish, intend } from '../engine/tick.ts'
import type { Writer } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderRollback } from '../views/rollback.ts'
import { digestOf } from './digest.ts'
import { flag, signature, text, type Input } from './input.ts'
import { loadPlan, openEngine, openRollout } from './project.ts'

/**
 * Takes the change back and latches. Works from the frozen plan, whatever rollout.yaml says
 * now; without a journal, `--all` works from rollout.yaml alone.
 */
export default async function rollback(shell: Shell, input: Input): Promise<Outcome> {
  const scope = scopeOf(input)
  const writer = await openRollout(shell, input)
  if (!writer.state) await begin(shell, input, writer, scope)
  const state = stateOf({ writer })
  checkScope(state.plan, scope)
  const events: Event[] = []
  const engine = await openEngine(shell, input, writer, state.plan, (event) => events.push(event))
  const to = await destinationOf(engine, state, scope, input)
  const changes = changesBetween(state.plan, state.intent?.exposures ?? state.exposures, to?.exposures ?? state.exposures)
  if (flag(input, 'dryRun')) return report(shell, input, engine, changes, 'dry run')

  if (to) {
    const why: Why = { code: 'operator', text: text(input, 'reason') ?? 'rolled back by an operator' }
    const moving = { do: 'rollback', to, why } as const
    await insist(async () => intend(engine, moving, signature(shell, input)))
    if (state.controller) shell.end(state.controller)
    const { applied } = await finish(engine, moving)
    if (applied === 'superseded') await finish(engine, moving)
  } else if (state.intent) await finish(engine, { do: 'finish', why: state.intent.why })
  return report(shell, input, engine, changes, to || state.intent ? 'moved' : 'nothing to do')
}

/** A rollback that loses the race for a number tries again: it may not lose to a routine event. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (thrown) {
      if (attempt === 50 || !(thrown instanceof RolloutError) || thrown.code !== 'conflict') throw thrown
    }
  }
}

function scopeOf(input: Input): Scope | undefined {
  const given = [input.args.length > 0, input.options['phase'] !== undefined, input.options['to'] !== undefined, flag(input, 'all')]
  if (given.filter(Boolean).length > 1)
    throw new RolloutError('usage', {
      message: 'TOGGLE, --phase, --to and --all exclude each other',
      hint: 'give one of them, or none for the phase under way',
    })
  if (input.args.length > 0) return { is: 'toggles', toggles: input.args }
  if (flag(input, 'all')) return { is: 'all' }
  const phase = text(input, 'phase')
  if (phase !== undefined) return { is: 'phase', phase }
  const written = text(input, 'to')
  if (written === undefined) return undefined
  const to = parseExposure(written)
  if (to === undefined)
    throw new RolloutError('usage', {
      message: `--to ${written} is not an exposure`,
      hint: 'write 5% or 0.1%: a bare number could be either',
    })
  return { is: 'to', to }
}

function checkScope(plan: Plan, scope: Scope | undefined): void {
  if (scope?.is === 'phase' && scope.phase !== undefined && !plan.phases.some(({ id }) => id === scope.phase)) {
    throw new RolloutError('usage', {
      message: `there is no phase "${scope.phase}"`,
      hint: `one of ${plan.phases.map(({ id }) => id).join(', ')}`,
    })
  }
  const unknown = scope?.is === 'toggles' ? scope.toggles.find((name) => !plan.toggles[name]) : undefined
  if (unknown !== undefined)
    throw new RolloutError('usage', { message: `there is no toggle "${unknown}"`, hint: 'rollout toggles lists them' })
}

/** Where it leads; undefined when everything already is there and every target says so. */
async function destinationOf(engine: Engine, state: State, scope: Scope | undefined, input: Input): Promise<Destination | undefined> {
  // A second plain `rollback` makes sure of the first one; it does not take back yet another phase.
  const again = scope === undefined && state.status === 'rolled back'
  const wanted: Scope = scope ?? { is: 'phase' }
  const to = again ? undefined : effective(state, wanted)
  if (to || (again && state.intent) || flag(input, 'dryRun')) return to
  const { drifts, unreadable } = await findDrift(engine, state)
  const held = again ? { cursor: state.cursor, exposures: state.exposures } : retreat(state, wanted)
  return drifts.length > 0 || unreadable.length > 0 || state.status !== 'rolled back' ? held : undefined
}

/** The journal is lost or never was: the defaults of rollout.yaml are all there is to go back to. */
async function begin(shell: Shell, input: Input, writer: Writer, scope: Scope | undefined): Promise<void> {
  if (scope?.is !== 'all') {
    throw new RolloutError('usage', {
      message: `there is no journal (${writer.journal.place}): what to go back to is not known`,
      hint: 'rollout rollback --all reverts every toggle to its default',
    })
  }
  const { plan, files } = await loadPlan(shell, input)
  const baseline = Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
  if (!flag(input, 'dryRun'))
    await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, signature(shell, input))
  else
    throw new RolloutError('usage', {
      message: 'without a journal there is nothing to compare with',
      hint: 'rollout rollback --all writes every default',
    })
}

function report(
  shell: Shell,
  input: Input,
  engine: Engine,
  changes: readonly Change[],
  did: 'moved' | 'nothing to do' | 'dry run',
): Outcome {
  const state = stateOf(engine)
  const left = did === 'dry run' ? [] : byHand(engine, state)
  if (flag(input, 'json')) writeJson({ ...summarize(state, shell.clock.now()), changes, byHand: left }, shell.out)
  else shell.out.write(renderRollback({ did, changes, state, left, phase: state.plan.phases[phaseOf(state)]?.id ?? '' }, shell.out))
  return left.length > 0 ? 'partial' : 'done'
}
