import { describe, expect, it } from 'vitest'
import { parseWord, wordFor } from '../../../src/core/toggle/words.ts'

describe('the env contract', () => {
  it.each([
    ['false', 0, {}],
    ['true', 100, {}],
    ['10%', 10, {}],
    ['0.1%', 0.1, {}],
    ['10%;key=search;seg=staff', 10, { key: 'search', seg: 'staff' }],
    ['10%;hash=flagd2', 10, { hash: 'flagd2' }],
    ['0%;seg=staff,eu-west;by=organisation', 0, { seg: 'staff,eu-west', by: 'organisation' }],
    ['\t 10% \r\n', 10, {}],
    ['100.00000%', 100, {}],
  ])('%s', (text, exposure, options) => expect(parseWord(text)).toEqual({ exposure, options }))

  it.each(
    [
      ['', '0.1', '10', '1', '0', '-0', 'on', 'TRUE', '%', '.5%', '5.%', '101%', '100.1%', '100.00001%', '-0%', '-1%', '+1%', '1e1%'],
      ['010%', '00%', '0x1%', '10 %', '10%%', '1 0%', '0.000001%', 'NaN%', '١٠%', '\u00a010%', '10%\u2028', '10%;', ';10%', '10% ;key=a'],
      [
        '10%; key=a',
        '10%;x=1',
        '10%;key=a;key=b',
        '10%;key=',
        '10%;key',
        '10%;KEY=a',
        '10%;key=a b',
        '10%;constructor=1',
        '10%;__proto__=1',
      ],
      [
        '10%;seg=',
        '10%;seg=a,',
        '10%;seg=A',
        '10%;seg=a, b',
        '10%;by=',
        '10%;by=1',
        '10%;hash=flagd3',
        '10%;hash=',
        'true false',
        'false;',
      ],
    ].flat(),
  )('"%s" is no word: what is not understood is never on', (text) => expect(parseWord(text)).toBeUndefined())

  it('says it in the words of the toggle', () => {
    const own = { words: { on: 'enabled', off: 'disabled' } }
    expect([0, 0.1, 100].map((exposure) => wordFor(own, exposure))).toEqual(['disabled', '0.1%', 'enabled'])
    expect(parseWord('enabled', own.words)).toEqual({ exposure: 100, options: {} })
    expect(parseWord('true', own.words)).toBeUndefined()
  })
})
