import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { redactor } from '../../../src/core/values/redact.ts'

const SECRET = 'hunter/2+"é=xyz'
const hide = redactor(
  new Map([
    [SECRET, '${PASSWORD}'],
    ['operator', '${USER}'],
    ['', '${EMPTY}'],
  ]),
)

it.each([
  ['nothing', 'nothing'],
  [`a ${SECRET} b`, 'a ${PASSWORD} b'],
  ['by operator', 'by ${USER}'],
  [JSON.stringify({ password: SECRET }), '{"password":"${PASSWORD}"}'],
  [`?token=${encodeURIComponent(SECRET)}&x`, '?token=${PASSWORD}&x'],
  [`?token=${new URL(`http://x/?${SECRET}`).search}`, expect.not.stringContaining('xyz') as string],
  [`answered 500: ${SECRET.slice(0, 9)}`, 'answered 500: ${PASSWORD}…'],
  [`exited with 1: ${SECRET.slice(5)}`, 'exited with 1: ${PASSWORD}…'],
])('%s', (text, shown) => {
  expect(hide(text)).toEqual(shown)
})

it('no form and no half of a secret is left, whatever stands around it', () => {
  const secret = fc.string({ minLength: 16, maxLength: 40, unit: fc.constantFrom(...'kQ7/+="é ~z'.split('')) })
  const noise = fc.string({ maxLength: 20, unit: fc.constantFrom('.', '#', '(') })
  fc.assert(
    fc.property(secret, noise, noise, fc.nat({ max: 8 }), (value, before, after, cut) => {
      const hidden = redactor(new Map([[value, '${X}']]))
      for (const form of [value, encodeURIComponent(value), value.slice(cut), value.slice(0, value.length - cut)])
        expect(hidden(before + form + after)).not.toContain(form)
      const encoded = Buffer.from(`user:${value}:x`).toString('base64')
      expect(hidden(encoded)).not.toBe(encoded)
    }),
  )
})
