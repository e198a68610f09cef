import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { foretell } from '../../../src/core/forecast/foretell.ts'
import { exhaust } from '../../helpers/exhaust.ts'
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
    expect(Object.fromEntries(exhaust(foretell(shop, order, flows)).returned.map(({ phase: id, good }) => [id, good?.runs]))).toEqual({
      short: undefined,
      long: 40,
    })
})

it('says what it plays before it does, once for phases that come to the same', () => {
  const each = (id: string) => phase({ id, steps: [10, 100].map((to) => ({ to, hold: 5 * MINUTE })) })
  const shop = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) }, phases: [each('one'), each('two')] })
  const { yielded, returned } = exhaust(foretell(shop, ['one', 'two'], [{ metric: 'errors', perSecond: 100, rate: 0.005 }]))
  expect(yielded).toEqual(['a good release', 'a bad release', 'finer steps'].map((plays) => ({ phase: 'one', plays })))
  expect(returned.map((outlook) => outlook.phase)).toEqual(['one', 'two'])
})
