import type { Plan } from '../../core/plan/plan.ts'
import { askedToggles } from '../../core/plan/shadow.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { suggest } from '../../core/values/suggest.ts'

/** Returns the name of a toggle of the plan, also by its variable. Throws `usage` for any other, and for a shadow. */
export function knownToggle(plan: Plan, written: string): string {
  const { toggles } = plan
  const name = Object.hasOwn(toggles, written) ? written : Object.keys(toggles).find((each) => toggles[each]?.variable === written)
  const of = name === undefined ? undefined : toggles[name]?.shadows
  if (of !== undefined)
    throw new RolloutError('usage', {
      message: `${written} is the shadow of ${of}: no code asks for it, and it comes and goes with its toggle`,
      hint: `name ${of}`,
    })
  if (name !== undefined) return name
  const near = suggest(written, askedToggles(plan))
  throw new RolloutError('usage', {
    message: `${JSON.stringify(written.slice(0, 100))} is not a toggle of the plan`,
    hint: near === undefined ? 'rollout toggles lists them' : `did you mean ${near}?`,
  })
}
