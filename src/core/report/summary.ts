import { weigh } from '../judge/comparison.ts'
import { decide, type Decision } from '../policy/decide.ts'
import { gatesOf, nextStep, phaseGates, type Gate } from '../policy/gates.ts'
import { describe } from '../judge/describe.ts'
import type { Verdict } from '../judge/track.ts'
import { flowsOf, outlookOf, type Outlook } from '../forecast/time-to-proof.ts'
import type { Lease } from '../journal/store.ts'
import { stepsOf, type Step } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { phaseOf } from '../policy/moves.ts'
import { currentStep, type Deed, type Intent, type State, type Status } from '../journal/state.ts'
import { formatExposure, type Instant } from '../values/units.ts'

/** A step for people and scripts: numbers count from 1. */
export interface StepSummary {
  readonly number: number
  readonly of: number
  readonly phase: string
  readonly toggles: readonly string[]
  readonly to: string
}

export interface MetricSummary {
  readonly name: string
  readonly verdict: Verdict
  readonly text: string
  readonly value?: number
  readonly bad?: number
  readonly total?: number
}

/** Where a rollout is, in one value: what `status --json` prints. */
export interface Summary {
  readonly name: string
  readonly environment?: string
  readonly status: Status
  readonly seq: number
  readonly step?: StepSummary
  readonly next?: StepSummary
  readonly phase: string
  readonly exposures: Exposures
  readonly missing: readonly string[]
  readonly intent?: Pick<Intent, 'seq' | 'move' | 'why' | 'targets'>
  readonly decision: { readonly do: Decision['do']; readonly text: string }
  readonly gates: readonly Gate[]
  /** What the phase under way asks for before it is complete, while its last step is still ahead: what is not done yet. */
  readonly ahead: readonly Gate[]
  readonly metrics: readonly MetricSummary[]
  /** How long it takes to know enough where the change under way is decided; absent where that is being decided now. */
  readonly outlook?: Outlook
  readonly stopped?: Deed
  /** Who watches, or did until it fell silent. */
  readonly controller?: NonNullable<State['controller']> & { readonly watching: boolean }
}

/** Sums a state up. `now` is wall time, for the calendar gates; `lease` is the one that runs, where that was asked for. */
export function summarize(state: State, now: Instant, lease?: Lease): Summary {
  const { plan, status, seq, exposures, missing, intent, stopped } = state
  const controller = lease ? { ...lease.holder, at: lease.since } : state.controller
  const step = currentStep(state)
  const next = nextStep(state)
  const phase = plan.phases[phaseOf(state)]
  const decision = decide(state, now)
  return {
    name: plan.name,
    ...(plan.environment !== undefined && { environment: plan.environment }),
    status,
    seq,
    ...(step && { step: summarizeStep(plan, step) }),
    ...(next && { next: summarizeStep(plan, next) }),
    phase: phase?.id ?? '',
    exposures,
    missing,
    ...(intent && { intent: { seq: intent.seq, move: intent.move, why: intent.why, targets: intent.targets } }),
    decision: { do: decision.do, text: decision.why.text },
    gates: status === 'complete' ? [] : gatesOf(state, now),
    ...outlookIn(state, phase?.id),
    ahead: phase && status !== 'complete' && !step?.last ? phaseGates(state, phase).filter(({ open }) => !open) : [],
    metrics: (phase?.metrics ?? []).flatMap((name) => metricOf(state, name)),
    ...(stopped && { stopped }),
    ...(controller && { controller: { ...controller, watching: lease !== undefined } }),
  }
}

function outlookIn(state: State, phase: string | undefined): Pick<Summary, 'outlook'> {
  const weighed = weigh(state)
  const isDeciding = weighed?.finding.do === 'complete' || (weighed?.finding.do === 'hold' && weighed.finding.because === 'proof')
  if (phase === undefined || state.status !== 'running' || isDeciding) return {}
  const outlook = outlookOf(state.plan, phase, flowsOf(state), weighed?.ramp.of)
  return outlook ? { outlook } : {}
}

export function summarizeStep(plan: Plan, step: Step): StepSummary {
  return {
    number: step.index + 1,
    of: stepsOf(plan).length,
    phase: plan.phases[step.phase]?.id ?? '',
    toggles: step.moves,
    to: formatExposure(step.to),
  }
}

/** One toggle's move from one exposure to another. */
export interface Change {
  readonly toggle: string
  readonly from: string
  readonly to: string
}

/** What differs between two sets of exposures, in the order of the inventory. */
export function changesBetween(plan: Plan, before: Exposures, after: Exposures): readonly Change[] {
  return Object.entries(plan.toggles).flatMap(([toggle, { default: none }]) => {
    const [from, to] = [before[toggle] ?? none, after[toggle] ?? none]
    return from === to ? [] : [{ toggle, from: formatExposure(from), to: formatExposure(to) }]
  })
}

function metricOf(state: State, name: string): readonly MetricSummary[] {
  const metric = state.plan.metrics[name]
  if (!metric) return []
  const track = state.watch?.tracks[name]
  if (!track) return [{ name, verdict: 'unknown', text: 'not measured yet' }]
  const { value, bad, total } = track
  return [
    {
      name,
      verdict: track.verdict,
      text: describe(metric, track),
      ...(value !== undefined && track.verdict !== 'unknown' && { value }),
      ...(bad !== undefined && { bad }),
      ...(total !== undefined && { total }),
    },
  ]
}
