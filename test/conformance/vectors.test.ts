import { describe, expect, it } from 'vitest'
import { murmur3 } from '../../src/core/toggle/bucket.ts'
import { parseWord } from '../../src/core/toggle/words.ts'
import { parseEnvFile } from '../../src/sdk/env-file.ts'
import { DECISIONS, FILES, NO_WORDS, PUBLISHED, textOf, WORDS } from './cases.ts'
import { made, written } from './vectors.ts'

describe('conformance/vectors.json', () => {
  it('is what `npm run vectors` writes now', () => expect(written()).toBe(made()))

  it('has the published hashes', () => expect(PUBLISHED.map(([text]) => murmur3(text))).toEqual(PUBLISHED.map(([, hash]) => hash)))

  it('is what was written down by hand', () => {
    const { decisions }: { readonly decisions: readonly { readonly isOn: boolean }[] } = JSON.parse(written())
    expect(decisions).toHaveLength(DECISIONS.length)
    const wrong = DECISIONS.filter(({ expected }, nth) => expected !== undefined && expected !== decisions[nth]?.isOn)
    expect(wrong).toEqual([])
    expect(DECISIONS.filter(({ expected }) => expected !== undefined).length).toBeGreaterThan(40)
  })

  it.each(WORDS.map(([text, exposure, options = {}]) => ({ text, exposure: exposure / 1e5, options })))('the word $text', ({ text, ...word }) =>
    expect(parseWord(text)).toEqual(word),
  )
  it.each(NO_WORDS)('%j is no word', (text) => expect(parseWord(text)).toBeUndefined())

  it.each(FILES)('the file %j is %s', (text, verdict, value, epoch) => {
    const file = parseEnvFile(text)
    if (typeof file === 'string') return expect(verdict).toBe('bad')
    expect(file.unclear.has('F') ? 'unclear' : 'good').toBe(verdict)
    if (verdict !== 'good') return
    expect([file.variables.get('F') ?? null, file.epoch ?? null]).toEqual([value, epoch])
  })

  it('has ids by rule that are as large as they say', () => {
    const bytes = DECISIONS.flatMap(({ id }) => (id === null || typeof id === 'string' ? [] : [Buffer.byteLength(textOf(id))]))
    expect(bytes).toEqual([2 ** 20, 1_048_581])
  })
})
