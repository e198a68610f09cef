import { expect, it } from 'vitest'
import { withoutManyCounters } from '../../../src/core/judge/raw-counters.ts'
import { track, watch } from '../../helpers/core.ts'

const series = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [`s${nth}`, nth]))

it('leaves a watch of few series as it is', () => {
  const few = watch({ errors: track({ last: { bad: series(50), total: series(50) } }) })
  expect(withoutManyCounters(few)).toBe(few)
})

it('takes the raw counters of many series out, wherever they are, and nothing else', () => {
  const errors = track({ last: { bad: series(1), total: series(60) }, samples: 7 })
  const group = { on: { total: series(20) }, off: { total: series(20) } }
  const comparison = { of: 'x', ledger: { polls: 3 }, last: { errors: group } }
  const many = { ...watch({ errors, other: track() }, { credit: 5 }), comparison }
  const { last: _, ...kept } = errors
  // The ledger is handed on as it is: any will do.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  expect(withoutManyCounters(many as never)).toEqual({
    ...many,
    tracks: { errors: kept, other: track() },
    comparison: { ...comparison, last: {} },
  })
})
