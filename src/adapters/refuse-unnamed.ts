import { ofInstance } from '../core/plan/instances.ts'
import type { Kind } from '../core/ports.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Json } from '../core/values/json.ts'
import { importAdapter, isPath } from './registry.ts'

/** An adapter with its options, as a plan names it. */
export interface NamedAdapter {
  readonly use: string
  readonly instances?: readonly string[]
  readonly options: { readonly [key: string]: Json }
}

/** What the plan file of the person who types says of an adapter; `no plan` where there is none to be read. */
export type Standing = 'named' | 'not named' | 'no plan'

/** Looks an adapter up in the plan file of the person who types. */
export type LookUp = (kind: Kind, used: NamedAdapter) => Promise<Standing>

/**
 * Returns why an adapter must not be opened; undefined where it may be. A plan that comes out of a journal is the word of
 * whoever may write the journal: what it runs, imports, reads or writes must stand in the plan file as well. Where that is
 * gone, a target that reaches nothing but files in its folder is opened all the same: a rollback goes on.
 */
export async function refuseUnnamed(
  kind: Kind,
  name: string,
  used: NamedAdapter,
  { folder, standingOf }: { readonly folder: string; readonly standingOf: LookUp },
): Promise<RolloutError | undefined> {
  const standing = await standingOf(kind, used)
  if (standing === 'named') return undefined
  if (standing === 'no plan' && kind === 'targets' && (await isHarmless(used, folder))) return undefined
  return new RolloutError('denied', {
    message: `${kind}.${name} stands so in the journal alone, not in rollout.yaml: nothing of it is run or opened`,
    hint: 'put it back into rollout.yaml as it was; once no move is under way, rollout plan --accept --reason "…" takes over what stands there',
  })
}

async function isHarmless({ use, instances, options }: NamedAdapter, folder: string): Promise<boolean> {
  if (isPath(use) || JSON.stringify(options).includes('${')) return false
  const adapter = await importAdapter('targets', use, folder).catch(() => undefined)
  if (!adapter?.isHarmless) return false
  for (const each of instances ? instances.map((instance) => ofInstance(options, instance)) : [options]) {
    const checked = await adapter.options['~standard'].validate(each)
    if (checked.issues || !adapter.isHarmless(checked.value)) return false
  }
  return true
}
