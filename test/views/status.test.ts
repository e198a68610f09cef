import { describe, expect, it } from 'vitest'
import { nextCommand } from '../../src/views/status.ts'

describe('what to type next of a rollout that nobody watches', () => {
  it.each([
    [[], 'rollout run watches and goes on; rollout advance takes one step'],
    [[{ name: 'hold' }], 'rollout run watches and goes on; rollout advance takes one step'],
    [[{ name: 'drift' }], 'rollout explain says why; rollout rollback takes it back'],
    // A step up is not taken beside an event that only a newer version knows.
    [[{ name: 'version' }], 'rollout explain says why; rollout rollback takes it back'],
  ])('and that waits for %j', (waitsFor, next) => expect(nextCommand({ status: 'running', waitsFor })).toBe(next))

  it('and whose target somebody else has changed', () => {
    expect(nextCommand({ status: 'running', blocked: [{ name: 'drift' }] })).toBe(
      'rollout explain says why; rollout rollback takes it back',
    )
  })
})
