import { readdirSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { MetricAdapter, NotifyAdapter, Schema, TargetAdapter } from '../core/ports.ts'

/** The folder is the registry: `use: env-file` is the default export of `targets/env-file.ts`. */
export async function importTarget(use: string, folder: string): Promise<TargetAdapter<unknown>> {
  if (isPath(use)) return importFile(use, folder, 'read')
  const { default: adapter } = await import(`./targets/${checked(use)}.ts`)
  return adapter
}

/** Likewise for metrics. A `use` that begins with `.` or `/` is the user's own file with the same contract. */
export async function importMetric(use: string, folder: string): Promise<MetricAdapter<unknown>> {
  if (isPath(use)) return importFile(use, folder, 'read')
  const { default: adapter } = await import(`./metrics/${checked(use)}.ts`)
  return adapter
}

/** Likewise for those that tell. */
export async function importNotify(use: string, folder: string): Promise<NotifyAdapter<unknown>> {
  if (isPath(use)) return importFile(use, folder, 'send')
  const { default: adapter } = await import(`./notify/${checked(use)}.ts`)
  return adapter
}

/** Looks up adapters, and the schemas of their options, by name, for checking a plan before anything is opened. */
export function schemas(folder: string) {
  return {
    names: { target: names('targets'), metric: names('metrics'), notify: names('notify') },
    target: async (use: string): Promise<Schema<unknown> | undefined> =>
      (await known(use, names('targets'), async () => importTarget(use, folder)))?.options,
    metric: async (use: string): Promise<Schema<unknown> | undefined> =>
      (await known(use, names('metrics'), async () => importMetric(use, folder)))?.options,
    notify: async (use: string): Promise<Schema<unknown> | undefined> =>
      (await known(use, names('notify'), async () => importNotify(use, folder)))?.options,
    adapter: async (use: string): Promise<TargetAdapter<unknown> | undefined> =>
      known(use, names('targets'), async () => importTarget(use, folder)),
  }
}

declare const __ADAPTERS__: { readonly [kind in Kind]: readonly string[] } | undefined

/** A folder of adapters. */
type Kind = 'targets' | 'metrics' | 'notify'

/** The bundle knows its adapters by heart; the source reads its folders. */
function names(kind: Kind): readonly string[] {
  if (typeof __ADAPTERS__ !== 'undefined') return __ADAPTERS__[kind]
  return readdirSync(new URL(`./${kind}`, import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
}

async function known<Adapter>(use: string, among: readonly string[], load: () => Promise<Adapter>): Promise<Adapter | undefined> {
  return isPath(use) || among.includes(use) ? load() : undefined
}

function isPath(use: string): boolean {
  return use.startsWith('.') || isAbsolute(use)
}

function checked(use: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(use)) return use
  throw new RolloutError('config', { message: `"${use}" is not an adapter`, hint: 'a name, or a path that begins with ./' })
}

/** Throws `config` when the file is missing, does not run, or is no adapter: all of that is the user's to mend. */
async function importFile<Adapter>(use: string, folder: string, does: 'read' | 'send'): Promise<Adapter> {
  const hint = `a module whose default export is an adapter: { options, ${does}, … }`
  try {
    const { default: adapter } = await import(pathToFileURL(resolve(folder, use)).href)
    if (adapter?.options?.['~standard'] && typeof adapter[does] === 'function') return adapter
  } catch (thrown) {
    throw new RolloutError('config', { message: `${use} cannot be loaded: ${messageOf(thrown).split('\n')[0]}`, hint }, { cause: thrown })
  }
  throw new RolloutError('config', { message: `${use} is not an adapter`, hint })
}
