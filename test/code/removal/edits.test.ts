import fc from 'fast-check'
import { expect, it } from 'vitest'
import { editsOf } from '../../../src/code/removal/edits.ts'

it('what lies within a range that goes, goes with it', () => {
  const edits = editsOf('one two three four')
  edits.replace(8, 13, '3')
  edits.remove(4, 14)
  edits.replace(0, 3, '1')
  expect(edits.apply()).toBe('1 four')
  expect(edits.isGone({ start: 8, end: 13 })).toBe(true)
  expect(edits.isGone({ start: 12, end: 16 })).toBe(false)
  expect(edits.after(14)).toBe(2)
})

it('two blank lines do not become three', () => {
  const edits = editsOf('a\n\nb\n\nc\n')
  edits.remove(3, 5)
  expect(edits.apply()).toBe('a\n\nc\n')
})

it('every letter that is in no edit stays, in order', () => {
  const ranges = fc.array(fc.tuple(fc.nat(30), fc.nat(8)), { maxLength: 6 })
  fc.assert(
    fc.property(ranges, (drawn) => {
      const text = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEF'
      const edits = editsOf(text)
      for (const [start, length] of drawn) edits.remove(start, start + length)
      const gone = new Set(drawn.flatMap(([start, length]) => Array.from({ length }, (_, nth) => start + nth)))
      const kept = text
        .split('')
        .filter((_, nth) => !gone.has(nth))
        .join('')
      expect(edits.apply()).toBe(kept)
      for (const [nth, letter] of text.split('').entries()) if (!gone.has(nth)) expect(kept[edits.after(nth)]).toBe(letter)
    }),
  )
})
