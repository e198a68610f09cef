import fc from 'fast-check'
import { expect, it } from 'vitest'
import { evolveAlone, UNSEEN, type Alone } from '../../../src/core/evidence/alone.ts'
import { openAloneLater } from '../../../src/core/evidence/alone-later.ts'
import { worth } from '../../../src/core/evidence/mixture.ts'

const against = { rate: 0.05, eventsPerCause: 1, limit: 100 }
const evolve = (alone: Alone, group: { total: number; bad: number }): Alone => evolveAlone(alone, group, 0.05, 1)

it('comes to the same evidence to the last bit as poll by poll, whatever is given back, and says when it is enough', () => {
  // Of few requests none leaves no trace; of many most do; of a disaster there is more with every poll.
  const poll = fc.record({
    total: fc.constantFrom(0, 1, 20, 3000),
    tenths: fc.constantFrom(0, 0, 0, 1, 8),
    isGivenBack: fc.boolean(),
    isAsked: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(poll, { maxLength: 300, size: 'max' }), (polls) => {
      const later = openAloneLater(UNSEEN, against)
      let alone = UNSEEN
      for (const { total, tenths, isGivenBack, isAsked } of polls) {
        const group = { total, bad: Math.floor((total * tenths) / 10) }
        const next = evolve(alone, group)
        const isBelow = worth(next.above) < against.limit
        expect(later.take(group)).toBe(isBelow)
        if (isGivenBack || !isBelow) later.giveBack()
        else alone = next
        if (isAsked) expect(later.weigh()).toEqual(alone)
      }
      expect(later.weigh()).toEqual(alone)
    }),
  )
})

it('comes to the same evidence where nobody asks for a long time', () => {
  const later = openAloneLater(UNSEEN, against)
  let alone = UNSEEN
  for (let nth = 0; nth < 1500; nth += 1) {
    const group = { total: nth % 3 === 0 ? 30 : 3000, bad: nth % 20 }
    later.take(group)
    alone = evolve(alone, group)
  }
  expect(later.weigh()).toEqual(alone)
})
