export interface Sketch {
  readonly name: string
  /** Env file, relative to the plan. */
  readonly file: string
  readonly toggles: readonly { readonly name: string; readonly on: boolean }[]
  /** Base URL of a Prometheus server that answered. */
  readonly prometheus?: string
}

/** More toggles than this would make a plan that nobody reads; the rest is added by hand. */
const MOST = 5

/** A plan of at most 25 lines that teaches the format. Names are checked by the caller, so nothing needs quotes. */
export function sketchPlan({ name, file, toggles, prometheus }: Sketch): string {
  const shown = toggles.slice(0, MOST)
  const rows = shown.map((toggle) => `  ${toggle.name}: { targets: [app]${toggle.on ? ', default: on' : ''} }`)
  return `${[
    '# yaml-language-server: $schema=./node_modules/rollout/rollout.schema.json',
    'version: 1',
    `name: ${name}`,
    'toggles: # the env vars that switch features',
    ...rows,
    'targets: # where they are written',
    `  app: { use: env-file, path: ${file} } # reload: [systemctl, reload, app]`,
    'metrics: # what a step is judged by',
    '  error_rate:',
    ...(prometheus === undefined
      ? ['    use: openmetrics', '    url: ${METRICS_URL:-http://localhost:8080/metrics}']
      : ['    use: prometheus', `    url: \${PROM_URL:-${prometheus}}`]),
    `    ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }`,
    '    success: "< 1%"',
    '    warning: "> 2%"',
    '    critical: "> 5%"',
    'phases:',
    '  - phase: release',
    `    toggles: [${shown.map((toggle) => toggle.name).join(', ')}]`,
    '    steps: [1%, 5%, 25%, 50%, 100%]',
    '    hold: 30m',
    '    metrics: [error_rate]',
  ].join('\n')}\n`
}
