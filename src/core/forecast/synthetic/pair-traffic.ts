import type { Latencies } from './latency.ts'

/** What one group did between two polls. */
export interface GroupTraffic {
  readonly total: number
  readonly bad: number
  readonly latency: Latencies
}

/** What both groups did between two polls. */
export interface PairTraffic {
  readonly on: GroupTraffic
  readonly off: GroupTraffic
  /** Failed requests that the release is to blame for, as expected. */
  readonly caused: number
  /** Something both groups depend on is broken. */
  readonly broken: boolean
  /** The source did not answer: nothing is seen of it, and later all at once. */
  readonly isSilent?: boolean
}

/** The time until the next poll, with the toggle on for this share (0–1) of the users. */
export type Traffic = (share: number) => PairTraffic

/** A group without users. */
export const NOBODY: GroupTraffic = { total: 0, bad: 0, latency: { total: 0, beyond: () => 0 } }

/** Returns what two groups did together, or one group at two times. */
export function together(one: GroupTraffic, other: GroupTraffic): GroupTraffic {
  // Most polls of a forecast are of a bake, when nobody is without the change.
  if (other.total === 0) return one
  const total = one.total + other.total
  return {
    total,
    bad: one.bad + other.bad,
    latency: { total, beyond: (nth) => one.latency.beyond(nth) + other.latency.beyond(nth) },
  }
}
