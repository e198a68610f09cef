import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InMemStorageProvider, Unleash } from 'unleash-client'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import unleash from '../../../src/adapters/targets/unleash.ts'
import type { Fence } from '../../../src/core/ports.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { has } from '../../helpers/program.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = ownFolder('unleash-')
  file = join(folder, 'bootstrap.json')
})

const text = (): string => readFileSync(file, 'utf8')
const options = async (over: object = {}) => checked(unleash, { path: 'bootstrap.json', create: true, ...over })
const write = async (words: Record<string, string>, over: object = {}, fence: Partial<Fence> = {}): Promise<void> =>
  unleash.write(await options(over), words, lend(folder, fence))
const read = async (names: string[], over: object = {}) => unleash.read(await options(over), names, lend(folder))
const ids = Array.from({ length: 20_000 }, (_, nth) => `user-${nth}`)

/** An SDK that starts from the file; the server it would ask later does not exist. */
async function sdk(): Promise<Unleash> {
  const client = new Unleash({
    appName: 'shop',
    url: 'http://127.0.0.1:1/api',
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { filePath: file },
  })
  onTestFinished(() => client.destroy())
  client.on('error', () => undefined)
  client.on('warn', () => undefined)
  if (!client.getFeatureToggleDefinitions().length) await once(client, 'ready')
  return client
}

describe('the SDK itself', () => {
  it('lets in who it let in before, and as many as the step says', async () => {
    let before: readonly string[] = []
    for (const percent of [1, 5, 25, 50]) {
      await write({ FEATURE_X: `${percent}%` })
      const client = await sdk()
      const on = ids.filter((userId) => client.isEnabled('FEATURE_X', { userId }))
      expect(before.filter((id) => !on.includes(id))).toEqual([])
      // Four standard deviations, over users that never change.
      expect(Math.abs(on.length - ids.length * (percent / 100))).toBeLessThan(4 * Math.sqrt(ids.length * (percent / 100)))
      expect(client.isEnabled('FEATURE_X', {})).toBe(false)
      expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: `${percent}%` })
      before = on
    }
  })

  it.each([
    ['false', 0],
    ['true', 20_000],
  ])('at %s', async (word, count) => {
    await write({ FEATURE_X: '10%' })
    await write({ FEATURE_X: word })
    const client = await sdk()
    expect(ids.filter((userId) => client.isEnabled('FEATURE_X', { userId }))).toHaveLength(count)
    expect(client.isEnabled('FEATURE_X', {})).toBe(word === 'true')
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: word })
  })

  it('serves a step of less than 1 % to nobody, which is why it is refused', async () => {
    await write({ FEATURE_X: '1%' })
    writeFileSync(file, text().replace('"rollout": "1"', '"rollout": "0.1"'))
    const client = await sdk()
    expect(ids.filter((userId) => client.isEnabled('FEATURE_X', { userId }))).toEqual([])
  })
})

it.each([
  ['false', undefined, undefined],
  ['1%', undefined, undefined],
  ['99%', undefined, undefined],
  ['0.1%', '0.1% cannot be held by Unleash: it has 100 buckets, and a step is a whole percent', /^1%, or/],
  ['12.5%', '12.5% cannot be held by Unleash: it has 100 buckets, and a step is a whole percent', /^12% or 13%, or/],
  ['99.99999%', '99.99999% cannot be held by Unleash: it has 100 buckets, and a step is a whole percent', /^99% or 100%, or/],
  ['on', 'a flag is true, false or a percentage, and no "on"', /words:/],
])('of the word %s it says offline: %s', async (word, message, hint) => {
  expect(unleash.refuses?.(await options(), 'FEATURE_X', word)).toEqual(
    message === undefined ? undefined : { message, hint: expect.stringMatching(hint) },
  )
})

