import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import { findingOf } from '../../src/core/evidence/finding.ts'
import { openLedger } from '../../src/core/evidence/ledger.ts'
import { evolveLedger } from '../../src/core/evidence/evolve-ledger.ts'
import { DEFAULTS, type Policy } from '../../src/core/evidence/policy.ts'
import { isForPeople } from '../../src/core/policy/decide.ts'
import { SHARES, type Decider } from './rollout.ts'

const POLICY: Policy = { ...DEFAULTS, shares: SHARES }

/** The evidence ledger, paced by evidence. Somebody whom it asks looks at once, and lets it go on. */
export function ledger(): Decider {
  let state = openLedger(['errors'], ['latency'])
  return ({ on, off }, step, now) => {
    state = evolveLedger(
      state,
      {
        at: now,
        step,
        errors: { errors: { on, off } },
        latency: { latency: { on: histogramOf(on.latency), off: histogramOf(off.latency) } },
      },
      POLICY,
    )
    const finding = findingOf(state, POLICY)
    if (finding.do === 'advance') return 'up'
    if (finding.do === 'hold') return 'stay'
    if (finding.do !== 'pause') return finding.do
    const asks = isForPeople({ metrics: {} }, finding)
    return { pause: finding.because, asks, ends: finding.because === 'inconclusive' }
  }
}
