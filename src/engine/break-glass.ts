import type { Failure } from '../core/values/failure.ts'
import { defined } from '../core/values/defined.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/plan/environment.ts'
import { defaultsOf, type Plan } from '../core/plan/plan.ts'
import type { Clock } from '../core/ports.ts'
import { TOMBSTONE } from '../core/toggle/mark.ts'
import { backoff, retry, WRITE_ATTEMPTS } from './retry.ts'
import { tryWriting } from './write-verified.ts'

/** What came of one target; without an error it holds every default and says so. */
export interface Broken extends Partial<Failure> {
  readonly target: string
  /** What to type to do the same by hand. */
  readonly lines: readonly string[]
}

/** A break-glass while it goes. */
export interface BreakingGlass {
  /** Returns the targets that have not come to an end. */
  readonly left: () => readonly Broken[]
  readonly ended: Promise<readonly Broken[]>
}

/**
 * Writes every toggle's default to every target, without a journal. Where a target can hold an epoch it gets one that
 * no controller's intent is newer than, in the name of the rollout: until a rollback to the defaults is in its journal,
 * nothing undoes it, and the rollouts of others go on.
 */
export function breakGlass(
  plan: Plan,
  targets: readonly OpenTarget[],
  world: { readonly clock: Clock; readonly signal: AbortSignal },
): BreakingGlass {
  const { name, environment: where } = plan
  const identity = defined({ name, environment: where, lineage: '' })
  const all = targets.map((target) => {
    const words = environment(plan, target.name, { exposures: defaultsOf(plan), baseline: defaultsOf(plan) })
    return { target, words, lines: target.byHand(words, { epoch: TOMBSTONE }) }
  })
  const left = new Set(all)
  const write = async (each: (typeof all)[number]): Promise<Broken> => {
    const failure = await retry(
      world,
      async () => tryWriting(each.target, each.words, { identity, epoch: TOMBSTONE, over: [], isNews: true }, world),
      (failed, attempt) => (failed === undefined || attempt === WRITE_ATTEMPTS ? undefined : backoff(attempt)),
    )
    if (failure !== undefined) world.signal.throwIfAborted()
    left.delete(each)
    return { target: each.target.name, lines: each.lines, ...failure }
  }
  return {
    left: () => [...left].map(({ target, lines }) => ({ target: target.name, lines })),
    ended: Promise.all(all.map(write)),
  }
}
