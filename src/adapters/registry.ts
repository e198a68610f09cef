import { readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { RolloutError } from '../core/values/errors.ts'
import type { Contracts, Kind, Schema } from '../core/ports.ts'

/**
 * Imports the adapter that `use` names: `env-file` is the default export of `targets/env-file.ts`, and what begins with
 * `.` or `/` is the user's own file with the same contract. Throws `config` when there is none, or parts of it are missing.
 */
export async function importAdapter<K extends Kind>(
  kind: K,
  use: string,
  folder: string,
  spares: readonly string[] = [],
): Promise<Contracts[K]> {
  // Apart: what imports a file at run time is not kept compiled.
  if (isPath(use)) return (await import('./own.ts')).importOwn(kind, use, folder, spares)
  const { default: adapter } = await import(`./${kind}/${checked(use)}.ts`)
  return adapter
}

/** Looks adapters up by kind and name, to check a plan before anything is opened; with `no code`, none of the user's own. */
export function adaptersIn(folder: string, own: 'own code' | 'no code' = 'own code') {
  const isLeftOut = (use: string): boolean => own === 'no code' && isPath(use)
  return {
    names: namesOf,
    find: async <K extends Kind>(kind: K, use: string): Promise<Contracts[K] | undefined> =>
      !isLeftOut(use) && (isPath(use) || namesOf(kind).includes(use)) ? importAdapter(kind, use, folder) : undefined,
    isLeftOut,
  }
}

/** Resolves to the schema of the options of every adapter there is, by kind and name. */
export async function optionSchemas(): Promise<{ readonly [kind in Kind]: Readonly<Record<string, Schema<unknown>>> }> {
  const of = async (kind: Kind): Promise<Record<string, Schema<unknown>>> => {
    const all = namesOf(kind).map(async (name) => [name, (await importAdapter(kind, name, '.')).options] as const)
    return Object.fromEntries(await Promise.all(all))
  }
  return { targets: await of('targets'), metrics: await of('metrics'), notify: await of('notify') }
}

declare const __ADAPTERS__: { readonly [kind in Kind]: readonly string[] } | undefined

/** Returns the names in a folder of adapters; a bundle, which has no folders, was told them when it was built. */
function namesOf(kind: Kind): readonly string[] {
  if (typeof __ADAPTERS__ !== 'undefined') return __ADAPTERS__[kind]
  return readdirSync(new URL(`./${kind}`, import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
}

/** Tells whether `use` is a file of the user's own. */
export function isPath(use: string): boolean {
  return use.startsWith('.') || isAbsolute(use)
}

function checked(use: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(use)) return use
  throw new RolloutError('config', { message: `"${use}" is not an adapter`, hint: 'a name, or a path that begins with ./' })
}