describe('the file', () => {
  const before = `{"version": 2,
 "features": [
  {"name":"other","enabled":true,"strategies":[{"name":"userWithId","parameters":{"userIds":"ana"}}]},
  {"name":"search","type":"release","project":"shop","enabled":false,"strategies":[],"variants":[]}
 ],
 "segments": [{"id": 1}]
}
`
  it('keeps features of others, and what people added to ours', async () => {
    writeFileSync(file, before)
    const keys = { keys: { FEATURE_X: 'search' } }
    expect(await read(['FEATURE_X'], keys)).toEqual({ FEATURE_X: 'false' })
    await write({ FEATURE_X: '10%', FEATURE_Y: 'true' }, keys, { epoch: 3 })
    expect(text().split('\n').slice(0, 3)).toEqual(before.split('\n').slice(0, 3))
    const [other, search, mine] = JSON.parse(text()).features
    expect(other).toEqual(JSON.parse(before).features[0])
    expect(search).toEqual({
      ...JSON.parse(before).features[1],
      enabled: true,
      strategies: [{ name: 'flexibleRollout', parameters: { rollout: '10', stickiness: 'userId', groupId: 'search' }, constraints: [] }],
    })
    expect(mine).toMatchObject({ name: 'FEATURE_Y', enabled: true, strategies: [{ name: 'default' }] })
    expect(JSON.parse(text())).toMatchObject({ version: 2, segments: [{ id: 1 }], rollout: '3 of:shop/1a2b' })
    const once = text()
    await write({ FEATURE_X: '10%', FEATURE_Y: 'true' }, keys, { epoch: 3 })
    expect(text()).toBe(once)
    await expect(write({ FEATURE_X: '20%' }, keys, { epoch: 2 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('newer than #2'),
    })
  })

  const gradual = { name: 'flexibleRollout', parameters: { rollout: '10', stickiness: 'userId', groupId: 'FEATURE_X' } }
  it.each<[what: string, strategies: readonly object[], message: RegExp]>([
    ['a second strategy', [gradual, { name: 'userWithId', parameters: { userIds: 'ana' } }], /other strategies/],
    ['a constraint', [{ ...gradual, constraints: [{ contextName: 'region' }] }], /other strategies/],
    ['a segment', [{ ...gradual, segments: [1] }], /other strategies/],
    ['a strategy of another kind', [{ name: 'remoteAddress' }], /other strategies/],
    ['another group', [{ ...gradual, parameters: { ...gradual.parameters, groupId: 'else' } }], /in the group else/],
    ['another field', [{ ...gradual, parameters: { ...gradual.parameters, stickiness: 'random' } }], /bucketed by random/],
  ])('is not read as a word where it has %s, and taken back all the same', async (_, strategies, message) => {
    writeFileSync(file, JSON.stringify({ version: 2, features: [{ name: 'FEATURE_X', enabled: true, strategies }] }))
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(message) })
    await write({ FEATURE_X: 'false' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
    const client = await sdk()
    expect(client.isEnabled('FEATURE_X', { userId: 'ana' })).toBe(false)
  })

  it('is not believed where it names something twice', async () => {
    writeFileSync(file, '{"features": [{"name": "FEATURE_X", "enabled": true, "enabled": false}]}')
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: 'the file names "enabled" twice' })
  })

  it('is not read as a word where the feature is there twice', async () => {
    const off = { name: 'FEATURE_X', enabled: false }
    writeFileSync(file, JSON.stringify({ version: 2, features: [off, { ...off, enabled: true }] }))
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: 'the flag FEATURE_X is there twice' })
  })

  it('reads what has no strategy as on for everybody, as the SDK does', async () => {
    writeFileSync(file, JSON.stringify({ version: 2, features: [{ name: 'FEATURE_X', enabled: true, strategies: [] }] }))
    expect(await read(['FEATURE_X', 'FEATURE_Y'])).toEqual({ FEATURE_X: 'true', FEATURE_Y: undefined })
    const client = await sdk()
    expect(client.isEnabled('FEATURE_X', {})).toBe(true)
  })
})

it.runIf(has('jq'))('what is to be typed by hand does the same', async () => {
  await write({ FEATURE_X: '10%', FEATURE_Y: 'true' })
  for (const word of ['false', '7%', 'true']) {
    const [line = ''] = unleash.byHand(await options(), { FEATURE_X: word, FEATURE_Z: word }, { epoch: 42 })
    execFileSync('sh', ['-c', line], { cwd: folder })
    expect(await read(['FEATURE_X', 'FEATURE_Y', 'FEATURE_Z'])).toEqual({ FEATURE_X: word, FEATURE_Y: 'true', FEATURE_Z: word })
  }
})

it('holds many toggles', async () => {
  const words = (word: string) => Object.fromEntries(Array.from({ length: 5000 }, (_, nth) => [`FEATURE_${nth}`, word]))
  for (const word of ['10%', 'false']) {
    await write(words(word))
    expect(await read(Object.keys(words(word)))).toEqual(words(word))
  }
})
