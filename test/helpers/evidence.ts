import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import { findingOf, type LedgerFinding } from '../../src/core/evidence/finding.ts'
import { openLedger, type Ledger } from '../../src/core/evidence/ledger.ts'
import { evolveLedger } from '../../src/core/evidence/evolve-ledger.ts'
import type { Poll } from '../../src/core/evidence/poll.ts'
import { DEFAULTS, type Policy } from '../../src/core/evidence/policy.ts'
import { seeded } from '../../src/core/forecast/synthetic/chance.ts'
import type { GroupTraffic } from '../../src/core/forecast/synthetic/pair-traffic.ts'
import { simulate } from '../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../src/core/forecast/synthetic/world.ts'

export const POLICY: Policy = { ...DEFAULTS, shares: [0.01, 0.05, 0.25, 0.5] }

/** A poll of one metric of each kind, `now` minutes after the start. */
export function pollOf({ on, off }: { readonly on: GroupTraffic; readonly off: GroupTraffic }, step: number, now: number): Poll {
  return {
    at: now * 60_000,
    step,
    errors: { errors: { on: { total: on.total, bad: on.bad }, off: { total: off.total, bad: off.bad } } },
    latency: { latency: { on: histogramOf(on.latency), off: histogramOf(off.latency) } },
  }
}

/** One rollout in a made-up world, a poll a minute, until something ends it. */
export function rollOut(
  world: World,
  rate: number,
  seed: number,
  between: (ledger: Ledger) => Ledger = (ledger) => ledger,
): { readonly finding: LedgerFinding; readonly ledger: Ledger; readonly minutes: number } {
  const traffic = simulate(world, rate, seeded(seed))
  let ledger = openLedger(['errors'], ['latency'])
  let step = 0
  for (let minutes = 1; ; minutes += 1) {
    ledger = between(evolveLedger(ledger, pollOf(traffic(POLICY.shares[step] ?? 1), step, minutes), POLICY))
    const finding = findingOf(ledger, POLICY)
    if (finding.do === 'advance') step += 1
    if (finding.do === 'rollback' || finding.do === 'complete' || (finding.do === 'pause' && finding.because === 'inconclusive'))
      return { finding, ledger, minutes }
  }
}
