import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { environment } from '../../../src/core/plan/environment.ts'
import { stepsOf } from '../../../src/core/plan/steps.ts'
import type { Exposures, Plan, Toggle } from '../../../src/core/plan/plan.ts'
import { nextDestination } from '../../../src/core/policy/destination.ts'
import { membershipAt, nextChange, personOf, questionsOf, wrongId } from '../../../src/core/plan/membership.ts'
import { openToggles } from '../../../src/sdk/toggles.ts'
import { phase, plan, toggle } from '../../helpers/core.ts'

const SEGMENTS = {
  staff: { rule: 'email:ends:@example.com' },
  nordic: { rule: 'country:in:se,no;plan:equals:pro' },
  pilots: { rule: 'organisation:percentage:30%' },
  beta: { allow: ['user-1', 'user-2'], deny: ['user-3'] },
}
const step = (to: number) => ({ to, hold: 0 })

function planOf(first: Partial<Toggle>, second: Partial<Toggle>, order: 'one-by-one' | 'together' = 'together'): Plan {
  return plan({
    segments: SEGMENTS,
    toggles: { A: toggle({ variable: 'FEATURE_A', ...first }), B: toggle({ variable: 'B', ...second }) },
    phases: [phase({ toggles: ['A', 'B'], order, steps: [step(0.1), step(10), step(50), step(100)] })],
  })
}

const id = fc.integer({ min: 0, max: 12 }).map((nth) => `user-${nth}`)
const attributes = fc.record(
  {
    email: fc.constantFrom('mary@example.com', 'mary@example.org'),
    country: fc.constantFrom('se', 'dk'),
    plan: fc.constantFrom('pro', 'free'),
    organisation: fc.constantFrom('acme', 'globex', 'initech', 'umbrella'),
  },
  { requiredKeys: [] },
)
const early = fc.record(
  {
    segments: fc.uniqueArray(fc.constantFrom('staff', 'nordic', 'pilots', 'beta')),
    allow: fc.uniqueArray(id, { maxLength: 3 }),
    deny: fc.uniqueArray(id, { maxLength: 3 }),
  },
  { requiredKeys: [] },
)
const baselines = fc.record({ A: fc.constantFrom(0, 5, 100), B: fc.constantFrom(0, 25) })

describe('who has a toggle', () => {
  it('is who the SDK lets in, at every step', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(
        early,
        early,
        baselines,
        fc.array(fc.tuple(id, attributes), { minLength: 1, maxLength: 5 }),
        (first, second, baseline, people) => {
          const shop = planOf(first, second)
          const [question, other] = questionsOf(shop, { exposures: baseline, baseline, cursor: -1 })
          let exposures: Exposures = baseline
          let cursor = -1
          for (let isThere = true; isThere;) {
            const toggles = openToggles({
              env: environment(shop, 'web', { exposures, baseline }),
              file: '',
              onProblem: (message) => expect(message).toBe(''),
            })
            for (const each of [question, other]) {
              const stage = each?.stages.findLast(({ step: at }) => at === undefined || at <= cursor)
              for (const [who, known] of people) {
                if (!each || !stage) throw new Error('no such toggle')
                const found = membershipAt(personOf(each, who, known), stage)
                const { isOn } = toggles.explain(shop.toggles[each.toggle]?.variable ?? '', who, known)
                expect([each.toggle, who, known, exposures, found.isOn]).toEqual([each.toggle, who, known, exposures, isOn])
                seen.set(found.why, (seen.get(found.why) ?? 0) + 1)
              }
            }
            const next = nextDestination({ plan: shop, baseline, exposures, cursor })
            isThere = next !== undefined
            exposures = next?.exposures ?? exposures
            cursor = next?.cursor ?? cursor
          }
        },
      ),
      { seed: 42, numRuns: 300 },
    )
    // Every kind of answer was compared.
    expect(['segment', 'allow', 'deny', 'percentage', 'everybody', 'nobody'].filter((why) => (seen.get(why) ?? 0) < 50)).toEqual([])
  })

  it('joins with one step and stays', () => {
    const shop = planOf({ segments: ['staff'], allow: ['user-1'], deny: ['user-5'] }, {})
    const [question] = questionsOf(shop, { exposures: {}, baseline: {}, cursor: -1 })
    const steps = stepsOf(shop)
    const joins = (who: string, email = ''): number | undefined => {
      const stage = question && nextChange(question, personOf(question, who, { email }))
      return stage?.step === undefined ? undefined : steps[stage.step]?.to
    }
    expect([joins('user-1'), joins('user-5'), joins('x', 'mary@example.com')]).toEqual([0.1, undefined, 0.1])
    const counts = new Map<number | undefined, number>()
    for (let nth = 0; nth < 20_000; nth += 1) counts.set(joins(`id-${nth}`), (counts.get(joins(`id-${nth}`)) ?? 0) + 1)
    expect([0.1, 10, 50, 100].map((to) => Math.round((counts.get(to) ?? 0) / 100))).toEqual([0, 20, 80, 100])
  })

  it.each([
    ['', 'the id is empty: it is nobody'],
    ['x'.repeat(2 ** 20), 'the id has 1048576 characters; at most 10000 are read'],
    ['a\ud800b', 'the id holds half a character (a lone surrogate): languages read it differently'],
    ['Świętopełk 😀', undefined],
  ])('%#: what cannot be an id', (written, wrong) => expect(wrongId(written)).toBe(wrong))
})
