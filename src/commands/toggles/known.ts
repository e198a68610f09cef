import type { Plan } from '../../core/plan/plan.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { suggest } from '../../core/values/suggest.ts'

/** Returns the name of a toggle of the plan, also by its variable. Throws `usage` for any other. */
export function knownToggle({ toggles }: Plan, written: string): string {
  if (Object.hasOwn(toggles, written)) return written
  const renamed = Object.entries(toggles).find(([, { variable }]) => variable === written)
  if (renamed) return renamed[0]
  const near = suggest(written, Object.keys(toggles))
  throw new RolloutError('usage', {
    message: `${JSON.stringify(written.slice(0, 100))} is not a toggle of the plan`,
    hint: near === undefined ? 'rollout toggles lists them' : `did you mean ${near}?`,
  })
}
