import type { Histogram } from './buckets.ts'
import type { Group } from './likelihood.ts'

/** Why a poll of one metric says nothing. Absence is never zero, and never good news. */
export type GapReason =
  /** A group, or both, could not be read. */
  | 'unread'
  /** Read, but nobody used it: no request since the last poll. */
  | 'silent'
  /** Not counts: negative, not finite, or more bad than there were requests. */
  | 'impossible'
  /** A histogram whose buckets are not those the evidence began with. */
  | 'buckets'

export interface Gap {
  readonly reason: GapReason
  readonly group: 'on' | 'off' | 'both'
  readonly detail: string
  /** For how many polls in a row. */
  readonly polls: number
  /** Requests the silent toggle-on group should have had in them, by its share. */
  readonly expected: number
}

/** The readings of each group; undefined when a group was not read. */
export interface Read<Counts> {
  readonly on?: Counts | undefined
  readonly off?: Counts | undefined
}

/** Returns what makes these counts unusable, in words; undefined when they can be used. */
export function faultOf({ total, bad }: Group): string | undefined {
  if (!isCount(total) || !isCount(bad)) return `${bad} bad of ${total}`
  if (total < 0 || bad < 0) return `${bad} bad of ${total}: a count below zero`
  return bad > total ? `${bad} bad of ${total}` : undefined
}

/** Beyond this a float counts no more by one, and sums of it overflow. */
function isCount(count: number): boolean {
  return Math.abs(count) <= Number.MAX_SAFE_INTEGER
}

/** Returns what makes a histogram unusable, in words. It is cumulative: a greater bound never has fewer requests. */
export function faultOfHistogram(histogram: Histogram): string | undefined {
  const counts = Object.entries(histogram).map(([le, count]) => ({ le, bound: le === '+Inf' ? Infinity : Number(le || Number.NaN), count }))
  if (histogram['+Inf'] === undefined) return 'no +Inf bucket'
  let below = 0
  for (const { le, bound, count } of counts.toSorted((a, b) => a.bound - b.bound)) {
    if (Number.isNaN(bound) || !isCount(count) || count < below) return `${count} requests in bucket ${le}, ${below} below it`
    below = count
  }
  return undefined
}

/** Returns the gap after one more poll without readings: the one so far grows, or another begins. */
export function gap(before: Gap | undefined, reason: GapReason, group: Gap['group'], detail: string, expected = 0): Gap {
  const same = before?.reason === reason && before.group === group
  return { reason, group, detail, polls: (same ? before.polls : 0) + 1, expected: (same ? before.expected : 0) + expected }
}

/** Returns a gap of polls without a request in one group or both; undefined when both had some. */
export function silence(before: Gap | undefined, on: number, off: number, share: number): Gap | undefined {
  if (on > 0 && off > 0) return undefined
  if (on > 0) return gap(before, 'silent', 'off', 'no request with the toggle off')
  if (off > 0) return gap(before, 'silent', 'on', 'no request with the toggle on', (off * share) / (1 - share))
  return gap(before, 'silent', 'both', 'no request at all')
}
