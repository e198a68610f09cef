import { isEnded, type State } from '../core/journal/state.ts'
import { RolloutError, type Outcome } from '../core/values/errors.ts'
import { joinFew } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { renderEvery, type OfOne } from '../views/every.ts'
import { addressIn, planFilesIn } from './plan-files.ts'
import { rolloutsIn, type FoundRollout } from './rollouts.ts'
import type { Everywhere, Session, VerbAnswer } from './session.ts'
import { isStoreBeside, openPlanStore } from './store.ts'
import { tell } from './tell.ts'

/** One rollout of the store, in a session of its own. */
export interface OneOfMany<Options extends Everywhere> {
  readonly session: Session<Options>
  readonly state: State
  /** Its plan file is in this folder: its targets resolve to where they are meant. */
  readonly isHere: boolean
}

/** What came of one. */
export type Done = Pick<OfOne, 'outcome' | 'text'> & { readonly value: object }

/**
 * Carries out a verb on every rollout of the store that is under way, side by side, or on those that write to one of these
 * targets. One that fails keeps none of the others from it; the answer is partial then.
 */
export async function onEvery<Options extends Everywhere>(
  session: Session<Options>,
  targets: readonly string[],
  work: (one: OneOfMany<Options>) => Promise<Done>,
): Promise<VerbAnswer> {
  const found = await rolloutsIn(await openPlanStore(session))
  checkMeant(found, targets)
  const files = planFilesIn(session)
  const begun: Session[] = []
  const done = await Promise.all(
    found.map(async (each) => {
      if ('problem' in each) return [failed(each.name, each.problem)]
      const { name, state } = each
      if (!isUnderWay(each) || !writesTo(state, targets)) return []
      const file = files.get(state.plan.name)
      const own = openOne(session, { name, state, file })
      if (isHeld(session, file)) begun.push(own)
      try {
        const { outcome, text, value } = await work({ session: own, state, isHere: file !== undefined })
        return [{ name, outcome, text, value: { journal: name, outcome, ...value } }]
      } catch (thrown) {
        return [failed(name, thrown)]
      }
    }),
  )
  const rows = done.flat()
  return {
    outcome: outcomeOf(rows),
    kind: 'every',
    value: { rollouts: rows.map(({ value }) => value) },
    text: (out) => renderEvery(rows, out),
    afterwards: async () => void (await Promise.all(begun.map(tell))),
  }
}

/** Nothing of what was meant is taken for nothing to do: the folder or the name may be wrong. Throws `usage`. */
function checkMeant(found: readonly FoundRollout[], targets: readonly string[]): void {
  if (found.length === 0) {
    const hint = '-f names the folder of a plan, ROLLOUT_STATE a store'
    throw new RolloutError('usage', { message: 'no rollout has begun here: nothing was done', hint })
  }
  const states = found.flatMap((each) => ('problem' in each || !isUnderWay(each) ? [] : [each.state]))
  const unknown = targets.find((target) => states.every((state) => !writesTo(state, [target])))
  if (unknown === undefined || found.some((each) => 'problem' in each)) return
  const known = [...new Set(states.flatMap(({ plan }) => Object.keys(plan.targets)))]
  const message = `no rollout under way writes to a target "${unknown}": nothing was done`
  throw new RolloutError('usage', { message, hint: known.length === 0 ? 'none is under way' : `one of ${joinFew(known)}` })
}

function isUnderWay(found: FoundRollout): boolean {
  return 'state' in found && !isEnded(found.state) && found.state.moved === undefined
}

function writesTo({ plan }: State, targets: readonly string[]): boolean {
  return targets.length === 0 || targets.some((target) => Object.hasOwn(plan.targets, target))
}

function outcomeOf(rows: readonly OfOne[]): Outcome {
  return rows.some(({ outcome }) => outcome !== 'done') ? 'partial' : 'done'
}

function failed(name: string, thrown: unknown): OfOne & { readonly value: object } {
  if (!(thrown instanceof RolloutError)) throw thrown
  const [{ message, hint } = { message: thrown.message }] = thrown.problems
  const text = hint === undefined ? message : `${message} (${hint})`
  return { name, outcome: thrown.code, text, value: { journal: name, outcome: thrown.code, problems: thrown.problems } }
}

/**
 * What it says meanwhile carries its name: several speak at once. In a store that is shared the places of a plan that is
 * not here are somewhere else: nothing of it is opened, and what is decided waits in its journal for whoever watches it.
 */
function openOne<Options extends Everywhere>(
  session: Session<Options>,
  { name, state, file }: { readonly name: string; readonly state: State; readonly file: string | undefined },
): Session<Options> {
  const { environment } = state.plan
  const options = { env: environment ?? '', ...(file !== undefined && { file }) }
  const own = session.reopen(options, { err: named(session.err, name) }, { journal: name, environment })
  return isHeld(session, file)
    ? own
    : { ...own, lender: { ...own.lender, standingOf: async () => 'not named', targetsNamed: async () => [] } }
}

/** Tells whether the places of a plan, and its channels, are those that its journal means: it is in this folder, or its journal is. */
function isHeld(session: Session, file: string | undefined): boolean {
  return file !== undefined || isStoreBeside(session)
}

function named(stream: Stream, name: string): Stream {
  // None of them draws a line that lives over what another has said.
  return { ...stream, tty: false, write: (text) => stream.write(text.replaceAll(/^(?=.)/gm, `${name} `)) }
}

/** Returns how one of many is addressed in a line to type: `-f pay.yaml -e staging`. */
export function addressOf({ session, state, isHere }: OneOfMany<Everywhere>): string {
  return addressIn(session, state.plan, isHere ? session.place.file : undefined)
}
