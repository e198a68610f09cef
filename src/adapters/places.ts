import { ofInstance } from '../core/plan/instances.ts'
import type { Target } from '../core/plan/plan.ts'
import { prepare, type Lender } from './open.ts'
import { importAdapter } from './registry.ts'

/** Resolves to the places that a target writes, of all its instances, as far as they are there and its adapter names them. */
export async function placesOf(
  { use, instances, options }: Target,
  lender: Lender & { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const adapter = await importAdapter('targets', use, lender.folder)
  const each = instances ? instances.map((instance) => ofInstance(options, instance)) : [options]
  const found = each.map(async (raw) => {
    const { options: checked } = await prepare('target', adapter.options, raw, lender)
    return adapter.place?.(checked, lender)
  })
  return (await Promise.all(found)).filter((place) => place !== undefined)
}
