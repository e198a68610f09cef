import { rampAt, weigh, type Comparison } from '../judge/comparison.ts'
import { compare } from '../judge/compare.ts'
import type { State } from '../journal/state.ts'
import type { Phase } from '../plan/plan.ts'
import { stepsOf } from '../plan/steps.ts'
import { isForPeople } from '../policy/decide.ts'
import { nextDestination } from '../policy/destination.ts'
import { isEvidenceOpen } from '../policy/gates.ts'
import { countTraffic } from './synthetic/counted.ts'
import type { PairTraffic } from './synthetic/pair-traffic.ts'

/** The comparison after a poll, and what its gate waits for where it is closed. */
export interface ComparedPoll {
  readonly comparison: Comparison | undefined
  readonly waitsFor?: string
}

/** Compares both groups poll by poll; undefined where that stops the step, or asks people. */
export type Comparing = (before: Comparison | undefined, pair: PairTraffic) => ComparedPoll | undefined

/** Opens the comparison of the step a rollout is at; undefined where nothing is compared. */
export function openComparing(state: State, phase: Phase): Comparing | undefined {
  const { plan, cursor } = state
  const ramp = rampAt(plan, cursor)
  if (!ramp) return undefined
  const compared = { ...phase, metrics: Object.keys(ramp.metrics), success: [] }
  const destination = nextDestination(state)
  const next = destination && stepsOf(plan)[destination.cursor]
  return (before, pair) => {
    const comparison = compare(ramp, before, countTraffic(plan, compared, ramp, pair), plan.interval)
    const weighed = weigh({ plan, cursor, watch: { ...(comparison && { comparison }) } })
    if (!weighed || weighed.finding.do === 'rollback' || isForPeople(plan, weighed.finding)) return undefined
    const { finding } = weighed
    return { comparison, ...(!isEvidenceOpen(weighed, next) && { waitsFor: 'because' in finding ? finding.because : finding.do }) }
  }
}
