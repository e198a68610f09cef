import type { Why } from '../core/journal/event.ts'
import type { State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { retry, retryOnConflict } from './retry.ts'
import { findDrift, formatUnreadable } from './drift.ts'
import { finishAll, intend, record, type Turn } from './move.ts'

/** How often what was written late is put right before a person is asked. */
const ROUNDS = 3
/** How often a target is read that does not answer, and how long it is left alone in between. */
const LOOKS = 3
const BETWEEN: Duration = 1000

/**
 * Looks once more at what was taken back. Where a target cannot refuse an older number and a request may be under way
 * that nobody has heard of, it waits until that must have landed; `others` are looked at without waiting. What differs
 * or cannot be seen is taken back once more. What was resumed meanwhile is paused instead: the person who resumed it
 * believes that everything was taken back.
 */
export async function settle(engine: Engine, settling: (wait: Duration) => void, others: readonly string[] = []): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = stateOf(engine)
    if (!isTakenBack(before)) return
    const unsettled = engine.targets.filter(({ name, settle: wait }) => wait > 0 && before.unsettled.includes(name))
    const looked = [...new Set([...unsettled.map(({ name }) => name), ...others])]
    if (looked.length === 0) return
    if (unsettled.length > 0) {
      const wait = Math.max(...unsettled.map((target) => target.settle))
      settling(wait)
      await engine.clock.sleep(wait, engine.signal)
      await engine.writer.refresh()
    }
    const late = await findLate(engine, stateOf(engine), looked)
    if (!late) return
    const why: Why = { code: 'drift', text: late.text }
    await retryOnConflict(async () => {
      const now = stateOf(engine)
      if (now.epoch !== before.epoch) return
      const move = now.status === 'paused' ? 'step-back' : 'rollback'
      if (isTakenBack(now)) await intend(engine, { do: move, to: now, why, others: late.targets }, engine.signature)
      else if (now.status === 'running') await record(engine, { type: 'paused', why })
    })
    await finishAll(engine)
  }
}

interface Late {
  readonly targets: readonly string[]
  /** The fault at the first of them. */
  readonly text: string
}

/**
 * The targets that may have been written late, and those that cannot be seen; undefined when all hold what they should.
 */
async function findLate(engine: Engine, state: State, names: readonly string[]): Promise<Late | undefined> {
  const { drifts, unreadable } = await retry(
    engine,
    async () => findDrift(engine, state, names),
    (seen, look) => (seen.drifts.length > 0 || seen.unreadable.length === 0 || look === LOOKS ? undefined : BETWEEN),
  )
  const targets = [...new Set([...drifts, ...unreadable].map(({ target }) => target))]
  const [[late], [blind]] = [drifts, unreadable]
  if (late) return { targets, text: `${late.target} was written late, after it was taken back` }
  return blind && { targets, text: `whether it was written late cannot be seen: ${formatUnreadable(blind)}` }
}

/** Settles after a turn that has taken something back, or has finished what somebody else began to take back. */
export async function settleAfter(engine: Engine, { state, applied }: Turn): Promise<void> {
  const isRetreat = state.stopped?.seq === state.epoch
  if (applied === 'arrived' && isRetreat) await settle(engine, () => undefined)
}

/** At rest after a rollback or a step back. */
function isTakenBack({ status, intent }: State): boolean {
  return (status === 'rolled back' || status === 'paused') && !intent
}
