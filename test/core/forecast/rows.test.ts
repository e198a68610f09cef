import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openRows } from '../../../src/core/forecast/rows.ts'
import { NOBODY } from '../../../src/core/forecast/synthetic/pair-traffic.ts'
import { sum } from '../../../src/core/judge/bin.ts'
import { trim } from '../../../src/core/judge/counters.ts'

const counts = (total: number) => ({ bad: Math.floor(total / 10), total })
const row = (total: number) => ({ for: 10, gained: { ...NOBODY, ...counts(total) } })

it('keeps the rows that the judge keeps, and their sums, whatever is given back', () => {
  const polls = fc.array(fc.record({ total: fc.nat(100), isGivenBack: fc.boolean() }), { maxLength: 60 })
  const metrics = fc.record({ window: fc.nat(100), minSamples: fc.nat(300) })
  fc.assert(
    fc.property(metrics, polls, (metric, all) => {
      const rows = openRows(metric, [row(5)], ({ bad }) => bad)
      let bins: ReturnType<typeof trim> = [{ for: 10, counts: counts(5) }]
      for (const { total, isGivenBack } of all) {
        rows.push(10, row(total).gained)
        if (isGivenBack) expect(rows.pop()).toBe(total)
        else bins = trim([...bins, { for: 10, counts: counts(total) }], metric, 'total')
        expect(rows.all().map(({ for: lasts, gained: { bad, total: whole } }) => ({ for: lasts, counts: { bad, total: whole } }))).toEqual(
          bins,
        )
        const { bad = 0, total: whole = 0 } = sum(bins)
        expect([rows.part(), rows.total()]).toEqual([bad, whole])
      }
    }),
  )
})
