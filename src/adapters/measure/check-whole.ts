import { z } from 'zod'
import { Unreadable } from '../../core/values/reading.ts'

/** By what an answer of a Prometheus-like API says that something is missing in it. */
export const partial = {
  isPartial: z.boolean().nullish(),
  warnings: z.array(z.string()).nullish(),
}

interface Partial {
  readonly isPartial?: boolean | null | undefined
  readonly warnings?: readonly string[] | null | undefined
}

/**
 * Throws `Unreadable` when an answer says that something is missing in it: `isPartial` of VictoriaMetrics, and `warnings` of
 * Thanos, M3 and of a Prometheus that reads from another one. What Prometheus remarks about a query is no such warning:
 * its annotations begin with these words, and `infos` holds nothing else (prometheus/util/annotations/annotations.go).
 */
export function checkWhole({ isPartial, warnings }: Partial): void {
  const warning = warnings?.find((each) => !/^PromQL (?:warning|info):/.test(each))
  if (warning !== undefined) throw new Unreadable('partial', `the answer is incomplete, as it says itself: ${warning}`)
  if (isPartial === true) throw new Unreadable('partial', 'the answer is incomplete, as it says itself (isPartial)')
}
