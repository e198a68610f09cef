import type { Instant } from '../values/units.ts'

/**
 * Something a step up fails on that no gate measures: a target that somebody else changed (`drift`) or that cannot be read
 * (`target`), an approval whose signature proves nothing, a turn that did not end.
 */
export interface Obstacle {
  readonly name: 'drift' | 'target' | 'approval' | 'turn'
  /** The target, where it is about one. */
  readonly target?: string
  /** One sentence that names what it is about. */
  readonly text: string
  /** What helps, where that is known. */
  readonly hint?: string
}

/** An obstacle, and since when it is known. */
export type Blocked = Obstacle & { readonly since: Instant }

/** Returns the obstacles of `now` that were not there before. */
export function newObstacles(before: readonly Obstacle[] = [], now: readonly Obstacle[]): readonly Obstacle[] {
  return now.filter((each) => !before.some((other) => isSameObstacle(each, other)))
}

/**
 * Tells whether two obstacles are one. An error may be worded in another way at each attempt (a port, a time): that is no
 * news. Another word at a target is.
 */
export function isSameObstacle(one: Obstacle, other: Obstacle): boolean {
  return one.name === other.name && one.target === other.target && (one.name !== 'drift' || one.text === other.text)
}
