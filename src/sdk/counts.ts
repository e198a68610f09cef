/** Counts of one toggle with one answer. */
export interface SideCounts {
  evaluations: number
  /** As they were when it was last read, and when that was, in milliseconds since the epoch; 0 is never. */
  evaluationsRead: number
  askedAt: number
  readonly outcomes: Record<CallOutcome, number>
  readonly calls: Durations
}

/** Calls of both ways that were compared. */
export interface ComparedCounts {
  readonly outcomes: Record<ComparedOutcome, number>
  /** Calls that were to be compared, and were not: too many were under way. */
  skipped: number
  readonly old: Durations
  readonly new: Durations
}

/** How long something took. */
export interface Durations {
  /** Of all together. */
  seconds: number
  /** By the bucket they fall in, the last one beyond all bounds. */
  readonly buckets: number[]
}

/** `same`, `different`: what both gave. `error`: the new way failed where the old one did not. `timeout`: it took too long. */
export type ComparedOutcome = 'same' | 'different' | 'error' | 'timeout'

export interface ToggleCounts {
  readonly toggle: string
  /** Absent until something is compared. */
  compared: ComparedCounts | undefined
  readonly on: SideCounts
  readonly off: SideCounts
  /** Whether anything was ever measured: only then there are outcomes to show. */
  isMeasured: boolean
}

export type CallOutcome = 'ok' | 'error' | 'timeout'

/** Returns counts at nothing, for so many bounds. */
export function emptySide(bounds: readonly number[]): SideCounts {
  return {
    evaluations: 0,
    evaluationsRead: 0,
    askedAt: 0,
    outcomes: { ok: 0, error: 0, timeout: 0 },
    calls: emptyDurations(bounds),
  }
}

/** Returns counts of comparisons at nothing, for so many bounds. */
export function emptyCompared(bounds: readonly number[]): ComparedCounts {
  const outcomes = { same: 0, different: 0, error: 0, timeout: 0 }
  return { outcomes, skipped: 0, old: emptyDurations(bounds), new: emptyDurations(bounds) }
}

/** Adds one duration. A clock that was set back, or is no number, must not spoil the sum for ever. */
export function addDuration(durations: Durations, took: number, bounds: readonly number[]): void {
  const seconds = took > 0 ? took : 0
  durations.seconds += seconds
  const nth = bounds.findIndex((bound) => seconds <= bound)
  const at = nth === -1 ? bounds.length : nth
  durations.buckets[at] = (durations.buckets[at] ?? 0) + 1
}

function emptyDurations(bounds: readonly number[]): Durations {
  return { seconds: 0, buckets: Array.from({ length: bounds.length + 1 }, () => 0) }
}

/** Notes when it was last asked, to the nearest reading: a clock for every evaluation would cost more than that. */
export function noteAsked(side: SideCounts, now: number): void {
  if (side.evaluations === side.evaluationsRead) return
  side.evaluationsRead = side.evaluations
  side.askedAt = now
}
