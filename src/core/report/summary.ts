import { joinFew } from '../values/join-few.ts'
import { defined } from '../values/defined.ts'
import { decide, type Decision } from '../policy/decide.ts'
import { phaseGates, type Gate } from '../policy/gates.ts'
import type { Situation } from '../policy/situation.ts'
import { waitsFor, type Waiting } from '../policy/waiting.ts'
import { describe } from '../judge/describe.ts'
import type { Tracked, Verdict } from '../judge/track.ts'
import { flowsOf, outlookOf, type Outlook } from '../forecast/outlook.ts'
import { unreachedIn } from '../journal/outbox.ts'
import type { Lease } from '../journal/store.ts'
import { stepsOf, type Step } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { isEnded, type Deed, type Intent, type State, type Status } from '../journal/state.ts'
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
  /** Nothing is wrong, and what the plan asks for is proven. */
  readonly met: boolean
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
  readonly intent?: Pick<Intent, 'seq' | 'move' | 'why' | 'exposures' | 'targets'>
  readonly decision: { readonly do: Decision['do']; readonly text: string }
  readonly gates: readonly Gate[]
  /** Everything it waits for, what comes first in the way first. */
  readonly waitsFor: readonly Waiting[]
  /**
   * What the phase under way asks for before it is complete, while its last step is still ahead: what is not done yet.
   */
  readonly ahead: readonly Gate[]
  readonly metrics: readonly MetricSummary[]
  /** How long it takes to know enough where the change under way is decided; absent where that is being decided now. */
  readonly outlook?: Outlook
  readonly stopped?: Deed
  /** Channels that refused a message within a day, or of which somebody was not told. */
  readonly unreached: readonly { readonly channel: string; readonly text: string }[]
  /** Who watches, or did until it fell silent. */
  readonly controller?: NonNullable<State['controller']> & { readonly watching: boolean }
  /** When what is said here was measured, where somebody watches who has measured more since. */
  readonly asOf?: Instant
}

/** Returns the summary of a situation. `lease` is the one that runs, where that was asked for. */
export function summarize(situation: Situation, lease?: Lease): Summary {
  const { state, step, next, phase, metrics } = situation
  const { plan, status, seq, exposures, missing, intent, stopped } = state
  const controller = lease ? { ...lease.holder, at: lease.since } : state.controller
  const decision = decide(situation)
  const waits = waitsFor(situation, decision)
  return defined({
    name: plan.name,
    environment: plan.environment,
    status,
    seq,
    step: step && summarizeStep(plan, step),
    next: next && summarizeStep(plan, next),
    phase: phase?.id ?? '',
    exposures,
    missing,
    intent: intent && { seq: intent.seq, move: intent.move, why: intent.why, exposures: intent.exposures, targets: intent.targets },
    decision: sayDecision(decision, state),
    gates: isEnded(state) ? [] : situation.gates,
    waitsFor: waits,
    ...outlookIn(situation),
    ahead: phase && !isEnded(state) && !step?.last ? phaseGates(state, phase).filter(({ open }) => !open) : [],
    metrics: metrics.map(summarizeMetric),
    stopped,
    unreached: unreachedIn(state.outbox, situation.now),
    controller: controller && { ...controller, watching: lease !== undefined },
    asOf: lease && state.watch && Math.max(state.arrivedAt, state.observedAt ?? 0),
  })
}

/** With every gate open the next step still fails on what stands in its way. */
function sayDecision({ do: what, why }: Decision, { blocked }: State): Summary['decision'] {
  return what === 'advance' && blocked
    ? {
        do: 'hold',
        text: joinFew(
          blocked.map(({ text }) => text),
          '; ',
        ),
      }
    : { do: what, text: why.text }
}

function outlookIn(situation: Situation): Pick<Summary, 'outlook'> {
  const { state, phase, weighed } = situation
  const isDeciding = weighed?.finding.do === 'complete' || (weighed?.finding.do === 'hold' && weighed.finding.because === 'proof')
  if (phase === undefined || state.status !== 'running' || isDeciding) return {}
  const outlook = outlookOf(state.plan, phase.id, flowsOf(situation), weighed?.ramp.of)
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

/** Returns the summary of one metric; it shows no value where nothing is known. */
export function summarizeMetric({ name, metric, track }: Tracked): MetricSummary {
  if (!track) return { name, verdict: 'unknown', met: false, text: 'not measured yet' }
  const { verdict, met, value, bad, total } = track
  return defined({
    name,
    verdict,
    met,
    text: describe(metric, track),
    value: verdict === 'unknown' ? undefined : value,
    bad,
    total,
  })
}
