import { describe, expect, it } from 'vitest'
import { parseWord, wordFor } from '../../src/core/words.ts'

describe('the env contract', () => {
  it.each([
    ['false', 0, {}],
    ['true', 100, {}],
    ['10%', 10, {}],
    ['0.1%', 0.1, {}],
    ['10%;key=search;seg=staff', 10, { key: 'search', seg: 'staff' }],
    ['10%;hash=flagd2', 10, { hash: 'flagd2' }],
  ])('%s', (text, exposure, options) => expect(parseWord(text)).toEqual({ exposure, options }))

  it.each(['', '0.1', '10', '1', '0', 'on', 'TRUE', '101%', '-0%', '0.000001%', '10%;', '10%;x=1', '10%;key=a;key=b', '10%;key='])(
    '"%s" is no word: what is not understood is never on',
    (text) => expect(parseWord(text)).toBeUndefined(),
  )

  it('says it in the words of the toggle', () => {
    const own = { words: { on: 'enabled', off: 'disabled' } }
    expect([0, 0.1, 100].map((exposure) => wordFor(own, exposure))).toEqual(['disabled', '0.1%', 'enabled'])
    expect(parseWord('enabled', own.words)).toEqual({ exposure: 100, options: {} })
    expect(parseWord('true', own.words)).toBeUndefined()
  })
})
