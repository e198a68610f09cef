import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFileLease } from '../../../src/adapters/state/file-lease.ts'
import type { Lease } from '../../../src/core/journal/store.ts'
import { ownFolder } from '../../helpers/folder.ts'

const TTL = 20_000
const leaseOf = (pid: number): Lease => ({ holder: { host: 'there', pid, domain: 'boot ns', began: '1' }, since: 1000 + pid })
const [mine, theirs] = [leaseOf(1), leaseOf(2)]

/** Two machines with one folder. */
async function held() {
  const folder = join(ownFolder('rollout-lease-'), 'shop')
  mkdirSync(folder)
  const clock = { now: 0, monotonic: () => clock.now }
  expect(await openFileLease(folder, { monotonic: () => 5_000_000 }).takeLease(mine, TTL)).toEqual(mine)
  const other = openFileLease(folder, clock)
  const path = join(folder, 'lease.json')
  /** As if it had been written so long ago by the clock of the file system. */
  const aged = (by: number): void => utimesSync(path, (Date.now() - by) / 1000, (Date.now() - by) / 1000)
  return { folder, clock, other, path, aged }
}

test('a lease whose text has not changed for its time on one’s own clock has ended, whatever the other clock says', async () => {
  const { clock, other } = await held()
  expect(await other.takeLease(theirs, TTL)).toEqual(mine)
  clock.now += TTL - 1
  expect(await other.takeLease(theirs, TTL)).toEqual(mine)
  clock.now += 1
  expect(await other.takeLease(theirs, TTL)).toEqual(theirs)
})

test('one that is renewed goes on, and nothing in it says what time it is there', async () => {
  const { folder, clock, other, path } = await held()
  const holder = openFileLease(folder, { monotonic: () => 0 })
  for (let nth = 0; nth < 5; nth += 1) {
    clock.now += TTL - 1
    expect(await holder.takeLease(mine, TTL)).toEqual(mine)
    expect(await other.lease()).toEqual(mine)
  }
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8'))).toSorted()).toEqual(['beat', 'lease', 'ttl'])
})

test.each([
  ['a minute ago', 60_000, undefined],
  ['a minute from now, before the clock was set back', -60_000, undefined],
  ['just now', 1000, mine],
])('for a command that only looks once, one that was written %s', async (_, age, running) => {
  const { other, aged } = await held()
  aged(age)
  expect(await other.lease()).toEqual(running)
})

test('one that an older version wrote is none', async () => {
  const { other, path } = await held()
  writeFileSync(path, JSON.stringify({ lease: mine, until: Date.now() + 3_600_000 }))
  expect(await other.lease()).toBeUndefined()
})
