import type { Duration } from '../core/values/units.ts'

const HOUR: Duration = 3_600_000

/** Says yes so many times within an hour. */
export interface Quota {
  /** `now` is a reading of the monotonic clock. */
  take(now: Duration): boolean
}

/** Opens a quota of `most` an hour: what flaps must not make the journal grow with every poll. */
export function openQuota(most: number): Quota {
  let taken: readonly Duration[] = []
  return {
    take: (now) => {
      taken = taken.filter((at) => now - at < HOUR)
      if (taken.length >= most) return false
      taken = [...taken, now]
      return true
    },
  }
}
