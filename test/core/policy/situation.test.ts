import { describe, expect, it } from 'vitest'
import { compareNext, type Compared } from '../../helpers/counted.ts'
import { decide } from '../../../src/core/policy/decide.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { summarize } from '../../../src/core/report/summary.ts'
import type { State, Status } from '../../../src/core/journal/state.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, phase, plan, state, track, watch } from '../../helpers/core.ts'

const SHOP = plan({
  metrics: { errors: metric({ measures: BOTH_GROUPS }) },
  phases: [phase({ steps: [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE })) })],
})

function counters(total: number): Reading {
  const series = { bad: { a: total / 1000 }, total: { a: total } }
  return { is: 'ratio', bad: { a: total / 500 }, total: { a: total * 2 }, groups: { on: series, off: series } }
}

/** A rollout at 50 % that compares two groups, and how often its ledger was weighed. */
function weighedOften(status: Status): { readonly state: State; readonly times: () => number } {
  let compared: Compared = {}
  for (const total of [1000, 2000, 3000]) compared = compareNext(SHOP, 1, compared, { errors: counters(total) })
  const { comparison } = compared
  if (!comparison) throw new Error('there is no ramp')
  const { ledger, ...rest } = comparison
  let times = 0
  const counted = {
    ...rest,
    get ledger() {
      times += 1
      return ledger
    },
  }
  const at = { plan: SHOP, cursor: 1, exposures: { A: 50 }, status }
  return { state: state({ ...at, watch: { ...watch({ errors: track() }), comparison: counted } }), times: () => times }
}

describe('a situation', () => {
  it('weighs the evidence once, whoever asks', () => {
    const { state: of, times } = weighedOften('running')
    const situation = situationOf(of, NOW)
    expect([decide(situation).do, situation.gates[0]?.name, summarize(situation).decision.do]).toEqual(['hold', 'evidence', 'hold'])
    expect(times()).toBe(1)
  })
  it('finds its gates once', () => {
    const situation = situationOf(state(), NOW)
    expect(situation.gates).toBe(situation.gates)
  })
  it('weighs nothing where nothing is asked', () => {
    const { state: of, times } = weighedOften('complete')
    expect(decide(situationOf(of, NOW)).do).toBe('rest')
    expect(times()).toBe(0)
  })
  it('says where the rollout is and what is next', () => {
    const { phase: here, step, destination, next, metrics } = situationOf(state({ plan: SHOP, watch: watch({}) }), NOW)
    expect([here?.id, step?.to, destination, next?.to]).toEqual(['core', 10, { cursor: 1, exposures: { A: 50 } }, 50])
    expect(metrics).toEqual([{ name: 'errors', metric: SHOP.metrics['errors'] }])
  })
  it('has no next step at the end of the plan, and no step before the first', () => {
    expect(situationOf(state({ cursor: 1, exposures: { A: 100 } }), NOW)).toMatchObject({ destination: undefined, next: undefined })
    expect(situationOf(state({ cursor: -1, exposures: { A: 0 } }), NOW).step).toBeUndefined()
  })
})
