import { isPaced } from '../core/forecast/planned.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Step } from '../core/plan/steps.ts'
import { formatDuration } from '../core/values/units.ts'

/** Returns what ends a step: `30m`, or `by evidence`. */
export function holdText(plan: Plan, step: Step): string {
  return isPaced(plan, step) ? 'by evidence' : formatDuration(step.hold)
}
