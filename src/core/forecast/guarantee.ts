import { defined } from '../values/defined.ts'
import { isPartial, rampAt } from '../judge/comparison.ts'
import type { Bounds } from '../evidence/policy.ts'
import { limitsOf } from '../evidence/policy.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Evidence, Phase, Plan } from '../plan/plan.ts'
import { standardAt } from '../judge/single.ts'

/** What a phase promises about its decisions, and what it cannot. */
export interface Guarantee {
  readonly phase: string
  /** Absent where no metric tells those with the change from those without. */
  readonly evidence?: Evidence
  /** Metrics that do, with the bounds they have of their own. */
  readonly compared: { readonly [metric: string]: Bounds }
  /**
   * Metrics whose failures are held to a rate (0–1) by evidence of one group, those with the change where they are told
   * apart: in how many changes that stay below it by mistake (0–1).
   */
  readonly single: { readonly [metric: string]: { readonly above: number; readonly mistaken: number } }
  /** Metrics judged by readings alone: those that count requests, and those that give a number and nothing else. */
  readonly counted: readonly string[]
  readonly numbers: readonly string[]
}

/**
 * Returns what is promised for every phase whose steps some users have and some do not, or that weighs evidence of one
 * group.
 */
export function guaranteesOf(plan: Plan): readonly Guarantee[] {
  return plan.phases.flatMap((phase, nth) => {
    const steps = stepsOf(plan).filter((step) => step.phase === nth)
    const ramps = steps.flatMap(({ index }) => rampAt(plan, index) ?? [])
    const guarantee = guaranteeOf(plan, phase, ramps)
    const isGradual = steps.some(({ to }) => isPartial(to))
    return isGradual || Object.keys(guarantee.single).length > 0 ? [guarantee] : []
  })
}

function guaranteeOf(plan: Plan, phase: Phase, ramps: readonly NonNullable<ReturnType<typeof rampAt>>[]): Guarantee {
  const [ramp] = ramps
  const compared = new Set(ramps.flatMap(({ metrics }) => Object.keys(metrics)))
  const single = Object.fromEntries(
    phase.metrics.flatMap((name) => {
      const standard = standardAt(plan, phase, -1, name)
      return standard ? [[name, { above: standard.rate, mistaken: 1 / limitsOf(standard.policy).harm }] as const] : []
    }),
  )
  const rest = phase.metrics.filter((name) => plan.metrics[name] && !compared.has(name) && single[name] === undefined)
  const counts = (name: string): boolean => plan.metrics[name]?.measures.what !== 'gauge'
  return defined({
    phase: phase.id,
    evidence: ramp && { pace: ramp.pace, policy: ramp.policy },
    compared: Object.fromEntries([...compared].map((name) => [name, plan.metrics[name]?.evidence ?? {}])),
    single,
    counted: rest.filter((name) => counts(name)),
    numbers: rest.filter((name) => !counts(name)),
  })
}
