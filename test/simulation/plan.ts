import type { Plan, Toggle } from '../../src/core/plan/plan.ts'
import type { Random } from './random.ts'
import { START } from './time.ts'

const toggle = { default: 0, exposure: 'users', core: false, requires: [], words: { on: 'true', off: 'false' } } as const

const MINUTE = 60_000

/**
 * A small plan that has one of everything: a core toggle, a dependant, a legacy toggle, an approval, a bake; and of
 * `more` chance an approval that expires, a freeze, a contingency.
 */
export function drawPlan(random: Random, more: Random): Plan {
  const expires = more.pick([undefined, undefined, 2 * MINUTE])
  const from = START + more.between(0, 8 * MINUTE)
  const freezes = more.chance(0.2) ? [{ name: 'sale', from, to: from + more.pick([MINUTE, 5 * MINUTE]) }] : []
  const planned = more.pick([undefined, undefined, undefined, 'reduce', 'partial', 'all'])
  const hold = 60_000
  const targets = random.pick([['web'], ['web', 'worker'], ['web', 'worker', 'edge']])
  const release = (variable: string, more: Partial<Toggle> = {}): Toggle => ({ ...toggle, kind: 'release', variable, targets, ...more })
  return {
    version: 1,
    name: 'shop',
    toggles: {
      A: release('A', { core: true }),
      B: release('B', { requires: ['A'], targets: more.pick([targets, targets.slice(-1)]) }),
      L: release('L', { kind: 'legacy', default: 100, targets: ['web'], core: true, requires: ['B'] }),
    },
    targets: Object.fromEntries(targets.map((name) => [name, { use: 'simulated', options: {} }])),
    metrics: {
      errors: {
        use: 'simulated',
        options: {},
        measures: { what: 'failures', groups: 1 },
        success: { op: '<', threshold: 0.01, unit: '%' },
        warning: { when: { op: '>', threshold: 0.02, unit: '%' }, for: 0 },
        critical: { when: { op: '>', threshold: 0.05, unit: '%' }, for: random.pick([0, 15_000]) },
        minSamples: 0,
        onNoData: 'hold',
        window: 60_000,
        maxAge: 60_000,
        timeout: 5000,
        ...(planned !== undefined && { contingency: planned }),
      },
    },
    phases: [
      {
        id: 'core',
        title: 'Core',
        toggles: ['A', 'B'],
        order: random.pick(['one-by-one', 'together']),
        steps: [
          { to: 10, hold },
          {
            to: 50,
            hold,
            ...(random.chance(0.3) && { approval: { group: 'managers', count: 1, ...(expires !== undefined && { expires }) } }),
          },
          { to: 100, hold },
        ],
        metrics: ['errors'],
        onWarning: random.pick(['pause', 'step-back', 'hold']),
        onCritical: random.pick(['rollback', 'rollback', 'step-back', 'pause']),
        after: random.pick([0, 90_000]),
        checklist: [],
        success: [],
      },
      {
        id: 'legacy',
        title: 'Legacy',
        toggles: ['L'],
        order: 'one-by-one',
        steps: [{ to: 100, hold }],
        metrics: ['errors'],
        onWarning: 'pause',
        onCritical: 'rollback',
        after: 0,
        checklist: [],
        success: [],
      },
    ],
    interval: 10_000,
    patience: 60_000,
    maxUnavailable: random.pick([0, 0, 1]),
    approvers: { managers: ['ana'] },
    windows: [],
    freezes,
    contingencies: {
      reduce: { scope: { is: 'to', to: 10 }, notify: [] },
      partial: { scope: { is: 'toggles', toggles: ['B'] }, notify: [] },
      all: { scope: { is: 'all' }, notify: [] },
    },
  }
}
