import type { Duration } from '../../core/values/units.ts'
import { parsePromql } from './parse-promql.ts'

/**
 * Returns how far back PromQL looks at most: a range (`[5m]`), the subqueries (`[1h:1m]`) and offsets around it together.
 * 0 where it looks at now alone; what is tied to one moment (`@ 1700000000`) comes no nearer by waiting, and counts for nothing.
 */
export function rangeIn(query: string): Duration {
  const { selections } = parsePromql(query)
  return Math.max(0, ...selections.flatMap(({ window, shift, isFixed }) => (isFixed ? [] : [window + shift])))
}
