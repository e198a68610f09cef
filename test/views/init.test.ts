import { describe, expect, it } from 'vitest'
import { renderInit, type InitReport } from '../../src/views/init.ts'

const plain = { write: () => undefined, tty: false, color: 0 } as const
const base: InitReport = {
  plan: '/shop/rollout.yaml',
  found: true,
  file: '.env',
  toggles: [{ name: 'FEATURE_A' }],
  left: [],
  on: [],
  elsewhere: [],
  silent: [],
  compared: [],
  others: [],
  shown: 'javascript',
  hold: 1_800_000,
  metrics: { failing: [0.01, 0.02, 0.05] },
}

describe('renderInit', () => {
  it('says what was found and what comes next', () => {
    expect(renderInit(base, plain)).toBe(
      [
        '✓ wrote /shop/rollout.yaml',
        '  toggles: FEATURE_A (from .env)',
        '  metrics: no env file says where the application listens, and no Prometheus answered; the plan reads METRICS_URL',
        '    METRICS_URL=http://localhost:PORT/metrics rollout init --force asks there; what else can be read: docs/metrics.md',
        '  rollout check config says whether it is right; rollout plan shows what it would do',
        '',
      ].join('\n'),
    )
  })

  it.each<[Partial<InitReport>, string]>([
    [{ found: false, file: 'app.env' }, 'no env file with toggles was found: FEATURE_A in app.env stands for yours'],
    [{ left: ['FEATURE_B', 'FEATURE_C'] }, 'left out, to keep it short: FEATURE_B, FEATURE_C'],
    [{ others: ['NEW_CHECKOUT'] }, 'not taken for toggles by their names: NEW_CHECKOUT; a line under toggles: takes one in\n'],
    [{ on: ['FEATURE_A', 'FEATURE_D'] }, 'on already: FEATURE_D\n'],
    [
      {
        elsewhere: [
          { file: '.env.local', toggles: ['FEATURE_A'] },
          { file: 'web/.env', toggles: ['FEATURE_A'] },
        ],
      },
      'elsewhere too: FEATURE_A in .env.local; FEATURE_A in web/.env\n    what another application reads is a target of its own; where one reads both, path: names the file whose word it takes (now .env)\n',
    ],
    [
      { silent: [{ url: 'http://localhost:1/metrics', from: 'PORT in .env', said: 'connection refused', answered: false }] },
      'metrics: http://localhost:1/metrics (PORT in .env): connection refused; is the application running?\n  metrics: no Prometheus answered',
    ],
    [
      { application: { url: 'http://localhost:1/metrics', from: 'PORT in .env' }, metrics: { ...base.metrics, negligible: 0.001 } },
      'negligible: 0.1 points more failures; less would take this traffic longer to rule out',
    ],
    [{ prometheus: 'http://localhost:9090' }, 'a Prometheus answered; the plan reads PROM_URL'],
  ])('%j', (more, text) => {
    expect(renderInit({ ...base, ...more }, plain)).toContain(text)
  })
})
