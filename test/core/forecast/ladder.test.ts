import { describe, expect, it } from 'vitest'
import { foretell, finerStepsAt } from '../../../src/core/forecast/foretell.ts'
import type { FinerSteps } from '../../../src/core/forecast/ladder.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { exhaust } from '../../helpers/exhaust.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'
import { finerText } from '../../../src/views/finer-text.ts'

const stepped = (steps: readonly number[]): Plan =>
  plan({
    metrics: { errors: metric({ measures: BOTH_GROUPS }) },
    phases: [phase({ steps: steps.map((to) => ({ to, hold: 5 * MINUTE })), evidence: { pace: 'evidence', policy: DEFAULTS } })],
  })
const finer = (steps: readonly number[], perSecond: number, rate = 0.005): FinerSteps | undefined =>
  exhaust(foretell(stepped(steps), ['core'], [{ metric: 'errors', perSecond, rate }])).returned[0]?.finer

describe('finer steps', () => {
  it.each<[string, readonly number[], number, readonly number[]]>([
    ['are advised where most good releases would never be proven at the last step', [1, 100], 10, [1, 2, 5, 10, 25, 50, 100]],
    ['are advised where they save half of the time', [5, 100], 100, [5, 10, 25, 50, 100]],
  ])('%s', (_, steps, perSecond, advised) => expect(finer(steps, perSecond)?.steps).toEqual(advised))

  it.each([
    ['there are some already', [1, 2, 5, 10, 25, 50, 100], 100],
    ['they would cost more time than they save requests', [10, 50, 100], 100],
    ['there is no traffic', [1, 100], 0],
    ['nothing fails, so that they save no request', [1, 5, 25, 50, 100], 68, 0],
  ] as readonly [string, readonly number[], number, number?][])('are not advised where %s', (_, steps, perSecond, rate = 0.005) =>
    expect(finer(steps, perSecond, rate)).toBeUndefined(),
  )

  it('never go where the plan does not: an experiment ends where it did', () => {
    expect(finer([1, 50], 20)?.steps).toEqual([1, 2, 5, 10, 25, 50])
  })

  it('are asked for by a simulation with its own traffic and fault', () => {
    expect(finerStepsAt(stepped([1, 100]), { perSecond: 10, rate: 0.005 }, 6)).toMatchObject({
      times: 6,
      steps: [1, 2, 5, 10, 25, 50, 100],
    })
    expect(finerStepsAt(plan(), { perSecond: 10, rate: 0.005 }, 6)).toBeUndefined()
  })

  it.each<[number | undefined, string]>([
    [1_860_000, 'not 31m'],
    [undefined, 'where most pause first and ask now'],
  ])('are said in one sentence, %s', (now, said) =>
    expect(finerText({ steps: [10, 25, 50, 100], takes: 720_000, ...(now && { now }), times: 4, failed: { now: 34.2, finer: 21.4 } })).toBe(
      `with steps of 10, 25, 50, 100% a good release takes 12m, ${said}; a release 4× as bad fails about 21 requests before it is stopped, not 34`,
    ),
  )
})
