import type { Duration } from '../values/units.ts'
import type { Plan } from './plan.ts'
import type { Step } from './steps.ts'

/** Returns the times under watch that a step waits for: its hold, and at the last of a phase bake and criteria, all at once. */
export function watchedTimes(
  { phases }: Pick<Plan, 'phases'>,
  { phase, last, hold }: Pick<Step, 'phase' | 'last' | 'hold'>,
): readonly Duration[] {
  const { after = 0, success = [] } = phases[phase] ?? {}
  return last ? [hold, after, ...success.map(({ over }) => over)] : [hold]
}
