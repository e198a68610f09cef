import { fakeClock } from './memory.ts'
import { fakeShell, shop } from './shell.ts'

/** A plan with one toggle in an env file and one counted metric. `url` answers with http_requests_total. */
export function plainPlan(url: string, more = ''): string {
  return `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
targets:
  web: { use: env-file, path: web.env }
metrics:
  error_rate:
    use: openmetrics
    url: ${url}
    ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }
    success: "< 1%"
    warning: "> 2%"
    critical: "> 5%"
    minSamples: 10
interval: 1s
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 1m, metrics: [error_rate] }
${more}`
}

/** A shell in a folder with that plan, whose metric sees this traffic at every poll. */
export async function shopShell(traffic: { requests: number; errors: number }, more?: string) {
  const clock = fakeClock()
  const files = { 'rollout.yaml': plainPlan(await shop(traffic), more), 'web.env': 'FEATURE_X=false\n' }
  return fakeShell({ clock, files })
}

/** A plan of two toggles, each with a phase of its own: one can be removed and leave a plan. */
export const TWO_TOGGLES = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
  FEATURE_Y: { targets: [web] }
targets: { web: { use: env-file, path: web.env } }
phases:
  - { phase: one, toggles: [FEATURE_X], steps: [100%], hold: 0s }
  - { phase: rest, toggles: [FEATURE_Y], steps: [100%], hold: 0s }
`
