import { RolloutError } from '../core/values/errors.ts'
import type { Controller } from '../core/journal/event.ts'
import { isSameLease } from '../core/journal/lease.ts'
import type { Lease } from '../core/journal/store.ts'
import type { Duration } from '../core/values/units.ts'
import type { Engine } from './engine.ts'

/** How long a controller that has died keeps others waiting. */
const TTL: Duration = 20_000
/** A lease is renewed this often. */
export const RENEW: Duration = 5000

/** Which of several controllers watches: the others stand by. Safety does not depend on it, so it never fails. */
export interface Leader {
  /** Takes or renews the lease; the one of somebody else, if that runs. */
  other(): Promise<Lease | undefined>
  /** Gives it up, so that a controller that stands by need not wait. */
  drop(): Promise<void>
}

export interface LeaderOptions {
  readonly controller: Controller
  /** Whether another controller still runs; undefined when it cannot be told from here. */
  readonly alive: (controller: Controller) => boolean | undefined
}

export function openLeader({ writer, clock }: Pick<Engine, 'writer' | 'clock'>, { controller, alive }: LeaderOptions): Leader {
  const { journal } = writer
  let held: Lease | undefined
  return {
    other: async () => {
      const mine = held ?? { holder: controller, since: clock.now() }
      let running = await orElse(mine, journal.takeLease(mine, TTL))
      if (!isSameLease(running, mine) && alive(running.holder) === false)
        running = await orElse(mine, journal.takeLease(mine, TTL, running))
      held = isSameLease(running, mine) ? mine : undefined
      return held ? undefined : running
    },
    drop: async () => {
      if (held) await orElse(undefined, journal.dropLease(held))
    },
  }
}

/** Falls back where the store cannot be reached: there is nobody to stand by for, and the turn itself says so. */
async function orElse<Value>(fallback: Value, asked: Promise<Value>): Promise<Value> {
  try {
    return await asked
  } catch (thrown) {
    if (thrown instanceof RolloutError) return fallback
    throw thrown
  }
}
