import { expect, it } from 'vitest'
import { check } from '../../../src/core/check/check.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, NOW, ONE_GROUP, phase, plan, toggle } from '../../helpers/core.ts'

const shadow = { share: 5, hold: 0, metric: 'shadow' }
const counted = { errors: metric(), shadow: metric({ measures: ONE_GROUP }) }
const of = (more: Partial<Plan>): Plan => plan({ metrics: counted, phases: [phase({ shadow })], ...more })
const found = (tried: Plan) => check(tried, NOW).map(({ path, message, severity }) => `${severity} ${path.join('.')}: ${message}`)

it('a shadow with a ratio and free names is right', () => expect(found(of({}))).toEqual([]))

it.each<[more: Partial<Plan>, said: string]>([
  [{ metrics: { errors: metric() } }, 'error phases.0.shadow: it is judged by the metric "shadow", and there is none'],
  [
    { metrics: { errors: metric() }, phases: [phase({ shadow: { ...shadow, metric: 'eror' } })] },
    'error phases.0.shadow: "eror" is not a metric',
  ],
  [{ metrics: { ...counted, shadow: metric() } }, 'error metrics.shadow: shadow counts no calls that were compared'],
  [
    { metrics: { ...counted, shadow: metric({ measures: BOTH_GROUPS }) } },
    'error metrics.shadow.on: shadow is about calls that both ways have answered: there are no groups',
  ],
  [
    { toggles: { A: toggle({ kind: 'legacy' }) } },
    'error phases.0.shadow: A is a legacy toggle: what it takes away has been running all along',
  ],
  [
    {
      toggles: { A: toggle(), OTHER: toggle({ variable: 'A_SHADOW' }) },
      phases: [phase({ shadow }), phase({ id: 'b', toggles: ['OTHER'] })],
    },
    'error phases.0.shadow: the shadow of A is written to A_SHADOW, which is that of OTHER',
  ],
  [
    { toggles: { A: toggle(), B: toggle({ variable: 'B' }) }, phases: [phase({ shadow }), phase({ id: 'core-shadow', toggles: ['B'] })] },
    'error phases.0.shadow: its shadow is a phase "core-shadow", and there is one already',
  ],
])('%#: %s', (more, said) => expect(found(of(more))).toContain(said))

it('a shadow that nothing can take back is warned of', () => {
  const { critical: _, warning: _w, ...rest } = metric({ measures: ONE_GROUP })
  expect(found(of({ metrics: { ...counted, shadow: rest } }))).toEqual([
    'warning metrics.shadow: shadow has no critical: a shadow that differs is waited for, and not taken back',
  ])
})
