import { exposureAt, isForward, stepsOf } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import type { Carried } from '../journal/event.ts'
import type { State } from '../journal/state.ts'
import type { Destination } from './destination.ts'

/** Where a rollout begins: what a rollback gives back, and how far a complete rollout before it has come already. */
export interface Beginning {
  readonly baseline: Exposures
  readonly reached?: Destination
  /** Marks of a journal that is lost, from where a person decided to go on. */
  readonly adopted?: readonly Carried[]
}

/**
 * Returns where a rollout of this plan begins, with what every toggle is now. A toggle that stands where a complete
 * rollout before left it keeps the baseline it had there: a rollback gives back what was before both.
 */
export function beginningOf(plan: Plan, held: Exposures, before: State | undefined): Beginning {
  const kept = Object.entries(plan.toggles).flatMap(([name, toggle]) => {
    const baseline = before?.baseline[name]
    if (before?.status !== 'complete' || baseline === undefined || before.exposures[name] !== held[name]) return []
    // What another kind moves the other way was not brought here by this plan.
    return isForward(toggle, baseline, held[name] ?? toggle.default) ? [[name, baseline] as const] : []
  })
  if (kept.length === 0) return { baseline: held }
  return behind(plan, held, { ...held, ...Object.fromEntries(kept) })
}

/**
 * Returns where a rollout begins that goes on from what the journal of these marks has left: at the step that was
 * reached. What there was before it the lost journal alone knew; of toggles that a step moves the default is what the
 * plan says of it.
 */
export function adopting(plan: Plan, held: Exposures, adopted: readonly Carried[]): Beginning {
  const moved = new Set(stepsOf(plan).flatMap(({ moves }) => moves))
  const lost = Object.entries(plan.toggles).flatMap(([name, toggle]) => {
    const isLost = moved.has(name) && adopted.some(({ target }) => toggle.targets.includes(target))
    // Where it has not gone forward from the default, that is not what it was before.
    return isLost && isForward(toggle, toggle.default, held[name] ?? toggle.default) ? [[name, toggle.default] as const] : []
  })
  return { ...behind(plan, held, { ...held, ...Object.fromEntries(lost) }), adopted }
}

function behind(plan: Plan, exposures: Exposures, baseline: Exposures): Beginning {
  return { baseline, reached: { cursor: stepsReached(plan, { baseline, exposures }) - 1, exposures } }
}

/** Tells whether every step of the plan is reached already: nothing is to be rolled out. */
export function isReached(plan: Plan, { baseline, reached }: Beginning): boolean {
  return stepsReached(plan, { baseline, exposures: reached?.exposures ?? baseline }) === stepsOf(plan).length
}

/** How many steps, from the first on, would move nothing. */
function stepsReached(plan: Plan, { baseline, exposures }: { readonly baseline: Exposures; readonly exposures: Exposures }): number {
  const steps = stepsOf(plan)
  const isShadow = (index: number): boolean => plan.phases[steps[index]?.phase ?? -1]?.shadows !== undefined
  const first = steps.findIndex(
    ({ moves, to, index }) =>
      // A shadow is over once its phase has begun: it leaves nothing to be found.
      !isShadow(index) &&
      moves.some((name) => {
        const toggle = plan.toggles[name]
        if (!toggle) return false
        const before = baseline[name] ?? toggle.default
        return isForward(toggle, exposures[name] ?? toggle.default, exposureAt(toggle, before, to))
      }),
  )
  if (first < 0) return steps.length
  return first > 0 && steps[first]?.ends && isShadow(first - 1) ? first - 1 : first
}
