import type { Duration } from '../values/units.ts'
import { upperBound } from './bound.ts'
import { isLost, type Gap } from './gap.ts'
import type { Entry, Ledger } from './ledger.ts'
import { nameOf } from './ledger.ts'
import { NO_REQUESTS, plus, rateOf, type Group, type Pair } from './likelihood.ts'
import { limitsOf, negligibleAt, policyFor, type Policy } from './policy.ts'
import { isOffShare } from './share.ts'
import { divisionOf, harmOf, proofOf } from './stream.ts'
import { dispersionOf } from './tempering.ts'

/** What the evidence says to do, and which part of it says so. */
export type LedgerFinding = { readonly evidence: number } & (
  | { readonly do: 'rollback'; readonly stream: string }
  | { readonly do: 'pause'; readonly because: 'incident'; readonly stream: string; readonly rate: number; readonly normal: number }
  | { readonly do: 'pause'; readonly because: 'suspicion'; readonly stream: string }
  | { readonly do: 'pause' | 'hold'; readonly because: 'missing'; readonly metric: string; readonly gap: Gap }
  | { readonly do: 'pause'; readonly because: 'share'; readonly stream: string }
  /** It may be no worse than tolerated, and it looks worse: nobody else gets it while it does. */
  | { readonly do: 'pause'; readonly because: 'leaning'; readonly stream: string }
  /** `instead`: what it has done until then. */
  | { readonly do: 'pause'; readonly because: 'inconclusive'; readonly lasted: Duration; readonly instead: 'hold' | 'pause' }
  | { readonly do: 'hold'; readonly because: 'refused'; readonly detail: string }
  | { readonly do: 'hold'; readonly because: 'polls'; readonly polls: number; readonly needed: number }
  /** It may look good by luck: so few have had it, for so short a time. */
  | {
      readonly do: 'hold'
      readonly because: 'requests'
      readonly requests: number
      readonly needed: number
      readonly lasted: Duration
      readonly enough: Duration
    }
  /** The next step could do more harm than allowed before it is noticed. */
  | { readonly do: 'hold'; readonly because: 'exposure'; readonly stream: string; readonly excess: number; readonly allowed: number }
  /** A critical release cannot be ruled out yet. */
  | { readonly do: 'hold'; readonly because: 'proof'; readonly stream: string; readonly proof: number; readonly needed: number }
  | { readonly do: 'hold'; readonly because: 'buckets'; readonly metric: string }
  /** No metric counts both groups: nothing seen is never good news. */
  | { readonly do: 'hold'; readonly because: 'unmeasured' }
  | { readonly do: 'advance' }
  | { readonly do: 'complete' }
)

export const LEAST_POLLS = 2
/** A step that is not decided after so long is a question for people. */
export const LONGEST_STEP: Duration = 14_400_000
/** Nothing seen either way: weights sum to 1 but for the last bits. */
const EVEN = 1 + 1e-9
/** How long a bad step is taken to go unnoticed: two polls of a minute. */
const UNNOTICED = 120_000
/** With so many requests a step is left sooner: looked at often, a bad one looks good for a moment while it has few. */
const LEAST_REQUESTS = 300

/** All that is seen of a change, by what it is weighed, and the part of it that looks worst. */
interface Weighing {
  readonly ledger: Ledger
  readonly policy: Policy
  readonly evidence: number
  readonly worst: Entry | undefined
}

/** Returns what the evidence says to do now. No pause is latched here: each lifts when its cause does. */
export function findingOf(ledger: Ledger, policy: Policy): LedgerFinding {
  const evidence = evidenceOf(ledger)
  const worst = worstOf(ledger.entries)
  const weighing = { ledger, policy, evidence, worst }
  if (worst && evidence >= limitsOf(policy).harm) return { do: 'rollback', evidence, stream: nameOf(worst) }
  return late(ledger, evidence, trouble(weighing) ?? progress(weighing))
}

/** Returns the entry of which the evidence of harm is greatest; undefined of none. */
export function worstOf(entries: readonly Entry[]): Entry | undefined {
  return entries.toSorted((a, b) => harmOf(b.stream) - harmOf(a.stream))[0]
}

function trouble({ ledger, policy, evidence, worst }: Weighing): LedgerFinding | undefined {
  if (ledger.incident) return { do: 'pause', evidence, because: 'incident', ...ledger.incident }
  if (worst && evidence >= limitsOf(policy).suspicion) return { do: 'pause', evidence, because: 'suspicion', stream: nameOf(worst) }
  return doubt(ledger, policy, evidence)
}

/**
 * Returns how many to one that the release is worse than tolerated: half the mean over failures, half the mean over
 * latency metrics, each the mean of its buckets. A weighted mean of e-values is one under any dependence: no
 * Bonferroni.
 */
