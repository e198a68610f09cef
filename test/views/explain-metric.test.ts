import { describe, expect, it } from 'vitest'
import type { Track } from '../../src/core/judge/track.ts'
import type { Metric } from '../../src/core/plan/metric.ts'
import { parseRule } from '../../src/core/values/parse-rule.ts'
import { renderMetric } from '../../src/views/explain-metric.ts'

const plain = { write: () => undefined, tty: false, color: 0 } as const

function rule(text: string) {
  const parsed = parseRule(text)
  if (!parsed) throw new Error(text)
  return parsed
}

const METRIC: Metric = {
  use: 'prometheus',
  options: {},
  measures: { what: 'failures', groups: 1 },
  success: rule('< 1%'),
  warning: { when: rule('> 2%'), for: 0 },
  critical: { when: rule('> 5%'), for: 60_000 },
  minSamples: 200,
  onNoData: 'hold',
  window: 60_000,
  maxAge: 120_000,
  timeout: 10_000,
}
const track = (more: Partial<Track>): Track => ({ verdict: 'healthy', met: true, bins: [], ...more })
const headline = (of: Track | undefined, metric: Metric = METRIC) =>
  renderMetric(
    { name: 'errors', metric, ...(of && { track: of }), judge: 'threshold', groups: [], changes: [], otherCauses: [] },
    plain,
  ).split('\n')[0]

describe('the sentence on a metric', () => {
  it.each<[string, Track | undefined]>([
    [
      'errors: 7.81% CRITICAL (> 5% for 1m): 94 of 1204',
      track({ verdict: 'critical', met: false, value: 94 / 1204, bad: 94, total: 1204, criticalFor: 60_000 }),
    ],
    [
      'errors: 7.81% warning (> 5%, for 20s of 1m): 94 of 1204',
      track({ verdict: 'warning', met: false, value: 94 / 1204, bad: 94, total: 1204, criticalFor: 20_000 }),
    ],
    ['errors: 3% warning (> 2%): 3 of 100', track({ verdict: 'warning', met: false, value: 0.03, bad: 3, total: 100, warningFor: 0 })],
    [
      'errors: 1.5% warning (needs < 1%): 3 of 200',
      track({ verdict: 'warning', met: false, value: 0.015, bad: 3, total: 200, warningFor: 1000 }),
    ],
    ['errors: 1.5% healthy (needs < 1%): 3 of 200', track({ met: false, value: 0.015, bad: 3, total: 200 })],
    ['errors: 0.5% healthy (< 1%): 1 of 200', track({ value: 0.005, bad: 1, total: 200 })],
    [
      'errors: unknown: stale: the last sample is 5m old',
      track({ verdict: 'unknown', met: false, missing: { reason: 'stale', detail: 'the last sample is 5m old' } }),
    ],
    ['errors: not measured yet', undefined],
  ])('%s', (text, of) => {
    expect(headline(of)).toBe(text)
  })

  it('counts samples where nothing is bad or good, in the unit of the rules', () => {
    const latency = {
      ...METRIC,
      success: rule('< 800ms'),
      warning: { when: rule('> 1s'), for: 0 },
      critical: { when: rule('> 2s'), for: 0 },
    }
    expect(headline(track({ verdict: 'critical', met: false, value: 2.4, total: 300, criticalFor: 0 }), latency)).toBe(
      'errors: 2.4s CRITICAL (> 2s): 300 samples',
    )
  })

  it('is short without rules', () => {
    const { success: _s, warning: _w, critical: _c, ...bare } = METRIC
    expect(headline(track({ value: 3 }), bare)).toBe('errors: 3 healthy')
    expect(renderMetric({ name: 'errors', metric: bare, judge: 'threshold', groups: [], changes: [], otherCauses: [] }, plain)).toContain(
      'Rules: none',
    )
  })

  it('keeps what a server answered from reaching the terminal', () => {
    expect(headline(track({ verdict: 'unknown', met: false, missing: { reason: 'malformed', detail: '\u001b]0;owned\u0007' } }))).toBe(
      'errors: unknown: malformed: \\x1b]0;owned\\x07',
    )
  })

  it('says how long it has been unknown, and what that means', () => {
    const page = renderMetric(
      {
        name: 'errors',
        metric: METRIC,
        track: track({ verdict: 'unknown', met: false, unknownFor: 90_000, samples: 12.4 }),
        judge: 'threshold',
        groups: [],
        changes: [],
        otherCauses: [],
      },
      plain,
    )
    expect(page).toContain('Without a gap: unknown for 1m30s; missing data means: hold.')
    expect(page).toContain('Samples: 12 since the step was reached, 200 needed; the value looks back 1m at least.')
  })
})
