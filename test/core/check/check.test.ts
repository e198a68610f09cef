import { describe, expect, it } from 'vitest'
import { check } from '../../../src/core/check/check.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import type { Approval, Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, NOW, phase, plan, rule, toggle } from '../../helpers/core.ts'

const toggles = (more: Parameters<typeof toggle>[0]): Partial<Plan> => ({ toggles: { A: toggle(more) } })
const two = { A: toggle(), B: toggle({ variable: 'B' }) }
const phases = (more: Parameters<typeof phase>[0]): Partial<Plan> => ({ phases: [phase(more)] })
const metrics = (more: Parameters<typeof metric>[0]): Partial<Plan> => ({ metrics: { errors: metric(more) } })
const step = (to: number) => ({ to, hold: 0 })
const criterion = (text: string, name = 'errors') => ({ metric: name, rule: rule(text), over: 1 })
const window = { days: [1], from: 60, to: 120, zone: 'UTC' }

const FINDINGS: readonly (readonly [Partial<Plan>, string, string])[] = [
  [{ toggles: {} }, 'toggles', 'there is no toggle to roll out'],
  [toggles({ targets: [] }), 'toggles.A.targets', 'A has no target'],
  [toggles({ targets: ['wbe'] }), 'toggles.A.targets.0', '"wbe" is not a target'],
  [toggles({ targets: ['constructor'] }), 'toggles.A.targets.0', '"constructor" is not a target'],
  [toggles({ requires: ['Z'] }), 'toggles.A.requires.0', '"Z" is not a toggle'],
  [toggles({ requires: ['A'] }), 'toggles.A.requires', 'A requires A: a circle'],
  [toggles({ words: { on: 'x', off: 'x' } }), 'toggles.A.words', 'on and off are the same word'],
  [
    toggles({ words: { on: '1', off: '0' } }),
    'toggles.A.words',
    'the SDK does not know the words 1 and 0 by itself: it would read A as off at 100%',
  ],
  [toggles({ segments: ['staf'] }), 'toggles.A.segments.0', '"staf" is not a segment'],
  [toggles({ segments: ['constructor'] }), 'toggles.A.segments.0', '"constructor" is not a segment'],
  [toggles({ exposure: 'all', deny: ['eve'] }), 'toggles.A.deny', 'A is for everybody or nobody: nobody gets it early'],
  [toggles({ kind: 'legacy', segments: [] }), 'toggles.A.segments', 'A is taken away step by step: nobody gets it early'],
  [toggles({ allow: ['ada', 'eve'], deny: ['eve'] }), 'toggles.A.allow', 'eve is both allowed and denied A'],
  [{ segments: { staff: { allow: [] } } }, 'segments.staff', 'no toggle names the segment staff'],
  [
    { toggles: { A: toggle({ allow: ['ada'] }), B: toggle({ variable: 'A_USERS' }) } },
    'toggles.A',
    'A_USERS holds a list or a segment of A, and is the variable of B',
  ],
  [{ toggles: { A: toggle(), B: toggle() } }, 'toggles.B', 'B and A are both written to A on web'],
  [{ toggles: two }, 'toggles.B', 'B is in no phase'],
  [
    { maxUnavailable: 1 },
    'toggles.A.targets',
    'A would count as moved where nothing was written: maxUnavailable is 1, and it has 1 target',
  ],
  [
    { toggles: { ...two, A: toggle({ requires: ['B'] }) }, phases: [phase({ toggles: ['A', 'B'] })] },
    'phases.0.toggles.0',
    'at step 1 A is at 10% but B, which it requires, at 0%',
  ],
  [{ phases: [phase(), phase()] }, 'phases.1.phase', 'there are two phases "core"'],
  [phases({ toggles: ['Z'] }), 'phases.0.toggles.0', '"Z" is not a toggle'],
  [{ phases: [phase(), phase({ id: 'more' })] }, 'phases.1.toggles.0', 'A is in phase core already'],
  [toggles({ exposure: 'all' }), 'phases.0.steps.0', 'A is for everybody or nobody; it has no 10%'],
  [phases({ metrics: ['eror'] }), 'phases.0.metrics.0', '"eror" is not a metric'],
  [phases({ metrics: [] }), 'phases.0', 'phase core is judged by no metric: a timer, not a gate'],
  [metrics({ onNoData: 'ignore' }), 'phases.0', 'phase core is judged by nothing while errors is silent: a timer, not a gate'],
  [phases({ steps: [step(0)] }), 'phases.0.steps.0', 'a step to 0% goes nowhere'],
  [phases({ steps: [step(50), step(50)] }), 'phases.0.steps.1', 'steps must rise: 50% comes after 50%'],
  [phases({ steps: [{ ...step(1), approval: { group: 'g', count: 1 } }] }), 'phases.0.steps.0.approval', '"g" is not a group of approvers'],
  [
    { ...phases({ steps: [{ ...step(1), approval: { group: 'g', count: 2 } }] }), approvers: { g: ['ana', 'ana'] } },
    'phases.0.steps.0.approval',
    '2 approvals are needed, but g has 1 person',
  ],
  [
    phases({
      checklist: [
        { id: 'x', text: '' },
        { id: 'x', text: '' },
      ],
    }),
    'phases.0.checklist.1.id',
    'there are two items "x"',
  ],
  [
    phases({ evidence: { pace: 'clock', policy: { ...DEFAULTS, tolerance: 2 } } }),
    'phases.0.evidence',
    'critical 1.5 is no more than tolerance 2',
  ],
  [
    metrics({ measures: BOTH_GROUPS, evidence: { tolerance: 2 } }),
    'metrics.errors.evidence',
    'critical 1.5 is no more than tolerance 2 in phase core',
  ],
  [metrics({ evidence: { tolerance: 1.2 } }), 'metrics.errors.evidence', 'errors counts nothing: it is judged by its thresholds alone'],
  [phases({ success: [criterion('< 1%', 'z')] }), 'phases.0.success.0.metric', '"z" is not a metric'],
  [phases({ success: [criterion('< 1s')] }), 'phases.0.success.0', '< 1s is in another unit than < 1%, a rule of errors'],
  [metrics({ success: rule('< 3%') }), 'metrics.errors.success', 'success < 3% and warning > 2% can both hold'],
  [metrics({ warning: { when: rule('> 6%'), for: 0 } }), 'metrics.errors.warning', 'warning > 6% comes after critical > 5%'],
  [
    metrics({ unit: 'percent', measures: { what: 'failures', groups: 1 } }),
    'metrics.errors.unit',
    'errors counts, and a count has no unit',
  ],
  [
    metrics({ unit: 'percent', success: rule('< 1'), warning: { when: rule('> 2'), for: 0 }, critical: { when: rule('> 5'), for: 0 } }),
    'metrics.errors.unit',
    'the rules of errors are not in percent, and its unit is',
  ],
  [metrics({ unit: 'ms' }), 'metrics.errors.unit', 'the rules of errors are not in time, and its unit is'],
  [
    metrics({ measures: { what: 'latency', groups: 1, quantile: 0.95 } }),
    'metrics.errors',
    'the rules of errors are in percent, but it is a time',
  ],
  [metrics({ success: rule('< 1s') }), 'metrics.errors', 'the rules of errors are in different units'],
  [{ windows: [{ ...window, to: 60 }] }, 'windows.0.from', 'the window never opens: it ends when it begins'],
  [{ windows: [{ ...window, zone: 'Mars/Base' }] }, 'windows.0.zone', '"Mars/Base" is not a time zone'],
  [{ freezes: [{ name: 'sale', from: 2, to: 1 }] }, 'freezes.0.from', 'the freeze sale ends before it begins'],
]

