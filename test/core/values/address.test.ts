import { expect, it } from 'vitest'
import { STORE, storeKindOf } from '../../../src/core/values/address.ts'

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
  ['FTP://x', undefined],
  ['1ftp://x', 'folder'],
  ['jdbc:postgresql://host/db', undefined],
  ['host=10.0.0.1 dbname=rollouts password=x', undefined],
  ['hosts=1', 'folder'],
  ['postgresque:host', 'folder'],
  ['etcd+https:a', undefined],
])('%j is %s, for editors too', (state, kind) => {
  expect(storeKindOf(state)).toBe(kind)
  expect(new RegExp(STORE, 'u').test(state)).toBe(kind !== undefined)
})
