import { parseDuration, type Duration } from '../../core/values/units.ts'
import { withoutStrings } from './advise-query.ts'

/**
 * Returns how far back PromQL looks at most: its longest range (`[5m]`) and offset, and every subquery (`[1h:1m]`), which
 * looks over the ranges within it. 0 where it looks at now alone.
 */
export function rangeIn(query: string): Duration {
  const bare = withoutStrings(query)
  const all = (pattern: RegExp): readonly Duration[] => [...bare.matchAll(pattern)].map(([, written = '']) => durationOf(written))
  const ranges = all(/\[\s*([\da-z]+)\s*\]/g)
  const offsets = all(/\boffset\s+([\da-z]+)/gi)
  const subqueries = all(/\[\s*([\da-z]+)\s*:[^\]]*\]/g)
  return Math.max(0, ...ranges) + Math.max(0, ...offsets) + subqueries.reduce((sum, each) => sum + each, 0)
}

/** PromQL has years too, of 365 days. */
function durationOf(written: string): Duration {
  return parseDuration(written.replace(/^(\d+)y/, (_, years: string) => `${Number(years) * 365}d`)) ?? 0
}
