import { describe, expect, it } from 'vitest'
import { checkRisks } from '../../../src/core/check/risks.ts'
import { contingencyOf, formatScope } from '../../../src/core/policy/contingency.ts'
import { furthestFor } from '../../../src/core/policy/furthest.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Contingency, ContingencyScope, Risk } from '../../../src/core/values/risk.ts'
import { metric, phase, plan, toggle } from '../../helpers/core.ts'

const all: Contingency = { scope: { is: 'all' }, notify: [] }
const does = (scope: ContingencyScope): Partial<Plan> => ({ contingencies: { x: { scope, notify: [] } } })
const grave: Risk = { text: 'Writes are lost', probability: 'high', impact: 'critical' }
const mild: Risk = { text: 'It is ugly', probability: 'low', impact: 'low' }
/** A (core) ← B ← C, each in a phase of its own but for C, which no phase moves. */
const family = plan({
  toggles: {
    A: toggle({ core: true }),
    B: toggle({ variable: 'B', requires: ['A'] }),
    C: toggle({ variable: 'C', requires: ['B'] }),
    D: toggle({ variable: 'D', kind: 'legacy', default: 100 }),
  },
  phases: [phase(), phase({ id: 'more', toggles: ['B'], steps: [{ to: 20, hold: 0 }] }), phase({ id: 'old', toggles: ['D'] })],
})

const FINDINGS: readonly (readonly [what: string, more: Partial<Plan>, path: string, message: string])[] = [
  [
    'a critical risk without one',
    { risks: { r: grave } },
    'risks.r',
    'r is critical (probability high, impact critical) and has no contingency',
  ],
  [
    'a contingency that is a slip',
    { risks: { r: { ...mild, contingency: 'imediate' } }, contingencies: { immediate: all } },
    'risks.r.contingency',
    '"imediate" is not a contingency',
  ],
  ['a contingency where there is none', { risks: { r: { ...mild, contingency: 'x' } } }, 'risks.r.contingency', '"x" is not a contingency'],
  ['a metric of a risk', { risks: { r: { ...mild, metrics: ['eror'] } } }, 'risks.r.metrics.0', '"eror" is not a metric'],
  [
    'the contingency of a metric',
    { metrics: { errors: metric({ contingency: 'x' }) } },
    'metrics.errors.contingency',
    '"x" is not a contingency',
  ],
  ['the drill of a phase', { phases: [phase({ drill: 'x' })] }, 'phases.0.drill', '"x" is not a contingency'],
  ['an unknown toggle', does({ is: 'toggles', toggles: ['A', 'FEATURE'] }), 'contingencies.x.toggles.1', '"FEATURE" is not a toggle'],
  [
    'a toggle with a native name',
    does({ is: 'toggles', toggles: ['constructor'] }),
    'contingencies.x.toggles.0',
    '"constructor" is not a toggle',
  ],
  [
    'a toggle that no phase moves',
    { ...does({ is: 'toggles', toggles: ['B'] }), toggles: { A: toggle(), B: toggle({ variable: 'B' }) } },
    'contingencies.x.toggles',
    'x cannot run: no phase moves what it takes back',
  ],
  [
    'reducing to more than any step',
    { ...does({ is: 'to', to: 50 }), phases: [phase({ steps: [{ to: 25, hold: 0 }] })] },
    'contingencies.x.to',
    'x cannot run: no step goes further than 25%, and it reduces to 50%',
  ],
  [
    'reducing to 100%',
    does({ is: 'to', to: 100 }),
    'contingencies.x.to',
    'x cannot run: no step goes further than 100%, and it reduces to 100%',
  ],
  [
    'nothing to move at all',
    { ...does({ is: 'all' }), toggles: { A: toggle({ default: 100 }) } },
    'contingencies.x',
    'x cannot run: no phase moves what it takes back',
  ],
]

