import type { Why } from '../core/journal/event.ts'
import type { State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { retryOnConflict } from './retry.ts'
import { findDrift, finishAll, intend, record, type Turn } from './tick.ts'

/** How often what was written late is put right before a person is asked. */
const ROUNDS = 3
/** How often a target is read that does not answer, and how long it is left alone in between. */
const LOOKS = 3
const BETWEEN: Duration = 1000

/**
 * A target that cannot refuse an older epoch may be written late, by a request that was under way when its sender
 * ended. Waits until no such request can be left, looks, and takes back once more what differs or cannot be seen. What
 * was resumed meanwhile is paused instead: whoever resumed it believes that everything was taken back.
 */
export async function settle(engine: Engine, settling: (wait: Duration) => void): Promise<void> {
  const wait = Math.max(0, ...engine.targets.map((target) => target.settle))
  if (wait === 0) return
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = stateOf(engine)
    if (!isTakenBack(before)) return
    settling(wait)
    await engine.clock.sleep(wait, engine.signal)
    await engine.writer.refresh()
    const text = await findLate(engine, stateOf(engine))
    if (text === undefined) return
    const why: Why = { code: 'drift', text }
    await retryOnConflict(async () => {
      const now = stateOf(engine)
      if (now.epoch !== before.epoch || now.intent) return
      if (isTakenBack(now)) await intend(engine, { do: now.status === 'paused' ? 'step-back' : 'rollback', to: now, why }, engine.signature)
      else if (now.status === 'running') await record(engine, { type: 'paused', why })
    })
    await finishAll(engine)
  }
}

/** What is wrong at a target that may have been written late; undefined when all of them hold what they should. */
async function findLate(engine: Engine, state: State): Promise<string | undefined> {
  const targets = engine.targets.filter((target) => target.settle > 0)
  for (let look = 1; ; look += 1) {
    const { drifts, unreadable } = await findDrift({ ...engine, targets }, state)
    const [late] = drifts
    if (late) return `${late.target} was written late, after it was taken back`
    const [blind] = unreadable
    if (blind === undefined) return undefined
    if (look === LOOKS) return `whether it was written late cannot be seen: ${blind}`
    await engine.clock.sleep(BETWEEN, engine.signal)
  }
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
