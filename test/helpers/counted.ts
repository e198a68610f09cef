import { rampAt, type Comparison } from '../../src/core/judge/comparison.ts'
import { compare } from '../../src/core/judge/compare.ts'
import { beginAll, countAll, type Countings } from '../../src/core/judge/count-all.ts'
import { judge } from '../../src/core/judge/judge.ts'
import type { Standard } from '../../src/core/judge/single.ts'
import type { Track } from '../../src/core/judge/track.ts'
import type { Metric } from '../../src/core/plan/metric.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { NOW, plan } from './core.ts'

/** What is compared, and the counters it was counted from. */
export interface Compared {
  readonly comparison?: Comparison | undefined
  readonly counting?: Countings | undefined
}

/** One more poll at a cursor. */
export function compareNext(of: Plan, cursor: number, before: Compared, readings: { readonly [metric: string]: Reading }): Compared {
  const ramp = rampAt(of, cursor)
  const { counted, counting } = countAll(of, ramp, before.counting, readings, NOW)
  return { comparison: compare(ramp, before.comparison, counted, of.interval), counting }
}

/** The counters as a cursor is reached. */
export function arriveAt(of: Plan, cursor: number, before: Compared, readings: { readonly [metric: string]: Reading }): Compared {
  return { ...before, counting: beginAll(of, rampAt(of, cursor), before.counting, readings, NOW) }
}

/** A track, and the counters it was counted from. */
export interface Judged {
  readonly track?: Track
  readonly counting?: Countings | undefined
}

/** One more reading of a metric. */
export function judgeNext(
  of: Metric,
  before: Judged,
  reading: Reading,
  elapsed?: number,
  now = NOW,
  standard?: Standard,
  watched = Infinity,
): Judged & { readonly track: Track } {
  const { counted, counting } = countAll(plan({ metrics: { m: of } }), undefined, before.counting, { m: reading }, now)
  const seen = counted['m'] ?? { is: 'missing', reason: 'unreachable', detail: 'it was not counted' }
  return { track: judge(of, before.track, seen, { elapsed, watched }, standard), counting }
}
