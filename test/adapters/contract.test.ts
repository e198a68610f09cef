import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { conform } from '../../src/adapters/conform.ts'
import { faultsOf } from '../../src/adapters/faults.ts'
import { adaptersIn, importAdapter } from '../../src/adapters/registry.ts'
import { kinds, KINDS, type Kind } from '../../src/core/ports.ts'
import { lend } from '../helpers/loan.ts'

const folder = new URL('../../src/adapters/', import.meta.url)
const inFolder = (kind: Kind): readonly string[] => readdirSync(new URL(kind, folder)).map((file) => file.replace(/\.ts$/, ''))
const all = kinds().flatMap((kind) => inFolder(kind).map((use) => [KINDS[kind].one, use, kind] as const))

describe.each(all)('the %s %s', (_, use, kind) => {
  it('keeps the contract', async () => {
    const adapter = await importAdapter(kind, use, '/')
    expect(faultsOf(kind, adapter)).toEqual([])
    const { needs, may } = KINDS[kind]
    expect(Object.keys(adapter).filter((name) => !['options', ...needs, ...may].includes(name))).toEqual([])
  })

  it('refuses options it does not know', async () => {
    const { options } = await importAdapter(kind, use, '/')
    const result = await options['~standard'].validate({ surprise: true })
    expect(result.issues?.map(({ message }) => message).join()).toContain('surprise')
  })
})

const WORDS = [{ FEATURE_X: '10%' }, { FEATURE_X: 'true' }, { FEATURE_X: 'false' }]
/** Those that need no server; the others are tried against real ones by tests of their own. */
const TRIALS: [Kind, string, Readonly<Record<string, unknown>>, string | undefined][] = [
  ['targets', 'env-file', { path: 'words' }, 'FEATURE_X=false\n'],
  ['targets', 'flagd', { path: 'words', create: true }, undefined],
  ['targets', 'go-feature-flag', { path: 'words', create: true }, undefined],
  ['targets', 'unleash', { path: 'words', create: true }, undefined],
  ['targets', 'command', { set: ['sh', '-c', 'printf %s "$1" > words', 'set', '{{value}}'], get: ['cat', 'words'] }, 'false'],
  ['metrics', 'command', { run: ['cat', 'words'] }, '0.5'],
  ['metrics', 'feedback', { path: 'words', ratio: { below: 3 } }, '{"rating": 4}\n'],
]

it.each(TRIALS)('the %s of %s keep the contract when they are used', async (kind, use, options, text) => {
  const place = mkdtempSync(join(tmpdir(), 'trial-'))
  if (text !== undefined) writeFileSync(join(place, 'words'), text)
  await conform(await importAdapter(kind, use, '/'), { options, words: WORDS, folder: place })
})

describe('the registry', () => {
  it.each(kinds())('is the folder of %s', (kind) => expect(adaptersIn('/').names(kind)).toEqual(inFolder(kind)))

  it.each(['../state/file', 'env-file.ts', 'Env', '__proto__', ''])('does not import %s', async (use) => {
    await expect(importAdapter('targets', use, '/nowhere')).rejects.toThrow()
    if (!use.startsWith('.')) expect(await adaptersIn('/nowhere').find('targets', use)).toBeUndefined()
  })
})

const STANDARD = "{ '~standard': { version: 1, vendor: 'me', validate: (value) => ({ value }) } }"

function own(source: string): string {
  const place = mkdtempSync(join(tmpdir(), 'own-'))
  writeFileSync(join(place, 'mine.mjs'), source)
  return place
}

describe("a file of the user's own", () => {
  it('has the same contract', async () => {
    const place = own(`export default { options: ${STANDARD}, read: async () => ({ is: 'value', value: 7 }) }`)
    const adapter = await importAdapter('metrics', './mine.mjs', place)
    expect(await adapter.read({}, lend(place))).toEqual({ is: 'value', value: 7 })
  })

  it('may be an object of a class, and check its options by a function', async () => {
    const place = own(`class Mine {
      number = 7
      options({ plus }) { if (typeof plus !== 'number') throw new Error('plus: must be a number'); return { plus } }
      async read({ plus }) { return { is: 'value', value: this.number + plus } }
    }
    export default new Mine()`)
    const adapter = await importAdapter('metrics', './mine.mjs', place)
    const { validate } = adapter.options['~standard']
    expect(await validate({})).toEqual({ issues: [{ message: 'plus: must be a number' }] })
    expect(await validate({ plus: 1 })).toEqual({ value: { plus: 1 } })
    expect(await adapter.read({ plus: 1 }, lend(place))).toEqual({ is: 'value', value: 8 })
  })

  it('that throws where it is looked at is no adapter, and no bug of ours', async () => {
    const place = own(`export default { options: ${STANDARD}, get read() { throw new Error('not now') } }`)
    await expect(importAdapter('metrics', './mine.mjs', place)).rejects.toMatchObject({
      code: 'config',
      problems: [{ message: './mine.mjs cannot be loaded: not now' }],
    })
  })

  it('is found in what TypeScript makes of it for CommonJS', async () => {
    const place = own('')
    const made = `Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = { options: () => ({}), read: async () => ({ is: 'value', value: 7 }) }`
    writeFileSync(join(place, 'mine.cjs'), made)
    const adapter = await importAdapter('metrics', './mine.cjs', place)
    expect(await adapter.read({}, lend(place))).toEqual({ is: 'value', value: 7 })
  })

  it.each<[Kind, string, string]>([
    ['targets', `{ options: ${STANDARD}, read() {} }`, './mine.mjs is not a target: write is missing; byHand is missing'],
    [
      'targets',
      `{ options: ${STANDARD}, raed() {}, write() {}, byHand() {} }`,
      './mine.mjs is not a target: read is missing (there is "raed")',
    ],
    [
      'targets',
      `{ options: {}, read() {}, write() {}, byHand: 'x' }`,
      './mine.mjs is not a target: options must be a function, or a Standard Schema such as one of zod; byHand must be a function',
    ],
    [
      'targets',
      `{ options: ${STANDARD}, read() {}, write() {}, byHand() {}, settle: 5 }`,
      './mine.mjs is not a target: settle must be a function',
    ],
    ['metrics', `{ read() {} }`, './mine.mjs is not a metric: options is missing'],
    [
      'targets',
      `{ options: ${STANDARD}, read() {}, write() {}, byHand() {}, efect: () => 'live', helper() {} }`,
      './mine.mjs is not a target: effect is missing (there is "efect")',
    ],
    ['metrics', `() => 1`, './mine.mjs is not a metric: default is a function or a class, and no object: export what it makes'],
    ['metrics', `'http://localhost'`, './mine.mjs is not a metric: default is missing, or no object'],
    ['notify', `{ options: ${STANDARD}, read() {} }`, './mine.mjs is not a channel: send is missing'],
  ])('%s %s', async (kind, source, message) => {
    await expect(importAdapter(kind, './mine.mjs', own(`export default ${source}`))).rejects.toMatchObject({
      code: 'config',
      problems: [{ message, hint: expect.stringContaining('docs/adapters.md') }],
    })
  })
})