const people = (approval: Approval | readonly Approval[], members: readonly string[] = ['ana']) => ({
  phases: [
    phase({
      steps: [
        { to: 1, hold: 0 },
        { to: 2, hold: 0, approval },
      ],
    }),
  ],
  approvers: { g: members },
})
const year = { name: 'for ever', from: NOW - 1, to: NOW + 400 * 86_400_000 }

describe('people and calendar', () => {
  const cases: readonly (readonly [more: Partial<Plan>, path: string, message: string, starter?: string])[] = [
    [{ approvers: { nobody: [] } }, 'approvers.nobody', 'nobody is in nobody'],
    [people({ group: 'g', count: 1 }, []), 'approvers.g', 'nobody is in g'],
    [
      people([
        { group: 'g', count: 1 },
        { group: 'h', count: 1 },
      ]),
      'phases.0.steps.1.approval.1',
      '"h" is not a group of approvers',
    ],
    [
      people([
        { group: 'g', count: 1 },
        { group: 'g', count: 1 },
      ]),
      'phases.0.steps.1.approval.1',
      'g is asked twice',
    ],
    [
      people({ group: 'g', count: 1, signed: true }),
      'phases.0.steps.1.approval',
      'g must sign, but the plan does not say whose signature counts',
    ],
    [
      people({ group: 'g', count: 1, by: 'others' }),
      'phases.0.steps.1.approval',
      '1 approval is needed, but g has 1 person, and ana, who starts it, does not count',
      'ana',
    ],
    [
      people({ group: 'g', count: 1, by: 'others' }),
      'phases.0.steps.1.approval',
      '1 approval is needed, but g has 1 person: should one of them start it, nobody can go on',
    ],
    // Asked at every step: said once, of the phase.
    [
      { phases: [phase({ steps: [10, 20].map((to) => ({ to, hold: 0, approval: { group: 'h', count: 1 } })) })] },
      'phases.0.approval',
      '"h" is not a group of approvers',
    ],
    [{ freezes: [year] }, 'freezes', 'no step up is possible within a year: freezes are in force all the time (for ever)'],
    [
      { windows: [window], freezes: [year] },
      'windows',
      'no window opens within a year: freezes are in force whenever one would (for ever)',
    ],
    [
      {
        freezes: [
          { name: 'a', from: 1, to: 3 },
          { name: 'b', from: 2, to: 4 },
        ],
      },
      'freezes.1',
      'the freezes a and b overlap: together they last until 1970-01-01 00:00:00Z',
    ],
    [
      {
        freezes: [
          { name: 'a', from: 1, to: 3 },
          { name: 'a', from: 5, to: 6 },
        ],
      },
      'freezes.1.name',
      'there are two freezes "a"',
    ],
  ]
  for (const [nth, [more, path, message, starter]] of cases.entries())
    it(`${nth}: ${path} ${message}`, () =>
      expect(check(plan(more), NOW, starter).map((each) => [each.path.join('.'), each.message])).toContainEqual([path, message]))

  it('finds nothing wrong with enough people, nights and freezes that end', () => {
    const fine = { windows: [{ ...window, from: 1320, to: 120 }], freezes: [{ ...year, to: NOW + 300 * 86_400_000 }] }
    expect(check(plan({ ...people({ group: 'g', count: 1, by: 'others' }, ['ana', 'ben']), ...fine }), NOW, 'ana')).toEqual([])
    expect(check(plan(people({ group: 'g', count: 1, by: 'others' })), NOW, 'ci')).toEqual([])
  })
})

describe('check', () => {
  it('finds nothing wrong with a plan that is right', () => expect(check(plan(), NOW)).toEqual([]))
  it('lets metrics be ignored beside one that is not, or that tells both groups apart', () => {
    const ignored = metric({ onNoData: 'ignore' })
    const beside = { metrics: { errors: metric(), more: ignored }, phases: [phase({ metrics: ['errors', 'more'] })] }
    expect(check(plan(beside), NOW)).toEqual([])
    expect(check(plan(metrics({ measures: BOTH_GROUPS, onNoData: 'ignore' })), NOW)).toEqual([])
  })
  it.each(FINDINGS)('%#: %s %s', (more, path, message) =>
    expect(check(plan(more), NOW).map((each) => [each.path.join('.'), each.message])).toContainEqual([path, message]),
  )
})
