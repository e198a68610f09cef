import { expect, it } from 'vitest'
import { isSameLease } from '../../../src/core/journal/lease.ts'

const holder = { host: 'a', pid: 1, domain: 'boot', began: '7' }
const lease = { holder, since: 5 }

it.each([
  ['itself', { since: 5, holder: { began: '7', domain: 'boot', pid: 1, host: 'a' } }, true],
  ['one of another time', { holder, since: 6 }, false],
  ['of another host', { holder: { ...holder, host: 'b' }, since: 5 }, false],
  ['of another process', { holder: { ...holder, pid: 2 }, since: 5 }, false],
  ['of another boot', { holder: { ...holder, domain: 'container' }, since: 5 }, false],
  ['of a later process with the same pid', { holder: { ...holder, began: '8' }, since: 5 }, false],
])('a lease is the same as %s: or not', (_, other, same) => {
  expect(isSameLease(lease, other)).toBe(same)
})
