import { ofInstance } from '../core/plan/instances.ts'
import type { Plan } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { RolloutError } from '../core/values/errors.ts'
import { isSame } from '../core/values/is-same.ts'
import type { Lender } from './lender.ts'
import { prepare } from './prepare.ts'
import type { NamedAdapter } from './refuse-unnamed.ts'
import { importAdapter, isPath } from './registry.ts'

/** Resolves to the places that a target writes a variable to, at all its instances, as far as they are there and its adapter names them. */
export async function placesOf({ use, instances, options }: NamedAdapter, variable: string, lender: Lender): Promise<readonly string[]> {
  const adapter = await importAdapter('targets', use, lender.folder)
  const each = instances ? instances.map((instance) => ofInstance(options, instance)) : [options]
  const found = each.map(async (raw) => {
    const { options: checked } = await prepare('target', adapter.options, raw, lender)
    // What it asks has a deadline of its own.
    return adapter.place?.(checked, variable, { ...lender, signal: new AbortController().signal })
  })
  return (await Promise.all(found)).filter((place) => place !== undefined)
}

/** Does the same for a target that may stand in a journal alone: options that do not fit any more name no place, and no file of the user's own is run. */
export async function formerPlaces(target: NamedAdapter, variable: string, lender: Lender): Promise<readonly string[]> {
  try {
    return isPath(target.use) ? [] : await placesOf(target, variable, lender)
  } catch (thrown) {
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}

/**
 * Resolves to the target of the plan file that writes every variable to the very place that one of a journal does, with something
 * else edited beside it: a reload, a deadline. A rollback goes by what the person who types says of a place.
 */
export async function samePlaces(plan: Pick<Plan, 'targets' | 'toggles'>, name: string, lender: Lender): Promise<NamedAdapter | undefined> {
  const target = plan.targets[name]
  const variables = togglesOf(plan, name).map((toggle) => plan.toggles[toggle]?.variable ?? toggle)
  if (!target || variables.length === 0) return undefined
  const placesBy = async (each: NamedAdapter): Promise<readonly (readonly string[])[]> =>
    Promise.all(variables.map(async (variable) => formerPlaces(each, variable, lender)))
  const wanted = await placesBy(target)
  if (wanted.some((places) => places.length < (target.instances?.length ?? 1))) return undefined
  for (const each of (await lender.targetsNamed?.()) ?? []) {
    const isAlike = each.use === target.use && isSame(each.instances ?? [], target.instances ?? [])
    if (isAlike && isSame(await placesBy(each), wanted)) return each
  }
  return undefined
}
