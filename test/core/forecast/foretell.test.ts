import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { foretell } from '../../../src/core/forecast/foretell.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'

it('foretells a good release of each phase that has the time, though another with the same steps has not', () => {
  const steps = [10, 50, 100].map((to) => ({ to, hold: 5 * MINUTE }))
  const own = { steps, evidence: { pace: 'evidence', policy: DEFAULTS } } as const
  const short = phase({ id: 'short', ...own, planned: { min: MINUTE, max: 3 * MINUTE } })
  const shop = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) }, phases: [short, phase({ id: 'long', ...own })] })
  const flows = [{ metric: 'errors', perSecond: 100, rate: 0.005 }]
  for (const order of [
    ['short', 'long'],
    ['long', 'short'],
  ])
    expect(Object.fromEntries(foretell(shop, order, flows).map((each) => [each.phase, each.good?.runs]))).toEqual({
      short: undefined,
      long: 40,
    })
})
