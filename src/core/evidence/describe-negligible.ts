import { formatFraction } from '../values/units.ts'
import { NEGLIGIBLE, points, type Policy } from './policy.ts'

/** Describes what is negligible: `0.1 points`, as a plan has it, or the default. */
export function describeNegligible({ negligible }: Pick<Policy, 'negligible'>): string {
  const { most, part, least } = NEGLIGIBLE
  if (negligible !== undefined) return `${points(negligible)} points`
  return `${points(most)} points, or ${formatFraction(part)} of what fails with the toggle off where that is less, but never less than ${points(least)} points`
}
