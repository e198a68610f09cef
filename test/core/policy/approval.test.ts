import { describe, expect, it } from 'vitest'
import { describeStanding, standingOf, commandFor } from '../../../src/core/policy/approval.ts'
import { statementOf } from '../../../src/core/policy/statement.ts'
import { approvalsOf } from '../../../src/core/plan/approvals.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { stepsOf } from '../../../src/core/plan/steps.ts'
import type { Approval } from '../../../src/core/plan/plan.ts'
import type { Approved, State } from '../../../src/core/journal/state.ts'
import { decided, MINUTE, NOW, phase, plan, state } from '../../helpers/core.ts'

const HOUR = 60 * MINUTE
const signed = { at: NOW, signature: 'sig' }
const rm: Approval = { group: 'rm', count: 1 }
const gave = (actor: string, more: Partial<Approved> = {}): Approved => ({
  step: 1,
  group: 'rm',
  actor,
  at: NOW,
  upon: 'hash-5',
  ...more,
})

/** At the first of two steps; the second needs these. */
function asking(needed: Approval | readonly Approval[], approvals: readonly Approved[], more: Partial<State> = {}): State {
  const steps = [
    { to: 10, hold: 0, approval: { group: 'rm', count: 1 } },
    { to: 100, hold: 0, approval: needed },
  ]
  const approvers = { rm: ['ana', 'ben', 'chris'], sec: ['dora'] }
  return state({ plan: plan({ phases: [phase({ steps })], approvers }), approvals, authors: ['ana'], ...more })
}

function text(needed: Approval, approvals: readonly Approved[], now = NOW, mover?: string): string {
  const of = asking(needed, approvals)
  const next = stepsOf(of.plan)[1]
  if (!next) throw new Error('no step')
  return describeStanding(standingOf(of, next, needed, now, mover))
}

const CASES: readonly (readonly [string, Approval, readonly Approved[], string, now?: number, mover?: string])[] = [
  ['nobody yet', rm, [], 'approval 0 of 1 (rm); missing 1 of ana, ben, chris'],
  ['one of two', { ...rm, count: 2 }, [gave('ben')], 'approval 1 of 2 (rm): ben; missing 1 of ana, chris'],
  ['enough', rm, [gave('ben')], 'approval 1 of 1 (rm): ben'],
  ['of another step', rm, [gave('ben', { step: 0 })], 'approval 0 of 1 (rm); missing 1 of ana, ben, chris'],
  ['of another step of a phase asked once', { ...rm, covers: 'phase' }, [gave('ben', { step: 0 })], 'approval 1 of 1 (rm): ben'],
  [
    'by one person for two steps of a phase asked once',
    { ...rm, count: 2, covers: 'phase' },
    [gave('ben', { step: 0 }), gave('ben')],
    'approval 1 of 2 (rm): ben; missing 1 of ana, chris',
  ],
  ['of another group', rm, [gave('dora', { group: 'sec' })], 'approval 0 of 1 (rm); missing 1 of ana, ben, chris'],
  [
    'by who froze the plan',
    { ...rm, by: 'others' },
    [gave('ana')],
    'approval 0 of 1 (rm); missing 1 of ben, chris; not ana, who froze the plan',
  ],
  [
    'by who types the step',
    { ...rm, by: 'others' },
    [gave('ben')],
    'approval 0 of 1 (rm); missing 1 of chris; not ana, who froze the plan; not ben, who types the step',
    NOW,
    'ben',
  ],
  ['by who types the step, where that may be', rm, [gave('ben')], 'approval 1 of 1 (rm): ben', NOW, 'ben'],
  ['about to expire', { ...rm, expires: HOUR }, [gave('ben')], 'approval 1 of 1 (rm): ben until 2026-11-24 13:00:00Z', NOW + HOUR - 1],
  [
    'expired',
    { ...rm, expires: HOUR },
    [gave('ben')],
    `approval 0 of 1 (rm); missing 1 of ana, ben, chris; ben's expired 2026-11-24 13:00:00Z`,
    NOW + HOUR,
  ],
  ['unsigned', { ...rm, signed: true }, [gave('ben')], 'approval 0 of 1 (rm); missing 1 of ana, ben, chris, signed'],
  ['signed', { ...rm, signed: true }, [gave('ben', { signed })], 'approval 1 of 1 (rm): ben'],
]

describe('an approval', () => {
  for (const [what, needed, approvals, wanted, now, mover] of CASES)
    it(what, () => expect(text(needed, approvals, now, mover)).toBe(wanted))

  it('of several groups is a gate for each, with what to type', () => {
    const of = asking([rm, { group: 'sec', count: 1, signed: true }], [gave('ben')])
    expect(situationOf(of, NOW).gates.filter(({ name }) => name === 'approval')).toEqual([
      { name: 'approval', open: true, text: 'approval 1 of 1 (rm): ben' },
      {
        name: 'approval',
        open: false,
        text: 'approval 0 of 1 (sec); missing 1 of dora, signed',
        missing: [{ text: '1 approval of dora', owner: 'sec', command: 'rollout approve --sign KEYFILE --reason "…"' }],
      },
    ])
    expect(decided(of)).toBe('hold')
  })

  it('is a gate no more once everybody has agreed, and again when it expires', () => {
    const of = asking({ ...rm, expires: HOUR }, [gave('ben')])
    expect([decided(of, NOW), decided(of, NOW + HOUR)]).toEqual(['advance', 'hold'])
  })

  it('of everybody who is left lacks only that one of them does not type the step', () => {
    const of = asking({ ...rm, count: 2, by: 'others' }, [gave('ben'), gave('chris')])
    const missing = (mover?: string) => situationOf(of, NOW, mover).gates.flatMap((each) => each.missing ?? [])
    expect(missing('chris')).toEqual([{ text: 'somebody else than chris to type the step', owner: 'rm', command: 'rollout run' }])
    expect(missing()).toEqual([])
  })

  it('may be one or many', () => {
    expect(approvalsOf({})).toEqual([])
    expect(approvalsOf({ approval: rm })).toEqual([rm])
    expect(approvalsOf({ approval: [rm] })).toEqual([rm])
  })
})

it('a statement says all that is agreed to, one value a line', () => {
  const of = state({ plan: plan({ environment: 'production' }) })
  expect(statementOf(of, gave('ben'))).toBe(
    `approval
rollout: shop@production
started: 2026-11-24T12:00:00.000Z
plan: digest
step: 2
group: rm
actor: ben
at: 2026-11-24T12:00:00.000Z
upon: hash-5
`,
  )
})

it('a command names the environment', () => {
  expect(commandFor({}, 'approve x')).toBe('rollout approve x')
  expect(commandFor({ environment: 'staging' }, 'approve x')).toBe('rollout approve x -e staging')
})
