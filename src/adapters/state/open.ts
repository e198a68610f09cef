import { resolve as resolvePath } from 'node:path'
import { storeKindOf, STORES } from '../../core/values/address.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Store } from '../../core/journal/store.ts'
import { resolveReferences, type Unresolved } from '../../core/plan/reference.ts'
import { mayHang, readMounts } from '../file/mount.ts'
import type { Lent } from './chain.ts'

/**
 * The store that `state:` names: a folder (`.rollout` unless told, relative to the plan), `postgres://…` or `etcd://…`.
 * References to the environment are resolved here. Throws `config` for an address that is none.
 */
export async function openStore(written: string | undefined, lent: Lent): Promise<Store> {
  const { state, unresolved } = resolved(written ?? '.rollout', lent.env)
  const [missing] = unresolved
  if (missing)
    throw new RolloutError('config', { message: `state: refers to ${missing.name}, which is not set`, hint: `export ${missing.name}=…` })
  switch (storeKindOf(state)) {
    case 'postgres':
      return (await import('./postgres.ts')).openPostgresStore(state, lent)
    case 'etcd':
      return (await import('./etcd.ts')).openEtcdStore(state, lent)
    case 'folder': {
      const folder = resolvePath(lent.folder, state)
      const store = (await import('./file.ts')).openFileStore(folder, lent)
      return mayHang(folder, readMounts()) ? (await import('./asked.ts')).asked(store, folder, lent) : store
    }
    case undefined:
      // It may hold a password: it is not shown.
      throw new RolloutError('config', { message: 'the address of the state is of no kind of store', hint: STORES })
  }
}

/** An address with its references answered. A user or a password may have any character: there each stands for itself. */
function resolved(written: string, env: Lent['env']): { readonly state: string; readonly unresolved: readonly Unresolved[] } {
  const [, scheme, login, rest] = /^([a-z+]+:\/\/)(.+)@(.*)$/is.exec(written) ?? []
  if (scheme === undefined || login === undefined || rest === undefined) return textOf(written, env)
  const encoded = Object.entries(env).map(([name, value]) => [name, value && encodeURIComponent(value)] as const)
  const parts = [textOf(login, Object.fromEntries(encoded)), textOf(rest, env)] as const
  return { state: `${scheme}${parts[0].state}@${parts[1].state}`, unresolved: parts.flatMap(({ unresolved }) => unresolved) }
}

function textOf(written: string, env: Lent['env']): { readonly state: string; readonly unresolved: readonly Unresolved[] } {
  const { value, unresolved } = resolveReferences({ state: written }, env)
  if (typeof value['state'] !== 'string') throw new Error('a text stays a text')
  return { state: value['state'], unresolved }
}
