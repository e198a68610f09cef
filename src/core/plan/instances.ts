import { bucketOf } from '../toggle/bucket.ts'
import type { Json } from '../values/json.ts'
import type { Plan, Toggle } from './plan.ts'
import type { Exposure } from '../values/units.ts'

/*
 * `exposure: instances`: a toggle is on at some of a target's instances and off at the others.
 *
 * The rounding rule: the change reaches n % of the instances, rounded down, so never more of them than the step says.
 * 50 % of 3 is one. A legacy toggle is taken away from n %, rounded down: at 50 % of 3 it stays on at two.
 */

/** Exposure has at most five decimals: in these units it is a whole number, and nothing is lost to floating point. */
const WHOLE = 1e7

/** Returns how many of so many instances an exposure (percent) covers, rounded down. */
export function covered(exposure: Exposure, count: number): number {
  return Math.floor((Math.round(exposure * 1e5) * count) / WHOLE)
}

/** Returns the exposure that stands for exactly so many instances: the lowest of five decimals that covers as many. */
export function exposureFor(on: number, count: number): Exposure {
  return Math.ceil((on * WHOLE) / count) / 1e5
}

/** Returns the exposure a target holds: of a toggle that goes by instances, that of the instances it is on at. */
export function heldBy(plan: Pick<Plan, 'targets'>, target: string, toggle: Toggle, exposure: Exposure): Exposure {
  const count = toggle.exposure === 'instances' ? (plan.targets[target]?.instances?.length ?? 0) : 0
  if (count === 0) return exposure
  const on = toggle.kind === 'legacy' ? count - covered(100 - exposure, count) : covered(exposure, count)
  return exposureFor(on, count)
}

/**
 * Returns the instances in the order in which a toggle is turned on at them: by the bucket of their name, as users are,
 * with the variable for a salt. So an instance that is on at 25 % is on at 50 %, and each toggle begins somewhere else.
 */
export function rankedInstances(variable: string, instances: readonly string[]): readonly string[] {
  const buckets = new Map(instances.map((instance) => [instance, bucketOf(variable, instance)]))
  return instances.toSorted((a, b) => (buckets.get(a) ?? 0) - (buckets.get(b) ?? 0) || (a < b ? -1 : 1))
}

const PLACEHOLDER = '{{instance}}'

/** Tells whether a text of these options says which instance is meant. */
export function namesInstance(options: Json): boolean {
  return JSON.stringify(options).includes(PLACEHOLDER)
}

/** Returns the options of one instance. */
export function ofInstance(options: { readonly [key: string]: Json }, instance: string): { readonly [key: string]: Json } {
  const filled = (node: Json): Json => {
    if (typeof node === 'string') return node.replaceAll(PLACEHOLDER, instance)
    if (isList(node)) return node.map(filled)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, filled(each)]))
  }
  return Object.fromEntries(Object.entries(options).map(([key, each]) => [key, filled(each)]))
}

function isList(node: Json): node is readonly Json[] {
  return Array.isArray(node)
}
