/** A toggle that was found, with the words its file uses. */
export interface SketchToggle {
  readonly name: string
  readonly words: { readonly on: string; readonly off: string }
  /** On for everybody already: that is then its default. */
  readonly isOn: boolean
}

export interface Sketch {
  readonly name: string
  /** Env file, relative to the plan. */
  readonly file: string
  /** It is not there yet: the target is to create it. */
  readonly create: boolean
  /** At least one; at most `MOST` of them are used. */
  readonly toggles: readonly SketchToggle[]
  /** Base URL of a Prometheus server that answered. */
  readonly prometheus?: string
}

/** More toggles than this would make a plan that nobody reads; the rest is added by hand. */
export const MOST = 5

/** A plan of at most 25 lines that teaches the format; editors are pointed to the schema in the package of that name. */
export function sketchPlan({ name, file, create, toggles, prometheus }: Sketch, packageName: string): string {
  const shown = toggles.slice(0, MOST)
  return `${[
    `# yaml-language-server: $schema=./node_modules/${packageName}/rollout.schema.json`,
    'version: 1',
    `name: ${scalar(name)}`,
    'toggles: # the env vars that switch features',
    ...shown.map((toggle) => `  ${scalar(toggle.name)}: { targets: [app]${toggle.isOn ? ', default: on' : ''}${wordsOf(toggle)} }`),
    'targets: # where they are written',
    `  app: { use: env-file, path: ${scalar(file)}${create ? ', create: true' : ''} } # reload: [systemctl, reload, app]`,
    'metrics: # what a step is judged by',
    '  error_rate:',
    ...(prometheus === undefined
      ? ['    use: openmetrics', '    url: ${METRICS_URL:-http://localhost:8080/metrics}']
      : ['    use: prometheus', `    url: \${PROM_URL:-${prometheus}}`]),
    `    ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }`,
    '    success: "< 1%" # needed to go on',
    '    warning: "> 2%" # holds, then pauses',
    '    critical: "> 5%" # rolls back',
    'phases:',
    '  - phase: release',
    `    toggles: [${shown.map((toggle) => scalar(toggle.name)).join(', ')}]`,
    '    steps: [1%, 5%, 25%, 50%, 100%] # of the users',
    '    hold: 30m # under watch, before the next step',
    '    metrics: [error_rate]',
  ].join('\n')}\n`
}

function wordsOf({ words: { on, off } }: SketchToggle): string {
  return on === 'true' && off === 'false' ? '' : `, words: { on: ${JSON.stringify(on)}, off: ${JSON.stringify(off)} }`
}

/** Plain where YAML 1.2 (core schema, 10.3.2) reads it as text in any place; quoted elsewhere. A JSON string is a YAML one. */
function scalar(text: string): string {
  return /^[A-Za-z_.][\w./-]*$/.test(text) && !/^(?:null|true|false|\.nan|\.inf|[\d.]+(?:e\d+)?)$/i.test(text) ? text : JSON.stringify(text)
}
