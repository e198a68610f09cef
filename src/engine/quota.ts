import type { Duration } from '../core/values/units.ts'

const HOUR: Duration = 3_600_000

/** Counts what was done within an hour. What was tried and failed is not done. */
export interface Quota {
  /** Whether there is room for one more. `now` is a reading of the monotonic clock. */
  isLeft(now: Duration): boolean
  /** Counts one that was done. */
  take(now: Duration): void
}

/** Opens a quota of `most` an hour: what flaps must not make the journal grow with every poll. */
export function openQuota(most: number): Quota {
  let taken: readonly Duration[] = []
  return {
    isLeft: (now) => {
      taken = taken.filter((at) => now - at < HOUR)
      return taken.length < most
    },
    take: (now) => {
      taken = [...taken, now]
    },
  }
}
