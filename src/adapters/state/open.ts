import { resolve as resolvePath } from 'node:path'
import { storeKindOf, STORES } from '../../core/values/address.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Store } from '../../core/journal/store.ts'
import { resolve } from '../../core/plan/reference.ts'
import type { Lent } from './chain.ts'

/**
 * The store that `state:` names: a folder (`.rollout` unless told, relative to the plan), `postgres://…` or `etcd://…`.
 * References to the environment are resolved here. Throws `config` for an address that is none.
 */
export async function openStore(written: string | undefined, lent: Lent): Promise<Store> {
  const { value, unresolved } = resolve({ state: written ?? '.rollout' }, lent.env)
  const [missing] = unresolved
  if (missing)
    throw new RolloutError('config', { message: `state: refers to ${missing.name}, which is not set`, hint: `export ${missing.name}=…` })
  const { state } = value
  if (typeof state !== 'string') throw new Error('a text stays a text')
  switch (storeKindOf(state)) {
    case 'postgres':
      return (await import('./postgres.ts')).openPostgresStore(state, lent)
    case 'etcd':
      return (await import('./etcd.ts')).openEtcdStore(state, lent)
    case 'folder':
      return (await import('./file.ts')).openFileStore(resolvePath(lent.folder, state), lent)
    case undefined:
      // It may hold a password: it is not shown.
      throw new RolloutError('config', { message: 'the address of the state is of no kind of store', hint: STORES })
  }
}
