import { wilson } from '../../../src/core/forecast/wilson.ts'
import { expect, it } from 'vitest'
import { adviceOf, tallyOf } from '../../../src/core/forecast/advice.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import type { ForecastRun } from '../../../src/core/forecast/forecast.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'

const ran = (end: ForecastRun['end'], more: Partial<ForecastRun> = {}): ForecastRun => ({
  end,
  after: 10 * MINUTE,
  step: 1,
  exposed: 1000,
  failed: 5,
  excess: 0,
  waited: { hold: 10 * MINUTE },
  ...more,
})
const times = (count: number, run: ForecastRun): ForecastRun[] => Array.from({ length: count }, () => run)
const errors = { why: { code: 'critical', metric: 'errors', text: '' } } as const
const done = times(100, ran('complete'))
const quick = (of: Plan): Plan => ({ ...of, phases: of.phases.map((each) => ({ ...each, planned: { min: MINUTE, max: 5 * MINUTE } })) })
const compared = plan({
  metrics: { errors: metric({ measures: BOTH_GROUPS }) },
  phases: [phase({ evidence: { pace: 'evidence', policy: DEFAULTS } })],
})

it('few numbers for many runs', () => {
  const waited = { exposure: 30 * MINUTE }
  expect(tallyOf([...times(3, ran('complete')), ran('rolled back', { after: MINUTE, excess: 40, waited, ...errors })])).toEqual({
    runs: 4,
    ends: [
      { end: 'rolled back', share: 0.25, between: wilson(1, 4), median: MINUTE, within90: MINUTE, step: 2, why: 'errors' },
      { end: 'complete', share: 0.75, between: wilson(3, 4), median: 10 * MINUTE, within90: 10 * MINUTE, step: 2 },
    ],
    exposed: 1000,
    failed: 5,
    excess: 0,
    waited: [
      ['hold', 0.5],
      ['exposure', 0.5],
    ],
  })
})

it.each<[string, Plan, readonly ForecastRun[], readonly ForecastRun[] | undefined, string]>([
  ['good', plan(), done, undefined, 'fine: a good release takes 10m (100% of it waiting for hold)'],
  [
    'good, and bad caught',
    plan(),
    done,
    times(9, ran('rolled back', { after: MINUTE, excess: 40 })),
    'fine: a good release takes 10m (100% of it waiting for hold); the fault is rolled back after 1m, having failed 40 requests more than without it',
  ],
  [
    'good ones rolled back',
    plan(),
    [...done, ...times(5, ran('rolled back', errors))],
    undefined,
    'too nervous: 4.76% of good releases are rolled back (errors): compare users with the toggle and without (on: and off: of errors), or let the rule be true for: longer',
  ],
  ['one of many rolled back is chance', plan(), [...times(60, ran('complete')), ran('rolled back', errors)], undefined, 'fine'],
  [
    'good ones paused by a threshold beside the comparison',
    compared,
    [...done, ...times(50, ran('paused', errors))],
    undefined,
    'too nervous: 33.3% of good releases pause (errors): errors has thresholds close to what is normal',
  ],
  ['bad ones complete', plan(), done, done, 'too blind: 100% of releases with the fault reach everybody: thresholds do not see it'],
  ['for ever', plan(), times(100, ran('unfinished')), undefined, 'too slow: a good release takes for ever: a shorter hold:'],
  ['longer than planned', quick(plan()), done, undefined, 'too slow: a good release takes 10m, planned are 5m: a shorter hold:'],
  [
    'longer than planned, for harm that is feared',
    quick(compared),
    times(9, ran('complete', { waited: { exposure: MINUTE } })),
    undefined,
    'too slow: a good release takes 10m, planned are 5m: a larger maxHarm: (now 5s)',
  ],
])('%s', (_, of, good, bad, said) => {
  const { is, text } = adviceOf(of, { traffic: 1, baseline: 0.005 }, tallyOf(good), bad && tallyOf(bad))
  expect(`${is}: ${text}`.slice(0, said.length)).toBe(said)
})

it.each([
  [10, 'where 0.2 points more are no harm, evidence: { negligible: 0.2% } under errors is enough'],
  [0.001, 'a larger critical: (now 1.5)'],
])('says what is enough for those that pause undecided at %d requests/s, none of them failing', (perSecond, way) => {
  const undecided = tallyOf(times(9, ran('paused', { why: { code: 'evidence', text: '' } })))
  expect(adviceOf(compared, { traffic: perSecond, baseline: 0 }, undecided)).toEqual({
    is: 'too slow',
    text: `100% of good releases pause undecided: at this traffic 1.5× as bad cannot be ruled out in time; ${way}`,
  })
})

it.each([
  [0, 'settle: 2m, for what a step shows while it is cold says nothing of the release'],
  [2 * MINUTE, 'errors has thresholds close to what is normal'],
])('says to let a step that begins cold settle, unless it does for so long already: %d', (settle, way) => {
  const cold = { traffic: 100, baseline: 0.005, trouble: { coldStart: { lasts: 2, errors: 0.02, latency: 3 } } }
  const paused = tallyOf(times(9, ran('paused', { why: { code: 'warning', text: '', metric: 'errors' } })))
  const { is, text } = adviceOf({ ...compared, phases: compared.phases.map((each) => ({ ...each, settle })) }, cold, paused)
  expect(`${is}: ${text}`).toContain(`too nervous: 100% of good releases pause (errors): ${way}`)
})

it('says of a metric that is silent what would let it speak, and not that it is too strict', () => {
  const paused = tallyOf(times(9, ran('paused', { why: { code: 'no-data', text: '', metric: 'errors' } })))
  const of = { ...compared, metrics: { errors: metric({ measures: BOTH_GROUPS, minSamples: 200 }) } }
  expect(adviceOf(of, { traffic: 0.01, baseline: 0.005 }, paused)).toEqual({
    is: 'too nervous',
    text: '100% of good releases pause (errors): errors says nothing, or has too few requests, for longer than patience: (now 5m): a longer one, or fewer minSamples: (now 200) where less is enough',
  })
})

it.each([
  [{ errors: 0.005, latency: 1.5 }, BOTH_GROUPS, 'no metric looks at how long requests take'],
  [{ errors: 0.02, latency: 1 }, { what: 'latency', groups: 2, quantile: 0.95 }, 'no metric looks at failures'],
  [{ errors: 0.02, latency: 1 }, BOTH_GROUPS, 'a smaller critical:'],
] as const)('says what no metric looks at: %j', (fault, measures, way) => {
  const of = { ...compared, metrics: { errors: metric({ measures }) } }
  const { is, text } = adviceOf(of, { traffic: 100, baseline: 0.005 }, tallyOf(done), tallyOf(done), fault)
  expect(`${is}: ${text}`).toContain(`too blind: 100% of releases with the fault reach everybody: ${way}`)
})
