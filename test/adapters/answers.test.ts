import { describe, expect, it } from 'vitest'
import { heldTo } from '../../src/adapters/answers.ts'
import type { Kind } from '../../src/core/ports.ts'

describe('what a function answers at once is held to its contract', () => {
  it.each<readonly [Kind, string, unknown, string]>([
    ['targets', 'settle', Number.NaN, 'settle() must return milliseconds, not NaN'],
    ['targets', 'lag', '5s', 'lag() must return milliseconds, not "5s"'],
    ['targets', 'deadline', 0, 'deadline() must return milliseconds, above 0 and at most a day, not 0'],
    ['targets', 'deadline', Number.POSITIVE_INFINITY, 'not Infinity'],
    ['targets', 'deadline', 86_400_001, 'at most a day, not 86400001'],
    ['targets', 'effect', Promise.resolve('live'), 'effect() must return live, restart or redeploy, not a promise'],
    ['targets', 'refuses', true, 'refuses() must return { message, hint } or nothing, not true'],
    ['targets', 'advise', [{ level: 'bad', text: 'x' }], 'advise() must return a list of'],
    ['metrics', 'check', ['bad'], 'check() must return a list of { path, message, hint }, not ["bad"]'],
    ['metrics', 'asks', { url: 'nowhere' }, 'asks() must return { url } or nothing'],
  ])('%s: %s of %j', (kind, name, answer, said) => {
    expect(() => heldTo(kind, name, () => answer)()).toThrow(said)
  })

  it.each<readonly [Kind, string, unknown]>([
    ['targets', 'settle', 0],
    ['targets', 'deadline', 30_000],
    ['targets', 'effect', 'redeploy'],
    ['targets', 'refuses', undefined],
    ['targets', 'refuses', { message: 'too long' }],
    ['targets', 'advise', [{ level: 'ok', text: 'x' }]],
    ['metrics', 'check', [{ path: ['url'], message: 'x', hint: 'y' }]],
    ['metrics', 'asks', { url: 'http://localhost' }],
  ])('%s: %s may be %j', (kind, name, answer) => {
    expect(heldTo(kind, name, () => answer)()).toBe(answer)
  })

  it('and a throw names the function', () => {
    const thrown = heldTo('targets', 'effect', () => {
      throw new Error('no idea')
    })
    expect(thrown).toThrow('effect() throws: no idea')
  })
})

describe('what a function resolves to is held to it too', () => {
  it.each<readonly [Kind, string, unknown, string]>([
    ['targets', 'read', undefined, 'not nothing'],
    ['targets', 'read', { FEATURE_X: false }, 'read() must return an object: variable → word'],
    ['targets', 'read', ['false'], 'not ["false"]'],
    ['targets', 'read', new Map([['FEATURE_X', 'true']]), 'read() must return an object'],
    ['targets', 'holds', 5, 'holds() must return an object'],
    ['targets', 'place', 5, 'place() must return a text or nothing'],
    ['targets', 'marks', [{ epoch: '5' }], 'marks() must return a list of { identity, epoch }'],
    ['targets', 'probe', 'fine', 'probe() must return a list of'],
    ['metrics', 'lastAnswered', {}, 'lastAnswered() must return a list of'],
    ['notify', 'probe', undefined, 'probe() must return a text'],
  ])('%s: %s of %j', async (kind, name, answer, said) => {
    await expect(heldTo(kind, name, async () => answer)()).rejects.toThrow(said)
  })

  it('and what it should be passes', async () => {
    const words = { FEATURE_X: 'true', FEATURE_Y: undefined }
    await expect(heldTo('targets', 'read', async () => words)()).resolves.toBe(words)
    await expect(heldTo('targets', 'probe', async () => undefined)()).resolves.toBeUndefined()
  })
})
