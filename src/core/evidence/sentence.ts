import { ENOUGH } from './buckets.ts'
import { isLost, type Gap } from './gap.ts'
import { formatMinutes } from '../values/format-minutes.ts'
import { formatFraction, formatDuration, type Duration } from '../values/units.ts'
import type { LedgerFinding } from './finding.ts'
import { nameOf, type Entry, type Ledger } from './ledger.ts'
import { rateOf, type Group } from './likelihood.ts'
import { limitsOf, points, policyFor, type Policy } from './policy.ts'
import { pollsLeft } from './polls-left.ts'
import { ratioAtLeast, ratioRuledOut } from './ratio.ts'
import { divisionOf, EMPTY_TALLY, totalOf } from './stream.ts'

/**
 * Says in a sentence what was measured, what was needed, and when it may change, without where the rollout is.
 * `interval` is the time between two polls.
 */
export function sentenceOf(finding: LedgerFinding, ledger: Ledger, policy: Policy, interval: Duration): string {
  const limits = limitsOf(policy)
  switch (finding.do) {
    case 'rollback':
      return `${comparisonOf(finding.stream, ledger, policy)}. Evidence ${odds(finding.evidence)}:1, limit ${odds(limits.harm)}.`
    case 'advance':
      return `no step's worth of harm is left to fear. Evidence of harm ${odds(finding.evidence)}:1, limit ${odds(limits.harm)}.`
    case 'complete':
      return `${listed(ledger, policy)} as bad is ruled out, or negligible. Evidence of harm ${odds(finding.evidence)}:1, limit ${odds(limits.harm)}.`
    case 'pause':
    case 'hold':
      return reasonOf(finding, ledger, policy, interval)
  }
}

function lackOf(gap: Gap): string {
  const { reason, group, detail, polls, expected } = gap
  const since = `${reason}, ${detail}${polls > 1 ? ` for ${polls} polls` : ''}`
  // Mostly an application that reads its file when it starts, and was not started anew.
  const isUnheard = group === 'on' && reason === 'silent' && isLost(gap)
  return isUnheard ? `${since}, where about ${Math.round(expected)} were due: does the application run with what was written?` : `${since}.`
}

function reasonOf(finding: Extract<LedgerFinding, { do: 'pause' | 'hold' }>, ledger: Ledger, policy: Policy, interval: Duration): string {
  const limits = limitsOf(policy)
  const left = lengthOf(pollsLeft(finding, ledger, policy), interval)
  switch (finding.because) {
    case 'incident':
      return `the control group is failing too (${finding.stream} ${formatFraction(finding.rate)}, normally ${formatFraction(finding.normal)}). Not blamed on this release; it goes on when that is over.`
    case 'suspicion':
      return `${comparisonOf(finding.stream, ledger, policy)}. Evidence ${odds(finding.evidence)}:1, from ${odds(limits.suspicion)} a suspicion, rolls back at ${odds(limits.harm)}.`
    case 'leaning':
      return `${comparisonOf(finding.stream, ledger, policy)}. Nobody else gets it while the evidence leans to harm, ${odds(finding.evidence)}:1.`
    case 'missing':
      return `missing: ${finding.metric} ${lackOf(finding.gap)}`
    case 'share': {
      const { on, off } = divisionOf(entryOf(finding.stream, ledger)?.stream.step ?? EMPTY_TALLY)
      return `${formatFraction(on / (on + off))} of the traffic has the toggle on, not the ${formatFraction(policy.shares[ledger.step] ?? 0)} of this step.`
    }
    case 'inconclusive':
      return `nothing decided after ${formatDuration(finding.lasted)} at this step.`
    case 'refused':
      return `missing: ${finding.detail}.`
    case 'polls':
      return `${finding.polls} of ${finding.needed} polls at this step.`
    case 'requests':
      return `${finding.requests} of ${finding.needed} requests with the toggle on at this step, and ${formatDuration(finding.lasted)} of ${formatDuration(finding.enough)}: either is enough${left}.`
    case 'exposure':
      return `${finding.stream} may be ${points(finding.excess)} points higher with the toggle on, at most ${points(finding.allowed)} before the next step (${formatDuration(policy.maxHarm)} of full outage)${left}.`
    case 'unmeasured':
      return 'nothing is measured: no metric counts both groups.'
    case 'buckets':
      return `which buckets of ${finding.metric} are watched is not known yet: that takes ${ENOUGH} requests with the toggle off.`
    case 'proof': {
      const entry = entryOf(finding.stream, ledger)
      const { critical } = entry ? policyFor(policy, entry.metric) : policy
      const worst = entry && ratioRuledOut(entry.stream, finding.needed)
      const doubt = worst === undefined ? 'cannot yet rule out any ratio' : `cannot yet rule out ${times(Math.max(worst, critical))}`
      return `${finding.stream}: ${doubt} (limit ${times(critical)})${left}.`
    }
  }
}

/** `errors on 100/5292 (1.9%) vs off 257/48908 (0.5%): at least 2.0× worse, 99% sure (tolerance 1.1×)` */
function comparisonOf(stream: string, ledger: Ledger, policy: Policy): string {
  const entry = entryOf(stream, ledger)
  if (!entry) return stream
  const { on, off } = totalOf(entry.stream)
  const { tolerance } = policyFor(policy, entry.metric)
  const least = ratioAtLeast(entry.stream, limitsOf(policy).harm) ?? 0
  const ratio =
    least > tolerance
      ? `: at least ${times(least)} worse, ${formatFraction(1 - policy.alpha)} sure (tolerance ${times(tolerance)})`
      : ` (tolerance ${times(tolerance)})`
  return `${stream} on ${countsOf(on)} vs off ${countsOf(off)}${ratio}`
}

function lengthOf(polls: number | undefined, interval: Duration): string {
  if (polls === undefined) return ''
  return `; about ${formatMinutes(polls * interval)} at this traffic`
}

/** Says which ratio is ruled out, or which, where metrics have bounds of their own. */
function listed({ entries }: Ledger, policy: Policy): string {
  const ratios = new Set(entries.map(({ metric }) => policyFor(policy, metric).critical))
  return [...ratios].map(times).join(', ') || times(policy.critical)
}

function entryOf(stream: string, { entries }: Ledger): Entry | undefined {
  return entries.find((entry) => nameOf(entry) === stream)
}

function countsOf(group: Group): string {
  return `${Math.round(group.bad)}/${Math.round(group.total)} (${formatFraction(rateOf(group))})`
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)}×`
}

/** Formats evidence: `2.4`, `296`, `over 1000000`. */
export function odds(evidence: number): string {
  if (evidence >= 1e6) return 'over 1000000'
  return evidence >= 10 ? String(Math.round(evidence)) : evidence.toFixed(1)
}
