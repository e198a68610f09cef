import type { Duration } from '../values/units.ts'
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
  /** For how many polls in a row, and for how long. */
  readonly polls: number
  readonly lasted: Duration
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

/** Returns the gap after one more poll without readings, which lasted so long: the one so far grows, or another begins. */
export function gap(before: Gap | undefined, now: Pick<Gap, 'reason' | 'group' | 'detail'>, lasted: Duration, expected = 0): Gap {
  const same = before?.reason === now.reason && before.group === now.group ? before : undefined
  return {
    ...now,
    polls: (same?.polls ?? 0) + 1,
    lasted: (same?.lasted ?? 0) + lasted,
    expected: (same?.expected ?? 0) + expected,
  }
}

/** Absence of one group for so long, in which it should have had so many requests, is no accident; one poll alone may be. */
const SILENT: Duration = 180_000
const SILENT_POLLS = 2
const SILENT_REQUESTS = 10

/** Tells whether what is missing has been for too long for an accident. */
export function isLost({ group, polls, lasted, expected }: Gap): boolean {
  return polls >= SILENT_POLLS && lasted >= SILENT && (group !== 'on' || expected >= SILENT_REQUESTS)
}
