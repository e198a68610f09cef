import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ErrorCode,
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
  type Client,
  type EvaluationContext,
  type EventDetails,
} from '@openfeature/server-sdk'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bucketOf, isIn } from '../../src/core/toggle/bucket.ts'
import { RolloutProvider } from '../../src/sdk/openfeature.ts'
import type { Options } from '../../src/sdk/toggles.ts'
import { LIMITS } from '../helpers/limits.ts'

/*
 * The scenarios of the OpenFeature specification that a provider of booleans can be held to: specification/assets/gherkin
 * (evaluation, evaluation_v2) and specification/assets/provider-tck/gherkin of github.com/open-feature/spec. Not here:
 * flags of other types (a toggle is a boolean), disabled flags (`false` is a value), flag metadata of one's own, and a
 * provider that is not ready yet or never will be (this one is at once, or looks again).
 */

const HIT = '5c3d8535-f81a-4478-a6d3-afaa4d51199e'
const MISS = 'f20bd32d-703b-48b6-bc8e-79d53c85134a'
const FLAGS = {
  'boolean-flag': 'true',
  'boolean-zero-flag': 'false',
  'boolean-targeted-flag': 'false;seg=microsoft',
  'boolean-targeted-zero-flag': 'true',
  'boolean-targeted-zero-flag_DENY': 'ballmer@macrosoft.com',
  'targeting-key-flag': '0%',
  'targeting-key-flag_USERS': HIT,
  'split-flag': '10%',
  'organisation-flag': '50%;by=organisation',
  'wrong-flag': 'hi',
  ROLLOUT_SEGMENT_MICROSOFT: 'email:ends:@macrosoft.com',
}

let nth = 0
let client: Client
let folder: string
let file: string

async function open(options: Options): Promise<Client> {
  nth += 1
  const domain = `test-${nth}`
  client = OpenFeature.getClient(domain)
  await OpenFeature.setProviderAndWait(domain, new RolloutProvider({ every: 10, onProblem: () => undefined, ...options }))
  return client
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-openfeature-'))
  file = join(folder, 'flags.env')
})
afterEach(async () => {
  await OpenFeature.clearProviders()
  rmSync(folder, { recursive: true, force: true })
})

function replace(text: string): void {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

const happened = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: LIMITS.unit / 2, interval: 5 })

describe('evaluation', () => {
  it.each<[key: string, byDefault: boolean, context: EvaluationContext, value: boolean, variant: string, reason: string]>([
    ['boolean-flag', false, {}, true, 'on', 'STATIC'],
    ['boolean-zero-flag', true, {}, false, 'off', 'STATIC'],
    ['boolean-targeted-flag', false, { email: 'ballmer@macrosoft.com' }, true, 'on', 'TARGETING_MATCH'],
    ['boolean-targeted-flag', true, { email: 'ballmer@none.com' }, false, 'off', 'DEFAULT'],
    ['boolean-targeted-flag', true, {}, false, 'off', 'DEFAULT'],
    ['boolean-targeted-flag', true, { email: null }, false, 'off', 'DEFAULT'],
    ['boolean-targeted-zero-flag', true, { targetingKey: 'ballmer@macrosoft.com' }, false, 'off', 'TARGETING_MATCH'],
    ['boolean-targeted-zero-flag', false, { targetingKey: 'ballmer@none.com' }, true, 'on', 'DEFAULT'],
    ['boolean-targeted-zero-flag', false, {}, true, 'on', 'DEFAULT'],
    ['targeting-key-flag', false, { targetingKey: HIT }, true, 'on', 'TARGETING_MATCH'],
    ['targeting-key-flag', true, { targetingKey: MISS }, false, 'off', 'DEFAULT'],
    ['targeting-key-flag', true, {}, false, 'off', 'DEFAULT'],
    ['boolean-flag', false, { targetingKey: MISS, nested: { fn: 'Sulisław' }, at: new Date(0), list: [1] }, true, 'on', 'STATIC'],
  ])('%s (default %s) with %j is %s, %s, %s', async (key, byDefault, context, value, variant, reason) => {
    const details = await (await open({ env: FLAGS })).getBooleanDetails(key, byDefault, context)
    expect(details).toMatchObject({ flagKey: key, value, variant, reason })
    expect([details.errorCode, details.errorMessage]).toEqual([undefined, undefined])
  })

  it('a percentage is a SPLIT, the same users as anywhere', async () => {
    await open({ env: FLAGS })
    for (let user = 0; user < 200; user += 1) {
      const targetingKey = `user-${user}`
      const value = isIn(10, bucketOf('split-flag', targetingKey))
      const details = await client.getBooleanDetails('split-flag', !value, { targetingKey })
      expect(details).toMatchObject({ value, variant: value ? 'on' : 'off', reason: 'SPLIT' })
      expect(details.flagMetadata).toEqual({ why: 'percentage', generation: 'environment' })
    }
    const organisation = 'acme'
    const details = await client.getBooleanDetails('organisation-flag', false, { targetingKey: 'x', organisation })
    expect(details).toMatchObject({ value: isIn(50, bucketOf('organisation-flag', organisation)), reason: 'SPLIT' })
  })

  it('an exposure is told once', async () => {
    const seen: unknown[] = []
    await open({ env: FLAGS, onExposure: (toggle, id, { isOn }) => seen.push([toggle, id, isOn]) })
    await client.getBooleanValue('targeting-key-flag', false, { targetingKey: HIT })
    expect(seen).toEqual([['targeting-key-flag', HIT, true]])
  })
})

