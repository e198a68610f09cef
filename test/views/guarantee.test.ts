import { expect, it } from 'vitest'
import type { Foretold } from '../../src/core/forecast/foretell.ts'
import { renderGuarantees } from '../../src/views/guarantee.ts'

const outlook: Foretold = {
  phase: 'core',
  metric: 'error_rate',
  perSecond: 100,
  rate: 0.005,
  share: 0.5,
  ratio: 1.5,
  takes: 480_000,
  given: 14_400_000,
  pace: 'evidence',
}
const good = { runs: 40, median: 660_000, within90: 1_080_000, failed: 160 }
const bad = {
  as: 'least',
  metric: 'error_rate',
  rate: 0.0075,
  times: 1.5,
  runs: 40,
  rolledBack: 40,
  asked: 0,
  median: 1_380_000,
  within90: 2_340_000,
  exposed: 61_539.5,
  failed: 461.4,
} as const
const { median: _, within90: _w, ...seldom } = bad
const finer = { steps: [10, 25, 50, 100], takes: 720_000, now: 1_860_000, times: 4, failed: { now: 34.2, finer: 21.4 } }

it('says that nothing judges a phase without a metric', () => {
  const out = { write: () => {}, color: 0 as const, tty: false }
  const said = (numbers: readonly string[]): string =>
    renderGuarantees({ guarantees: [{ phase: 'core', compared: {}, single: {}, counted: [], numbers }], outlooks: [] }, out)
  expect(said([])).toContain('core: a timer, not a gate: no metric judges it')
  expect(said(['load'])).toContain('core: thresholds alone: no metric tells users with the toggle from those without')
})

function rendered(foretold: Foretold): string {
  let written = ''
  const out = { write: (text: string) => void (written += text), color: 0 as const, tty: false }
  out.write(
    renderGuarantees({ guarantees: [{ phase: 'core', compared: {}, single: {}, counted: [], numbers: [] }], outlooks: [foretold] }, out),
  )
  return written
}

it.each<[string, Foretold, string]>([
  [
    'median and nine in ten',
    { ...outlook, good },
    'core: in 40 made-up rollouts at this traffic half of the good releases are through all steps of a toggle within 11m, nine in ten within 18m\n',
  ],
  [
    'where one in ten asks first',
    { ...outlook, good: { runs: 40, median: 660_000, failed: 160 } },
    'are through all steps of a toggle within 11m, more than one in ten pauses first and asks\n',
  ],
  ['where most ask first', { ...outlook, good: { runs: 40, failed: 160 } }, 'at this traffic most good releases pause first and ask\n'],
  [
    'a bad release',
    { ...outlook, bad: [bad] },
    'core: in 40 made-up rollouts at this traffic a release of which 0.75% fails (error_rate, 1.5× as bad, the least that must not reach everybody) is rolled back by evidence alone within 23m of its first user in half of them, within 39m in nine of ten; 61540 requests have it until then, 461 of them fail; a threshold may be sooner\n',
  ],
  [
    'a bad release that is seldom seen',
    { ...outlook, bad: [{ ...seldom, rolledBack: 9, asked: 30 }] },
    'is rolled back by evidence alone in 9 of them, 30 pause first and ask, in 1 it reaches everybody; 61540',
  ],
  [
    'a slow release',
    { ...outlook, bad: [{ ...bad, as: 'critical', le: '0.5' }] },
    'a release of which 0.75% is slower than 0.5 (error_rate, 1.5× as bad, what its rules call critical) is rolled back by evidence alone within 23m of its first user in half of them, within 39m in nine of ten; 61540 requests have it until then, 461 of them are slow',
  ],
  [
    'advice about the steps',
    { ...outlook, finer },
    'core: advice: with steps of 10, 25, 50, 100% a good release takes 12m, not 31m; a release 4×',
  ],
])('%s', (_, foretold, said) => expect(rendered(foretold)).toContain(said))
