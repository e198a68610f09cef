import { expect, it } from 'vitest'
import { withoutManyCounters } from '../../../src/core/judge/raw-counters.ts'
import { track, watch } from '../../helpers/core.ts'

const series = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [`s${nth}`, nth]))

it('leaves a watch of few series as it is', () => {
  const few = watch(undefined, { counting: { errors: { last: { all: { bad: series(50), total: series(50) } } } } })
  expect(withoutManyCounters(few)).toBe(few)
})

it('takes the raw counters of many series out, wherever they are, and nothing else', () => {
  const errors = { last: { on: { total: series(20) }, off: { total: series(20) } }, at: 7, distrust: { polls: 3, detail: 'x' } }
  const latency = { last: { all: { '+Inf': series(61) } }, marks: { 'all/+Inf/s1': { falls: 1, polls: 0 } } }
  const many = watch({ errors: track({ samples: 7 }) }, { credit: 5, counting: { errors, latency } })
  const { last: _, ...kept } = errors
  expect(withoutManyCounters(many)).toEqual({ ...many, counting: { errors: kept, latency: {} } })
})
