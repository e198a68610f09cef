import { findingOf, type LedgerFinding } from '../evidence/finding.ts'
import { nameOf, openLedger, resume, type Ledger } from '../evidence/ledger.ts'
import { MINUTE } from '../evidence/minute.ts'
import { DEFAULTS, type Bounds, type Policy } from '../evidence/policy.ts'
import { pollsLeft } from '../evidence/polls-left.ts'
import { sentenceOf } from '../evidence/sentence.ts'
import { stepsOf } from '../plan/steps.ts'
import { comparedBy, type Metric } from '../plan/metric.ts'
import type { Evidence, Plan } from '../plan/plan.ts'
import type { Duration } from '../values/units.ts'

/** The memory of the two groups between polls. Plain data: it lives in the journal. */
export interface Comparison {
  /** The change it is about: `phase/TOGGLE`. */
  readonly of: string
  readonly ledger: Ledger
}

/** One change on its way to everybody, at a step where some have it and some do not. */
export interface Ramp {
  readonly of: string
  /** Index into `policy.shares`. */
  readonly step: number
  readonly policy: Policy
  readonly pace: Evidence['pace']
  /** Metric → what its reading compares. */
  readonly metrics: { readonly [metric: string]: 'failures' | 'latency' }
}

/**
 * Returns the ramp at a cursor; undefined where nobody, or everybody, has the change, or no metric tells the groups
 * apart.
 */
export function rampAt(plan: Plan, cursor: number): Ramp | undefined {
  const known = ramps.get(plan) ?? new Map<number, Ramp | undefined>()
  if (!known.has(cursor)) ramps.set(plan, known.set(cursor, findRamp(plan, cursor)))
  return known.get(cursor)
}

/** A plan never changes once it is made, and every poll asks for its ramp several times. */
const ramps = new WeakMap<Plan, Map<number, Ramp | undefined>>()

function findRamp(plan: Plan, cursor: number): Ramp | undefined {
  const all = stepsOf(plan)
  const step = all[cursor]
  const phase = step && plan.phases[step.phase]
  // Of a shadow nobody is in the group with the toggle on.
  if (!phase || phase.shadows !== undefined || step.moves.some((name) => plan.toggles[name]?.exposure !== 'users')) return undefined
  const of = `${phase.id}/${step.moves.join('+')}`
  const metrics = Object.fromEntries(
    phase.metrics.flatMap((name) => {
      const metric = plan.metrics[name]
      const isAbout = metric?.toggle === undefined || step.moves.includes(metric.toggle)
      const compared = metric && comparedBy(metric)
      return compared && isAbout ? [[name, compared] as const] : []
    }),
  )
  if (!isPartial(step.to) || Object.keys(metrics).length === 0) return undefined
  // One round has one list of what it moves; a plan of many toggles has too many steps to compare names.
  const steps = all.filter((each) => each.moves === step.moves && isPartial(each.to))
  const nth = steps.indexOf(step)
  const { pace, policy } = phase.evidence ?? { pace: 'evidence' as const, policy: DEFAULTS }
  const own = Object.fromEntries(Object.keys(metrics).flatMap((name) => boundsOf(name, plan.metrics[name])))
  const shares = steps.map(({ to }) => to / 100)
  return { of, step: nth, pace, metrics, policy: { ...policy, shares, ...(Object.keys(own).length > 0 && { metrics: own }) } }
}

function boundsOf(name: string, metric: Metric | undefined): readonly (readonly [name: string, bounds: Bounds])[] {
  const wandersFor = metric && metric.window < MINUTE ? { wandersFor: metric.window } : undefined
  return metric?.evidence || wandersFor ? [[name, { ...metric?.evidence, ...wandersFor }]] : []
}

/** Returns the comparison as a step is reached. */
export function arrive(ramp: Ramp | undefined, before: Comparison | undefined): Comparison | undefined {
  const ledger = ramp && ledgerAbout(ramp, before)
  return ledger && { of: ramp.of, ledger }
}

/** Returns the comparison after a person has looked at what it asked about. */
export function resumed(comparison: Comparison): Comparison {
  return { ...comparison, ledger: resume(comparison.ledger) }
}

/**
 * What the comparison says now. A class, for its getters: an object with getters of its own has no shape that Node knows, and
 * a forecast makes millions.
 */
export class Weighed {
  readonly ramp: Ramp
  readonly ledger: Ledger
  readonly finding: LedgerFinding
  readonly pace: Evidence['pace']
  readonly #interval: Duration

  constructor(ramp: Ramp, ledger: Ledger, finding: LedgerFinding, interval: Duration) {
    this.ramp = ramp
    this.ledger = ledger
    this.finding = finding
    this.pace = ramp.pace
    this.#interval = interval
  }

  /** A sentence; made when it is read, which most polls do not. */
  get text(): string {
    return sentenceOf(this.finding, this.ledger, this.ramp.policy, this.#interval)
  }

  /** Time under watch until what it waits for may be known, when that can be foretold. */
  get opensIn(): Duration | undefined {
    const polls = pollsLeft(this.finding, this.ledger, this.ramp.policy)
    return polls && polls * this.#interval
  }

  /** The metric it speaks of. */
  get metric(): string | undefined {
    const { finding, ledger } = this
    return 'stream' in finding ? ledger.entries.find((each) => nameOf(each) === finding.stream)?.metric : undefined
  }
}

/**
 * Weighs what was compared; undefined where there is nothing to compare. Where nothing was compared yet, it says so.
 */
export function weigh({
  plan,
  cursor,
  watch,
}: {
  readonly plan: Plan
  readonly cursor: number
  readonly watch?: { readonly comparison?: Comparison }
}): Weighed | undefined {
  const ramp = rampAt(plan, cursor)
  if (!ramp) return undefined
  const ledger = ledgerOf(ramp, watch?.comparison)
  const finding: LedgerFinding =
    ledger.step === ramp.step && ledger.polls > 0
      ? findingOf(ledger, ramp.policy)
      : { do: 'hold', because: 'polls', polls: 0, needed: 2, evidence: 1 }
  return new Weighed(ramp, ledger, finding, plan.interval)
}

/** Returns what the two groups of a ramp have shown so far; of another change, or of none, an empty ledger. */
export function ledgerOf(ramp: Ramp, comparison: Comparison | undefined): Ledger {
  return ledgerAbout(ramp, comparison) ?? fresh(ramp)
}

/** An earlier version counted polls, and kept nothing of time: what its journal holds begins anew. */
function ledgerAbout({ of }: Ramp, comparison: Comparison | undefined): Ledger | undefined {
  if (comparison?.of !== of) return undefined
  const { ledger } = comparison
  return Number.isFinite(ledger.lasted + ledger.at) ? ledger : undefined
}

function fresh({ metrics }: Ramp): Ledger {
  const named = (kind: string): readonly string[] => Object.entries(metrics).flatMap(([name, each]) => (each === kind ? [name] : []))
  return openLedger(named('failures'), named('latency'))
}

/** Tells whether some users have the change and some do not. */
export function isPartial(exposure: number): boolean {
  return exposure > 0 && exposure < 100
}