describe('a plan is wrong when', () => {
  it.each(FINDINGS)('%s', (_, more, path, message) => {
    const found = checkRisks(plan(more), true)
    expect(found.map((each) => [each.path.join('.'), each.message, each.severity])).toEqual([[path, message, 'error']])
  })

  it('warns of a contingency that nothing ever calls for', () => {
    const { critical: _, ...errors } = metric({ contingency: 'x' })
    expect(checkRisks(plan({ contingencies: { x: all }, metrics: { errors } }), true)).toMatchObject([
      { severity: 'warning', message: 'errors is never critical: its contingency is never carried out' },
    ])
  })

  it.each<[string, Partial<Plan>]>([
    ['a grave risk with a contingency', { risks: { r: { ...grave, contingency: 'x' } }, contingencies: { x: all } }],
    ['a mild risk without one', { risks: { r: mild } }],
    ['one toggle of a family', { ...family, ...does({ is: 'toggles', toggles: ['B'] }) }],
    ['a legacy toggle', { ...family, ...does({ is: 'toggles', toggles: ['D'] }) }],
    ['less than a phase ends with', { ...family, ...does({ is: 'to', to: 20 }) }],
    ['neither', {}],
  ])('nothing about %s', (_, more) => expect(checkRisks(plan(more), true)).toEqual([]))

  it('does not ask what can run of a plan that is wrong elsewhere', () => {
    expect(checkRisks(plan(does({ is: 'to', to: 100 })), false)).toEqual([])
  })
})

describe('the rollout as far on as a scope has something to take back', () => {
  const none = { A: 0, B: 0, C: 0, D: 100 }
  it.each<[string, ContingencyScope, number | undefined]>([
    ['everything: at the end', { is: 'all' }, 4],
    ['the last phase', { is: 'phase' }, 4],
    ['a reduction that the last phase but one ends below', { is: 'to', to: 20 }, 4],
    ['a toggle of the first phase', { is: 'toggles', toggles: ['A'] }, 4],
    ['a toggle in no phase', { is: 'toggles', toggles: ['C'] }, undefined],
    ['a reduction to everybody', { is: 'to', to: 100 }, undefined],
  ])('%s', (_, scope, cursor) => expect(furthestFor(family, none, scope)?.cursor).toBe(cursor))

  it('a reduction that only an earlier phase goes beyond', () => {
    const two = plan({ ...family, phases: family.phases.slice(0, 2) })
    expect(furthestFor(two, none, { is: 'to', to: 50 })).toMatchObject({ cursor: 1, exposures: { A: 100, B: 0 } })
  })
})

describe('what it does, in words', () => {
  it.each<[ContingencyScope, string]>([
    [{ is: 'all' }, 'every toggle to its default'],
    [{ is: 'phase' }, 'the phase under way is rolled back'],
    [{ is: 'to', to: 5 }, 'the phase under way is reduced to 5%'],
    [{ is: 'toggles', toggles: ['C'] }, 'C rolled back'],
    [{ is: 'toggles', toggles: ['B'] }, 'B rolled back, and with it C'],
    [{ is: 'toggles', toggles: ['A', 'D'] }, 'A, D rolled back, and with them B, C'],
  ])('%j', (scope, text) => expect(formatScope(family, scope)).toBe(text))
})

it.each(['constructor', '__proto__', 'y', undefined])('%s is no contingency of a plan', (id) => {
  expect(contingencyOf(plan({ contingencies: { x: all } }), id)).toBeUndefined()
  expect(contingencyOf(plan(), id)).toBeUndefined()
})

it('warns of a channel that is a slip, where there are channels', () => {
  const silent = { use: 'fake', options: {}, audience: 'on-call', events: [], timeout: 1 } as const
  const called = { ...family, contingencies: { x: { ...all, notify: ['on-call', 'oncall'] } } }
  expect(checkRisks(called, true)).toEqual([])
  expect(checkRisks({ ...called, notify: { 'on-call': silent } }, true)).toEqual([
    expect.objectContaining({ severity: 'warning', path: ['contingencies', 'x', 'notify', 1] }),
  ])
})
