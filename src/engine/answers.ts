import type { OpenMetric } from '../adapters/open.ts'
import { answersAfter, useOf, type Answers, type Told } from '../core/judge/answers.ts'
import type { State } from '../core/journal/state.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { nextDestination } from '../core/policy/destination.ts'
import { takenAway } from '../core/policy/unused.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Duration } from '../core/values/units.ts'
import type { Engine } from './engine.ts'

/** A source remembers months of it: that is not asked for at every poll. */
const LONGEST_KEPT: Duration = 600_000

/** Asks every source once when toggles were last answered. What cannot be told is told as a problem, never thrown. */
export async function askSources(metrics: readonly OpenMetric[], signal: AbortSignal): Promise<readonly Told[]> {
  const sources = new Map(metrics.filter((each) => each.lastAnswered).map((each) => [each.asks?.url ?? each.name, each]))
  const asked = [...sources.values()].map(async ({ name: source, lastAnswered }): Promise<Told> => {
    try {
      return { source, rows: (await lastAnswered?.(signal)) ?? [] }
    } catch (thrown) {
      signal.throwIfAborted()
      return { source, problem: `does not tell when toggles were last asked: ${messageOf(thrown)}` }
    }
  })
  return Promise.all(asked)
}

/**
 * Resolves to who still uses what the next step takes away; undefined where nothing waits for that, or what was told before is
 * young enough.
 */
export async function askWhoUses(engine: Pick<Engine, 'metrics' | 'signal' | 'clock'>, state: State): Promise<Answers | undefined> {
  const { plan, watch } = state
  const destination = nextDestination(state)
  const next = destination && stepsOf(plan)[destination.cursor]
  const names = destination && next ? takenAway(state, next, destination) : []
  const unused = next?.unused ?? 0
  const before = watch?.answers
  const now = engine.clock.now()
  const kept = Math.max(plan.interval, Math.min(LONGEST_KEPT, unused / 10))
  const isYoung = before !== undefined && now >= before.at && now - before.at < kept
  if (names.length === 0 || (isYoung && names.every((name) => before.toggles[name]))) return undefined
  const told = await askSources(engine.metrics, engine.signal)
  const uses = names.map((name) => [name, useOf(plan.toggles[name]?.variable ?? name, told)] as const)
  return answersAfter(before, Object.fromEntries(uses), unused, now)
}
