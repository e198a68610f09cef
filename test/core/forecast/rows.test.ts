import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openRows } from '../../../src/core/forecast/rows.ts'
import { sum } from '../../../src/core/judge/bin.ts'
import { trim } from '../../../src/core/judge/counters.ts'

const bin = (total: number) => ({ for: 10, counts: { bad: Math.floor(total / 10), total } })

it('keeps the rows that the judge keeps, and their sums, whatever is given back', () => {
  const polls = fc.array(fc.record({ total: fc.nat(100), isGivenBack: fc.boolean() }), { maxLength: 60 })
  const metrics = fc.record({ window: fc.nat(100), minSamples: fc.nat(300) })
  fc.assert(
    fc.property(metrics, polls, (metric, all) => {
      const rows = openRows(metric, [{ for: 10, counts: [0, 5] }])
      let bins: ReturnType<typeof trim> = [{ for: 10, counts: { bad: 0, total: 5 } }]
      for (const { total, isGivenBack } of all) {
        rows.push(10, [Math.floor(total / 10), total])
        if (isGivenBack) rows.pop()
        else bins = trim([...bins, bin(total)], metric, 'total')
        expect(rows.all).toEqual(bins.map((each) => ({ for: each.for, counts: [each.counts['bad'], each.counts['total']] })))
        const { bad = 0, total: whole = 0 } = sum(bins)
        expect(rows.sums).toEqual([bad, whole])
      }
    }),
  )
})
