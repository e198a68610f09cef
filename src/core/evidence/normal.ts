import type { Group } from './likelihood.ts'

/** The normal rate of the toggle-off group of one stream, and what the group did lately. */
export interface Normal {
  /** Exponentially weighted sums (.98 a poll) of calm polls. */
  readonly total: number
  readonly bad: number
  /** The last polls, newest first. */
  readonly recent: readonly Group[]
}

export const UNKNOWN: Normal = { total: 0, bad: 0, recent: [] }

const MEMORY = 0.98
const WINDOW = 5
const TIMES = 3
const POINTS = 0.01

/**
 * Tells whether the toggle-off group is failing by itself, over the last poll or the last five: above three times its
 * own normal rate and at least one percentage point more, and by more than chance (4√μ + 1 above the expected count μ).
 */
export function isFailing(before: Normal, off: Group): boolean {
  if (before.total === 0) return false
  const rate = before.bad / before.total
  return [1, WINDOW].some((length) => {
    const polls = [off, ...before.recent].slice(0, length)
    const total = polls.reduce((sum, each) => sum + each.total, 0)
    const bad = polls.reduce((sum, each) => sum + each.bad, 0)
    const expected = total * rate
    return bad > total * Math.max(TIMES * rate, rate + POINTS) && bad > expected + 4 * Math.sqrt(expected) + 1
  })
}

/** Returns the normal after one more poll. It is only learned while nothing is wrong. */
export function remember({ total, bad, recent }: Normal, off: Group, calm: boolean): Normal {
  return {
    total: calm ? total * MEMORY + off.total : total,
    bad: calm ? bad * MEMORY + off.bad : bad,
    recent: [off, ...recent].slice(0, WINDOW - 1),
  }
}
