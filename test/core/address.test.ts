import { expect, it } from 'vitest'
import { storeKindOf } from '../../src/core/address.ts'

it.each([
  ['.rollout', 'folder'],
  ['/var/lib/rollout', 'folder'],
  ['C:\\rollout', 'folder'],
  ['postgres://host/db', 'postgres'],
  ['postgresql://host/db', 'postgres'],
  ['etcd://a:1,b:2/x', 'etcd'],
  ['etcd+https://a', 'etcd'],
  ['', undefined],
  [' ', undefined],
  ['ftp://x', undefined],
  ['mysql://x/y', undefined],
  ['etcd+http://a', undefined],
  ['Postgres://host/db', undefined],
  ['postgres:host', undefined],
])('%j is %s', (state, kind) => expect(storeKindOf(state)).toBe(kind))
