import { defined } from '../core/values/defined.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/plan/environment.ts'
import { defaultsOf, type Plan } from '../core/plan/plan.ts'
import type { Clock } from '../core/ports.ts'
import { TOMBSTONE } from '../core/toggle/mark.ts'
import { backoff, retry, WRITE_ATTEMPTS } from './retry.ts'
import { tryWriting } from './write-verified.ts'

/** What came of one target; without an error it holds every default and says so. */
export interface Broken {
  readonly target: string
  readonly error?: string
  /** What to type to do the same by hand. */
  readonly lines: readonly string[]
}

/**
 * Writes every toggle's default to every target, without a journal. Where a target can hold an epoch it gets one that
 * no controller's intent is newer than, in the name of the rollout: until a rollback to the defaults is in its journal,
 * nothing undoes it, and the rollouts of others go on.
 */
export async function breakGlass(
  plan: Plan,
  targets: readonly OpenTarget[],
  world: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly Broken[]> {
  const { name, environment: where } = plan
  const identity = defined({ name, environment: where, lineage: '' })
  return Promise.all(
    targets.map(async (target) => {
      const words = environment(plan, target.name, { exposures: defaultsOf(plan), baseline: defaultsOf(plan) })
      const lines = target.byHand(words, { epoch: TOMBSTONE })
      const error = await retry(
        world,
        async () => tryWriting(target, words, { identity, epoch: TOMBSTONE, over: [], isNews: true }, world),
        (failed, attempt) => (failed === undefined || attempt === WRITE_ATTEMPTS ? undefined : backoff(attempt)),
      )
      if (error !== undefined) world.signal.throwIfAborted()
      return defined({ target: target.name, lines, error })
    }),
  )
}
