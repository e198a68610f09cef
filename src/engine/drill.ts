import { joinFew } from '../core/values/join-few.ts'
import { hasCode, RolloutError } from '../core/values/errors.ts'
import { confirmedBy, type Drill, type Event, type Why } from '../core/journal/event.ts'
import { effectiveRetreat } from '../core/policy/destination.ts'
import type { ContingencyScope } from '../core/values/risk.ts'
import type { State } from '../core/journal/state.ts'
import { formatInstant, type Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { openLeader, type LeaderOptions } from './leader.ts'
import { rollBack } from './rollback.ts'
import { findDrift, formatUnreadable } from './drift.ts'
import { move, record } from './move.ts'
import { formatDrift } from '../core/plan/environment.ts'
import type { Signature } from './writer.ts'

export interface Drilling {
  readonly contingency: { readonly id: string; readonly scope: ContingencyScope }
  readonly signature: Signature
  readonly leading: LeaderOptions
  readonly settling: (wait: Duration) => void
}

/**
 * Rehearses a contingency for real: rolls back, measures, resumes, and puts back what was there. Every part of it is an
 * event as any other, so a crash anywhere leaves what a rollback, a resume or a step leaves. What was not confirmed is
 * not put back: it stays rolled back, for a person to look at. Throws `conflict`, `notYet` or `unreachable` before
 * anything was touched.
 */
export async function drill(engine: Engine, drilling: Drilling): Promise<Drill> {
  const leader = openLeader(engine, drilling.leading)
  const other = await leader.other()
  if (other) throw watched(`${other.holder.host} pid ${other.holder.pid} has been watching since ${formatInstant(other.since)}`)
  try {
    const before = stateOf(engine)
    await checkQuiet(engine, before, drilling)
    const result = await backAndForth(engine, before, drilling)
    await record(engine, { type: 'drilled', ...result }, drilling.signature)
    return result
  } finally {
    await leader.drop()
  }
}

async function checkQuiet(engine: Engine, state: State, { contingency }: Drilling): Promise<void> {
  if (state.intent)
    throw new RolloutError('conflict', {
      message: `a ${state.intent.move} is not finished yet`,
      hint: 'rollout run or rollout rollback finishes it',
    })
  if (state.status !== 'running')
    throw new RolloutError('conflict', {
      message: `the rollout is ${state.status}: there is nothing a drill could put back`,
      hint: 'rollout resume',
    })
  if (!effectiveRetreat(state, contingency.scope))
    throw new RolloutError('notYet', {
      message: `${contingency.id} would take nothing back where the rollout is now`,
      hint: 'rollout advance first',
    })
  const { drifts, unreadable } = await findDrift(engine, state)
  if (unreadable.length > 0)
    throw new RolloutError('unreachable', {
      message: `nothing was touched: ${joinFew(unreadable.map(formatUnreadable), '; ')}`,
      hint: 'rollout doctor looks closer',
    })
  const [first] = drifts
  if (first)
    throw new RolloutError('conflict', {
      message: `${formatDrift(first)}: it could not be put back as it was`,
      hint: 'rollout status shows what differs',
    })
}

async function backAndForth(engine: Engine, before: State, { contingency, signature, settling }: Drilling): Promise<Drill> {
  const { id, scope } = contingency
  const times = timing(engine)
  engine.writer.follow(times.tell)
  const why: Why = { code: 'operator', text: `drill of ${id}`, contingency: id }
  await rollBack(engine, { scope, why, signature, end: async () => false, settling })
  const measured = { contingency: id, ...times.measured() }
  const failed = (problem: string): Drill => ({ ...measured, passed: false, problem })
  const { intent, epoch } = stateOf(engine)
  if (intent) return failed(`not confirmed: ${unconfirmed(intent.targets)}; it stays rolled back`)
  if (epoch !== engine.writer.made) return failed('somebody else acted meanwhile; nothing was put back')
  try {
    await record(engine, { type: 'resumed' }, signature)
    const back = { cursor: before.cursor, exposures: before.exposures }
    const { applied, state } = await move(engine, { do: 'advance', to: back, why: { ...why, text: `drill of ${id}: put back` } }, signature)
    if (applied === 'arrived' && state.missing.length === 0) return { ...measured, passed: true }
    if (applied === 'arrived') return failed(`rolled back, but not put back on ${state.missing.join(', ')}`)
    return failed(
      state.intent ? `rolled back, but not put back: ${unconfirmed(state.intent.targets)}` : 'somebody else acted before it was put back',
    )
  } catch (thrown) {
    if (!hasCode(thrown, 'conflict')) throw thrown
    return failed(`rolled back, but not put back: ${thrown.message}`)
  }
}

/** When the newest rollback was made durable, and when which target confirmed it, on the monotonic clock. */
function timing({ clock }: Engine) {
  let [seq, began, took] = [0, 0, 0]
  let targets: Record<string, Duration> = {}
  return {
    tell: (event: Event): void => {
      const now = clock.monotonic()
      if (event.type === 'intended' && event.move === 'rollback') {
        // A target that was written late is taken back once more: that belongs to the time it took.
        if (seq === 0) began = now
        ;[seq, targets] = [event.seq, {}]
      } else if (event.type === 'applied' && event.intent === seq) {
        const times = confirmedBy(event).map((target) => [target, now - began] as const)
        targets = { ...targets, ...Object.fromEntries(times) }
      } else if (event.type === 'arrived' && event.intent === seq) took = now - began
    },
    measured: () => ({ took: took === 0 ? clock.monotonic() - began : took, targets }),
  }
}

function unconfirmed(targets: NonNullable<State['intent']>['targets']): string {
  return Object.entries(targets)
    .flatMap(([name, progress]) => (progress.is === 'applied' ? [] : [progress.is === 'refused' ? `${name}: ${progress.error}` : name]))
    .join('; ')
}

function watched(message: string): RolloutError {
  return new RolloutError('conflict', { message, hint: 'end that run first: it would take the drill for a rollback' })
}
