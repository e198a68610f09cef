import { expect, it } from 'vitest'
import { asWritten } from '../../../src/core/plan/as-written.ts'
import { differences } from '../../../src/core/plan/difference.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { metric, MINUTE, phase, plan, rule } from '../../helpers/core.ts'

const steps = [10, 100].map((to) => ({ to, hold: 30 * MINUTE }))
const evidence = { pace: 'clock', policy: DEFAULTS } as const
const shop = plan({ metrics: { errors: metric({ success: rule('< 1%') }) }, phases: [phase({ steps, evidence })] })
const changed = (more: Partial<Plan>) => differences(asWritten(shop), asWritten({ ...shop, ...more }))
const core = (more: Parameters<typeof phase>[0]) => ({ phases: [phase({ steps, evidence, ...more })] })

it.each<[string, Partial<Plan>, string, unknown, unknown]>([
  ['a hold', core({ steps: [{ to: 10, hold: 20_000 }, ...steps.slice(1)] }), 'phases.0.steps.0.hold', '30m', '20s'],
  ['an exposure', core({ steps: [{ to: 12.5, hold: 30 * MINUTE }, ...steps.slice(1)] }), 'phases.0.steps.0.to', '10%', '12.5%'],
  ['a time that is rounded for people', { interval: 90_061_000 }, 'interval', '1m', '90061s'],
  ['a share', core({ evidence: { pace: 'clock', policy: { ...DEFAULTS, beta: 0.07 } } }), 'phases.0.evidence.policy.beta', '5%', '7%'],
  ['a rule', { metrics: { errors: metric({ success: rule('< 1.2345%') }) } }, 'metrics.errors.success', '< 1%', '< 1.2345%'],
  [
    'a window',
    { windows: [{ days: [0, 1, 5], from: 540, to: 1440, zone: 'UTC' }] },
    'windows.0',
    undefined,
    'Mon, Fri, Sun 09:00-24:00 UTC',
  ],
  [
    'a freeze',
    { freezes: [{ name: 'sale', from: 0, to: 86_400_000 }] },
    'freezes.0',
    undefined,
    'sale, 1970-01-01 00:00:00Z to 1970-01-02 00:00:00Z',
  ],
])('tells %s in the words of the file', (_, more, path, before, after) => {
  expect(changed(more)).toEqual([{ path, before, after }])
})

it('leaves what belongs to an adapter as it is', () => {
  const target = { use: './mine.mjs', options: { timeout: 5, to: 7 } }
  expect(changed({ targets: { own: target } })).toContainEqual({ path: 'targets.own', before: undefined, after: target })
})
