/** Counts of one toggle with one answer. */
export interface SideCounts {
  evaluations: number
  /** As they were when it was last read, and when that was, in milliseconds since the epoch; 0 is never. */
  evaluationsRead: number
  askedAt: number
  readonly outcomes: Record<CallOutcome, number>
  /** Seconds of all calls together. */
  seconds: number
  /** Calls by the bucket they fall in, the last one beyond all bounds. */
  readonly buckets: number[]
}

export interface ToggleCounts {
  readonly toggle: string
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
    seconds: 0,
    buckets: Array.from({ length: bounds.length + 1 }, () => 0),
  }
}

/** Notes when it was last asked, to the nearest reading: a clock for every evaluation would cost more than that. */
export function noteAsked(side: SideCounts, now: number): void {
  if (side.evaluations === side.evaluationsRead) return
  side.evaluationsRead = side.evaluations
  side.askedAt = now
}
