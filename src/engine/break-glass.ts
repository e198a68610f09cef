import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/plan/environment.ts'
import { messageOf } from '../core/values/errors.ts'
import { defaultsOf, type Plan } from '../core/plan/plan.ts'
import type { Clock } from '../core/ports.ts'
import { TOMBSTONE } from '../core/toggle/mark.ts'
import { writeVerified } from './write-verified.ts'

const ATTEMPTS = 4
const BACKOFF = 200

/** What came of one target; without an error it holds every default and says so. */
export interface Broken {
  readonly target: string
  readonly error?: string
  /** What to type to do the same by hand. */
  readonly lines: readonly string[]
}

/**
 * Every toggle to its default on every target, without a journal. Where a target can hold an epoch it gets one that no
 * controller's intent is newer than, in the name of the rollout: until a rollback to the defaults is in its journal, nothing
 * undoes it, and the rollouts of others go on.
 */
export async function breakGlass(
  plan: Plan,
  targets: readonly OpenTarget[],
  world: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly Broken[]> {
  const { name, environment: where } = plan
  const identity = { name, ...(where !== undefined && { environment: where }), lineage: '' }
  return Promise.all(
    targets.map(async (target) => {
      const words = environment(plan, target.name, { exposures: defaultsOf(plan), baseline: defaultsOf(plan) })
      const lines = target.byHand(words)
      for (let attempt = 1; ; attempt += 1) {
        try {
          await writeVerified(target, words, { identity, epoch: TOMBSTONE, over: [] }, world)
          return { target: target.name, lines }
        } catch (thrown) {
          world.signal.throwIfAborted()
          if (attempt === ATTEMPTS) return { target: target.name, error: messageOf(thrown), lines }
          await world.clock.sleep(BACKOFF * 2 ** (attempt - 1), world.signal)
        }
      }
    }),
  )
}
