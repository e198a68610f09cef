import type { Bin } from './bin.ts'
import type { Counted } from './counting.ts'
import { findingOf, type LedgerFinding } from '../evidence/finding.ts'
import { evolveLedger, nameOf, openLedger, resume, type Ledger } from '../evidence/ledger.ts'
import type { Histogram } from '../evidence/buckets.ts'
import type { Read } from '../evidence/gap.ts'
import type { Group } from '../evidence/likelihood.ts'
import { MINUTE } from '../evidence/minute.ts'
import { DEFAULTS, type Bounds, type Policy } from '../evidence/policy.ts'
import type { Poll } from '../evidence/poll.ts'
import { pollsLeft } from '../evidence/polls-left.ts'
import { sentenceOf } from '../evidence/sentence.ts'
import { stepsOf } from '../plan/steps.ts'
import { comparedBy, type Metric } from '../plan/metric.ts'
import type { Evidence, Plan } from '../plan/plan.ts'
import type { Duration } from '../values/units.ts'

type Readings = { readonly [metric: string]: Counted }

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

/**
 * Returns the readings that thresholds look at: where some have the change, those of the users who have it. A fault of
 * one in a hundred would drown in the rest.
 */
export function focused(ramp: Ramp | undefined, readings: Readings): Readings {
  if (!ramp) return readings
  return Object.fromEntries(
    Object.entries(readings).map(([name, reading]) => [name, ramp.metrics[name] === undefined ? reading : ofThoseOn(reading)]),
  )
}

function ofThoseOn(reading: Counted): Counted {
  if (reading.is !== 'ratio' && reading.is !== 'quantile') return reading
  const { on } = reading.gained
  return { ...reading, gained: on ? { all: on } : {} }
}

/** Returns the comparison after one more poll, `elapsed` after the last; undefined where there is none to make. */
export function compare(
  ramp: Ramp | undefined,
  before: Comparison | undefined,
  readings: Readings,
  elapsed: Duration,
): Comparison | undefined {
  if (!ramp) return undefined
  const ledger = ledgerAbout(ramp, before) ?? fresh(ramp)
  if (Object.keys(ramp.metrics).every((name) => isEarly(readings[name]))) return { of: ramp.of, ledger }
  return { of: ramp.of, ledger: evolveLedger(ledger, pollOf(ramp, readings, ledger.at + Math.max(1, elapsed)), ramp.policy) }
}

/** Counters need two polls before they say anything, and a step that settles says nothing. */
function isEarly(reading: Counted | undefined): boolean {
  return reading?.is === 'missing' && (reading.reason === 'first-poll' || reading.reason === 'settling')
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
  const ledger = ledgerAbout(ramp, watch?.comparison) ?? fresh(ramp)
  const finding: LedgerFinding =
    ledger.step === ramp.step && ledger.polls > 0
      ? findingOf(ledger, ramp.policy)
      : { do: 'hold', because: 'polls', polls: 0, needed: 2, evidence: 1 }
  return new Weighed(ramp, ledger, finding, plan.interval)
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

function pollOf({ step, metrics }: Ramp, readings: Readings, at: number): Poll {
  const read = <Counts>(name: string, is: 'ratio' | 'quantile', make: (counts: Bin['counts']) => Counts): Read<Counts> => {
    const reading = readings[name]
    if (reading?.is !== is) return {}
    // A group without one series was not read: its absence is not zero requests.
    const { on, off } = reading.gained
    return { on: on && make(on), off: off && make(off) }
  }
  const of = <Counts>(kind: string, is: 'ratio' | 'quantile', make: (counts: Bin['counts']) => Counts) =>
    Object.fromEntries(Object.entries(metrics).flatMap(([name, each]) => (each === kind ? [[name, read(name, is, make)]] : [])))
  return {
    at,
    step,
    errors: of<Group>('failures', 'ratio', (counts) => ({ total: counts['total'] ?? 0, bad: counts['bad'] ?? 0 })),
    latency: of<Histogram>('latency', 'quantile', (counts) => counts),
  }
}