describe('errors: the default of the code, the code of the error, and nothing is thrown', () => {
  it.each([true, false])('of a boolean, default %s', async (byDefault) => {
    await open({ env: FLAGS })
    const errors = {
      'missing-flag': ErrorCode.FLAG_NOT_FOUND,
      'wrong-flag': ErrorCode.PARSE_ERROR,
      'split-flag': ErrorCode.TARGETING_KEY_MISSING,
    }
    for (const [key, errorCode] of Object.entries(errors)) {
      const details = await client.getBooleanDetails(key, byDefault)
      expect(details).toMatchObject({ flagKey: key, value: byDefault, reason: 'ERROR', errorCode })
      expect(details.variant).toBeUndefined()
    }
    const keyless = await client.getBooleanDetails('split-flag', byDefault, { targetingKey: '' })
    expect(keyless).toMatchObject({ value: byDefault, errorCode: ErrorCode.TARGETING_KEY_MISSING })
  })

  it.each([
    ['boolean-flag', ErrorCode.TYPE_MISMATCH],
    ['missing-flag', ErrorCode.FLAG_NOT_FOUND],
  ])('of another type: %s', async (key, errorCode) => {
    await open({ env: FLAGS })
    expect(await client.getStringDetails(key, 'fallback')).toMatchObject({ value: 'fallback', reason: 'ERROR', errorCode })
    expect(await client.getNumberDetails(key, 0.1)).toMatchObject({ value: 0.1, reason: 'ERROR', errorCode })
    expect(await client.getObjectDetails(key, { a: 1 })).toMatchObject({ value: { a: 1 }, reason: 'ERROR', errorCode })
  })
})

describe('lifecycle', () => {
  it('has a name', async () => {
    expect((await open({ env: FLAGS })).metadata.providerMetadata.name).toBe('rollout')
  })

  it('becomes ready', async () => {
    await open({ env: FLAGS })
    const ready = vi.fn()
    client.addHandler(ProviderEvents.Ready, ready)
    await happened(() => expect(ready).toHaveBeenCalledOnce())
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })

  it('whose file is not there is in error, answers with defaults, and is ready when the file comes', async () => {
    await expect(open({ env: {}, file })).rejects.toThrow('the file of the toggles cannot be used; it is looked at again')
    const failed = vi.fn()
    client.addHandler(ProviderEvents.Error, failed)
    await happened(() => expect(failed).toHaveBeenCalledOnce())
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(await client.getBooleanDetails('F', false)).toMatchObject({ value: false, reason: 'ERROR' })
    replace('F=true\n')
    await happened(() => expect(client.providerStatus).toBe(ProviderStatus.READY))
    expect(await client.getBooleanValue('F', false)).toBe(true)
  })

  it('closed, it looks at nothing any more', async () => {
    replace('F=true\n')
    const changes: unknown[] = []
    const provider = new RolloutProvider({ env: {}, file, every: 10, onChange: (change) => changes.push(change) })
    await provider.initialize()
    await provider.onClose()
    replace('F=false\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(changes).toEqual([])
  })
})

describe('events', () => {
  it('a change is told, with the flags it is about, and applied', async () => {
    replace('F=false\nG=true\n# rollout:1\n')
    await open({ env: {}, file })
    const details: (EventDetails | undefined)[] = []
    client.addHandler(ProviderEvents.ConfigurationChanged, (each) => void details.push(each))
    expect(await client.getBooleanDetails('F', true)).toMatchObject({ value: false, flagMetadata: { generation: '1' } })
    replace('F=true\nG=true\n# rollout:2\n')
    await happened(() => expect(details).toHaveLength(1))
    expect(details[0]).toMatchObject({ flagsChanged: ['F'] })
    expect(await client.getBooleanDetails('F', false)).toMatchObject({ value: true, flagMetadata: { generation: '2' } })
  })

  it.each([
    ['gone', () => unlinkSync(file)],
    ['bad', () => replace('half a na')],
  ])('a file that is %s makes it stale, with the last good values; then it is ready again', async (_, spoil) => {
    replace('F=true\n')
    await open({ env: {}, file })
    const stale = vi.fn()
    const ready = vi.fn()
    client.addHandler(ProviderEvents.Stale, stale)
    client.addHandler(ProviderEvents.Ready, ready)
    await happened(() => expect(ready).toHaveBeenCalledOnce())
    spoil()
    await happened(() => expect(stale).toHaveBeenCalledOnce())
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getBooleanValue('F', false)).toBe(true)
    replace('F=true\n')
    await happened(() => expect(ready).toHaveBeenCalledTimes(2))
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })
})
