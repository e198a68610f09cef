import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numbersFor, numeralsIn, refuseNumber, wordOfNumber, type Numeral } from '../../src/adapters/numeral.ts'
import { formatExposure } from '../../src/core/values/units.ts'

const numeral = (name: string): Numeral => {
  const [found] = numeralsIn(`{{${name}}}`)
  if (!found) throw new Error(`${name} is no numeral`)
  return found
}
const written = (name: string, word: string): string | undefined => numbersFor(numeral(name), word)[name]

describe('a word as a number', () => {
  it.each([
    ['percent', '25%', '25'],
    ['percent', '0.1%', '0.1'],
    ['percent', '12.34567%', '12.34567'],
    ['share', '25%', '0.25'],
    ['share', '7%', '0.07'],
    ['share', '0.00001%', '0.0000001'],
    ['weight:100000', '25%', '25000'],
    ['weight:1000', '0.1%', '1'],
    ['percent', 'false', '0'],
    ['percent', 'true', '100'],
    ['share', 'false', '0'],
    ['share', 'true', '1'],
    ['weight:1000', 'false', '0'],
    ['weight:1000', 'true', '1000'],
  ])('{{%s}} of %s is %s, and is read back as it', (name, word, text) => {
    expect(written(name, word)).toBe(text)
    expect(wordOfNumber(numeral(name), Number(text), 'place')).toBe(word)
    expect(wordOfNumber(numeral(name), text, 'place')).toBe(word)
  })

  it.each(['percent', 'share', 'weight:10000000'])('{{%s}} holds every exposure exactly', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), (hundredThousandths) => {
        const word = formatExposure(hundredThousandths / 1e5)
        expect(refuseNumber(numeral(name), word)).toBeUndefined()
        expect(wordOfNumber(numeral(name), Number(written(name, word)), 'place')).toBe(word)
      }),
    )
  })

  it('is refused exactly where the weight has no whole number of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: 1, max: 9_999_999 }), (all, hundredThousandths) => {
        const isHeld = (BigInt(all) * BigInt(hundredThousandths)) % 10_000_000n === 0n
        const refusal = refuseNumber(numeral(`weight:${all}`), formatExposure(hundredThousandths / 1e5))
        expect(refusal === undefined).toBe(isHeld)
      }),
    )
  })
})

describe('what is no numeral, or no number of it', () => {
  it.each(['weight', 'weight:0', 'weight:-1', 'weight:1.5', 'weight:100000000', 'percentage', 'percent:words', 'weight:100:texts'])(
    '{{%s}} is no numeral',
    (name) => expect(numeralsIn(`{{${name}}}`)).toEqual([]),
  )

  it.each<[string, unknown]>([
    ['percent', -1],
    ['percent', 100.1],
    ['percent', 33.333333],
    ['percent', Number.NaN],
    ['percent', Number.POSITIVE_INFINITY],
    ['percent', null],
    ['percent', true],
    ['percent', ''],
    ['percent', '10%'],
    ['percent', ' 10'],
    ['percent', '1e1'],
    ['percent', '-1'],
    ['percent', [10]],
    ['share', 25],
    ['share', 0.12345678],
    ['weight:1000', 1001],
    ['weight:1000', 0.5],
    // A third has no percentage of five decimals.
    ['weight:3', 1],
  ])('{{%s}} is not %j', (name, found) => {
    expect(() => wordOfNumber(numeral(name), found, 'the place holds it')).toThrow(`the place holds it: {{${name}}} is a`)
  })
})
