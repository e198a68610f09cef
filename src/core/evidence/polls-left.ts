import { excessOf, negligibleIn, type LedgerFinding } from './finding.ts'
import { ln } from './elementary.ts'
import { nameOf, type Entry, type Ledger } from './ledger.ts'
import type { Pair } from './likelihood.ts'
import { divergence } from './minutes.ts'
import { limitsOf, policyFor, type Policy } from './policy.ts'

/** Further ahead than this nobody looks. */
const MOST = 100_000

/**
 * Returns in how many polls what is waited for would be known, if the release is as good as the toggle-off group and
 * the traffic stays as it was at this step. At least 1; undefined where that cannot be foretold.
 */
export function pollsLeft(finding: LedgerFinding, ledger: Ledger, policy: Policy): number | undefined {
  if (finding.do !== 'hold') return undefined
  if (finding.because === 'polls') return Math.max(1, finding.needed - finding.polls)
  if (finding.because === 'requests') return untilEnough(finding, ledger)
  if (finding.because !== 'exposure' && finding.because !== 'proof') return undefined
  const entry = ledger.entries.find((each) => nameOf(each) === finding.stream)
  if (!entry || ledger.polls === 0) return undefined
  const limits = limitsOf(policy)
  if (finding.because === 'exposure') return untilBound(entry, ledger, policy, limits.step, finding.allowed)
  const proven = untilProven(entry, finding, ledger, policyFor(policy, entry.metric))
  const bounded = untilBound(entry, ledger, policy, limits.last, negligibleIn(entry, policy))
  return bounded === undefined ? proven : Math.min(proven ?? MOST, bounded)
}

/** By requests or by time, whichever comes first. */
function untilEnough(
  { requests, needed, lasted, enough }: Extract<LedgerFinding, { because: 'requests' }>,
  { polls }: Ledger,
): number | undefined {
  if (polls === 0 || lasted === 0) return undefined
  return Math.max(1, Math.ceil(polls * Math.min((needed - requests) / requests, (enough - lasted) / lasted)))
}

/** Divides what is missing of the proof by what a poll of good news adds to it. */
function untilProven(
  { stream }: Entry,
  { proof, needed }: { readonly proof: number; readonly needed: number },
  ledger: Ledger,
  { critical }: Policy,
): number | undefined {
  const { on, off, tempered } = stream.step
  const share = on.total / (on.total + off.total)
  const perPoll = ((tempered.on + tempered.off) / ledger.polls) * divergence(share, critical)
  return perPoll > 0 ? Math.max(1, Math.ceil(ln(needed / Math.max(proof, 1e-9)) / perPoll)) : undefined
}

/** The first poll after which the upper bound is low enough: doubled, then halved in between. */
function untilBound(entry: Entry, ledger: Ledger, policy: Policy, limit: number, allowed: number): number | undefined {
  const { on, off } = entry.stream.step
  if (on.total === 0 || off.total === 0) return undefined
  const rate = off.bad / off.total
  const isEnough = (polls: number): boolean => excessOf(entry, policy, limit, ahead(polls)) <= allowed
  const ahead = (polls: number): Pair => {
    const group = (total: number): Pair['on'] => ({ total: (total / ledger.polls) * polls, bad: (total / ledger.polls) * polls * rate })
    return { on: group(on.total), off: group(off.total) }
  }
  let [tooFew, enough] = [0, 1]
  while (!isEnough(enough)) {
    if (enough > MOST) return undefined
    ;[tooFew, enough] = [enough, enough * 2]
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (isEnough(middle)) enough = middle
    else tooFew = middle
  }
  return enough
}