export function evidenceOf(ledger: Ledger): number {
  const harms = (metrics: readonly string[]): number =>
    mean(metrics.map((metric) => mean(ledger.entries.filter((entry) => entry.metric === metric).map(({ stream }) => harmOf(stream)))))
  if (ledger.latency.length === 0) return harms(ledger.errors)
  if (ledger.errors.length === 0) return harms(ledger.latency)
  return (harms(ledger.errors) + harms(ledger.latency)) / 2
}

/** 1 of nothing: what has not begun. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, each) => sum + each, 0) / values.length
}

/** Finds what was not seen, or is not what the step says. */
function doubt(ledger: Ledger, { shares }: Policy, evidence: number): LedgerFinding | undefined {
  if (ledger.refused !== undefined) return { do: 'hold', evidence, because: 'refused', detail: ledger.refused }
  const gaps = Object.entries(ledger.gaps)
  const [metric, gap] = gaps.find(([, each]) => isLost(each)) ?? gaps[0] ?? []
  if (metric !== undefined && gap)
    return { do: gap.group === 'both' || isLost(gap) ? 'pause' : 'hold', evidence, because: 'missing', metric, gap }
  const share = shares[ledger.step] ?? 0
  const off = ledger.entries.find(({ stream }) => isOffShare(divisionOf(stream.step), share))
  return off && { do: 'pause', evidence, because: 'share', stream: nameOf(off) }
}

function late({ lasted }: Ledger, evidence: number, finding: LedgerFinding): LedgerFinding {
  const isOpen = finding.do === 'hold' || finding.do === 'pause'
  return isOpen && lasted >= LONGEST_STEP ? { do: 'pause', evidence, because: 'inconclusive', lasted, instead: finding.do } : finding
}

function progress({ ledger, policy, evidence, worst }: Weighing): LedgerFinding {
  if (ledger.counted < LEAST_POLLS) return { do: 'hold', evidence, because: 'polls', polls: ledger.counted, needed: LEAST_POLLS }
  const [unchosen] = Object.keys(ledger.unchosen)
  if (ledger.entries.length === 0 && unchosen === undefined) return { do: 'hold', evidence, because: 'unmeasured' }
  if (worst && evidence > EVEN) return { do: 'pause', evidence, because: 'leaning', stream: nameOf(worst) }
  const next = policy.shares[ledger.step + 1]
  // Without its buckets a latency metric says nothing yet; a step up may rest on failures alone, the last one may not.
  if (unchosen !== undefined && (next === undefined || ledger.errors.length === 0))
    return { do: 'hold', evidence, because: 'buckets', metric: unchosen }
  return next === undefined ? proven(ledger, policy, evidence) : mayAdvance(ledger, policy, evidence, next)
}

function mayAdvance({ entries, lasted }: Ledger, policy: Policy, evidence: number, next: number): LedgerFinding {
  const requests = Math.max(0, ...entries.map(({ stream }) => stream.step.on.total))
  if (requests < LEAST_REQUESTS && lasted < UNNOTICED)
    return { do: 'hold', evidence, because: 'requests', requests, needed: LEAST_REQUESTS, lasted, enough: UNNOTICED }
  const failures = entries.filter(({ le }) => le === undefined)
  const allowed = policy.maxHarm / (next * UNNOTICED)
  for (const entry of failures.length > 0 ? failures : entries) {
    const excess = excessOf(entry, policy, limitsOf(policy).step)
    if (excess > allowed) return { do: 'hold', evidence, because: 'exposure', stream: nameOf(entry), excess, allowed }
  }
  return { do: 'advance', evidence }
}

function proven({ entries }: Ledger, policy: Policy, evidence: number): LedgerFinding {
  const limits = limitsOf(policy)
  for (const entry of entries) {
    const needed = entry.le === undefined ? limits.proof : limits.bucketProof
    const proof = proofOf(entry.stream)
    if (proof >= needed || excessOf(entry, policy, limits.last) <= negligibleIn(entry, policy)) continue
    return { do: 'hold', evidence, because: 'proof', stream: nameOf(entry), proof, needed }
  }
  return { do: 'complete', evidence }
}

/**
 * Returns how much higher the rate of bad requests may be with the toggle on, at this step: its upper confidence bound
 * less what was seen with the toggle off. Requests that fail together count once. `ahead` is what may still come.
 */
export function excessOf({ metric, stream: { step, noise } }: Entry, policy: Policy, limit: number, ahead: Pair = NOTHING): number {
  const [on, off] = [plus(step.on, ahead.on), plus(step.off, ahead.off)]
  const { eventsPerCause } = policyFor(policy, metric)
  const together = Math.max(1, eventsPerCause) * dispersionOf(noise)
  return upperBound(thinned(on, together), limit) - rateOf(off)
}

/** Returns how much higher a rate may be and be no harm, beside what was seen with the toggle off at this step. */
export function negligibleIn({ metric, stream: { step } }: Entry, policy: Policy): number {
  return negligibleAt(rateOf(step.off), policyFor(policy, metric))
}

const NOTHING: Pair = { on: NO_REQUESTS, off: NO_REQUESTS }

function thinned({ total, bad }: Group, by: number): Group {
  return { total: total / by, bad: bad / by }
}
