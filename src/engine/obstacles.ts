import { newObstacles, type Obstacle } from '../core/journal/obstacle.ts'
import { stateOf, type Engine } from './engine.ts'
import { openQuota } from './quota.ts'
import { retryOnConflict } from './retry.ts'

/** Of more obstacles an hour than this it is not kept that they come; that they go always is. */
const OBSTACLES_AN_HOUR = 10

/** Keeps in the journal what steps up fail on, so that everybody can be told. */
export interface Obstacles {
  /**
   * Makes durable what was found of the obstacles with these names, where that is news. `isCurrent` says whether it was
   * found of what the rollout is now.
   */
  note(names: readonly Obstacle['name'][], found: readonly Obstacle[], isCurrent?: () => boolean): Promise<void>
}

/** Opens the obstacles of one controller. */
export function openObstacles(engine: Engine): Obstacles {
  const quota = openQuota(OBSTACLES_AN_HOUR)
  return {
    note: async (names, found, isCurrent = () => true) =>
      retryOnConflict(async () => {
        const { blocked = [], intent } = stateOf(engine)
        // What is under way says itself which targets are left.
        if (!isCurrent() || (intent && found.length === 0)) return
        const by = [...blocked.filter(({ name }) => !names.includes(name)), ...found]
        const news = newObstacles(blocked, by)
        const isOver = newObstacles(by, blocked).length > 0
        if (news.length === 0 && !isOver) return
        if (news.length > 0 && !quota.isLeft(engine.clock.monotonic())) return
        const kept = by.map((each) => ({ name: each.name, ...(each.target !== undefined && { target: each.target }), text: each.text }))
        await engine.writer.append({ type: 'blocked', by: kept }, engine.signature)
        if (news.length > 0) quota.take(engine.clock.monotonic())
      }),
  }
}
