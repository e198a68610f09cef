import type { Sketch } from '../../src/config/sketch.ts'

/** What init writes where it has found nothing, with what a test says otherwise. */
export function sketch(more: Partial<Sketch> = {}): Sketch {
  return {
    name: 'shop',
    file: '.env',
    create: false,
    toggles: [{ name: 'FEATURE_X', words: { on: 'true', off: 'false' }, isOn: false }],
    metrics: {
      use: 'openmetrics',
      url: 'http://localhost:8080/metrics',
      requests: { name: 'http_requests_total', status: 'status' },
      failing: [0.01, 0.02, 0.05],
    },
    steps: [1, 5, 25, 50, 100],
    hold: 1_800_000,
    ...more,
  }
}
