import { formatDuration, formatExposure, formatFraction, type Duration, type Exposure } from '../core/values/units.ts'

/** A toggle that was found, with the words its file uses. */
export interface SketchToggle {
  readonly name: string
  readonly words: { readonly on: string; readonly off: string }
  /** On for everybody already: that is then its default. */
  readonly isOn: boolean
}

/** What the steps are judged by, and how. */
export interface SketchMetrics {
  readonly use: 'prometheus' | 'openmetrics'
  readonly url: string
  /** The counter of requests, and its label with what was answered. */
  readonly requests: CountedBy
  /** Success, warning and critical, as shares of the requests. */
  readonly failing: Levels
  readonly latency?: {
    /** The histogram without its _bucket. */
    readonly name: string
    readonly unit: 's' | 'ms'
    readonly isDivided: boolean
    /** In milliseconds. */
    readonly slow: Levels
    readonly negligible?: number
  }
  /** The label that tells on from off. */
  readonly groups?: { readonly label: string; readonly on: string; readonly off: string; readonly toggle?: string }
  /** So much more (0–1) is no harm; absent where the default is soon enough. */
  readonly negligible?: number
}

interface CountedBy {
  readonly name: string
  readonly status: string
  /** The toggle whose calls the SDK measures: only they count, and what is not `ok` has failed. */
  readonly measured?: string
  /** Its new way can run beside the old one before the first step. */
  readonly isCompared?: boolean
}

export interface Sketch {
  readonly name: string
  /** Env file, relative to the plan. */
  readonly file: string
  /** It is not there yet: the target is to create it. */
  readonly create: boolean
  /** At least one; at most `MOST` of them are used. */
  readonly toggles: readonly SketchToggle[]
  readonly metrics: SketchMetrics
  readonly steps: readonly Exposure[]
  readonly hold: Duration
}

/** The thresholds of a metric: below the first a step goes on, above the second it holds, above the third it is rolled back. */
export type Levels = readonly [success: number, warning: number, critical: number]

/** More toggles than this would make a plan that nobody reads; the rest is added by hand. */
export const MOST = 5

/**
 * Writes a plan that teaches the format, of at most 25 lines, 12 more where a histogram and two groups were found, and 6
 * where both ways of a toggle can be compared;
 * editors are pointed to the schema in the package of that name.
 */
export function sketchPlan({ name, file, create, toggles, metrics, steps, hold }: Sketch, packageName: string): string {
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
    ...shadowLines(metrics),
    ...failureLines(metrics, shown),
    ...latencyLines(metrics, shown),
    'phases:',
    '  - phase: release',
    `    toggles: [${shown.map((toggle) => scalar(toggle.name)).join(', ')}]`,
    ...(metrics.requests.isCompared ? ['    shadow: 5% # of the calls: both ways run, and nobody is answered by the new one'] : []),
    `    steps: [${steps.map(formatExposure).join(', ')}] # of the users`,
    `    hold: ${formatDuration(hold)} # under watch, before the next step${metrics.groups ? '; evidence ends those that some users have' : ''}`,
    `    metrics: [error_rate${metrics.latency ? ', latency_p95' : ''}]`,
  ].join('\n')}\n`
}

function failureLines({ use, url, requests, failing, groups, negligible }: SketchMetrics, toggles: Sketch['toggles']): readonly string[] {
  const [success, warning, critical] = failing.map(formatFraction)
  return [
    '  error_rate:',
    `    use: ${use}`,
    `    url: ${url}`,
    `    ratio: ${ratioText(requests)}`,
    ...(groups ? groupLines(groups, toggles.length > 1, true) : []),
    ...negligibleLines(negligible, ' # so little more is no harm: less takes long to rule out'),
    `    success: "< ${success}" # needed to go on`,
    `    warning: "> ${warning}" # holds, then pauses`,
    `    critical: "> ${critical}" # rolls back`,
  ]
}

function shadowLines({ use, url, requests: { measured, isCompared } }: SketchMetrics): readonly string[] {
  if (!isCompared) return []
  const name = `rollout_toggle_comparisons_total{toggle="${measured}"`
  return [
    '  shadow: # the calls that both ways answered',
    `    use: ${use}`,
    `    url: ${url}`,
    `    ratio: { bad: '${name},outcome!="same"}', total: '${name}}' }`,
    '    critical: "> 1%" # differ',
  ]
}

function ratioText({ name, status, measured }: CountedBy): string {
  if (measured === undefined) return `{ bad: '${name}{${status}=~"5.."}', total: ${name} }`
  return `{ bad: '${name}{toggle="${measured}",${status}!="ok"}', total: '${name}{toggle="${measured}"}' }`
}

function latencyLines({ use, url, requests: { measured }, latency, groups }: SketchMetrics, toggles: Sketch['toggles']): readonly string[] {
  if (!latency) return []
  const [success, warning, critical] = latency.slow.map((level) => (latency.unit === 's' ? formatDuration(level) : String(level)))
  return [
    '  latency_p95:',
    `    use: ${use}`,
    `    url: ${url}`,
    `    quantile: { of: ${measured === undefined ? latency.name : `'${latency.name}{toggle="${measured}"}'`}, q: 0.95 }`,
    ...(groups && latency.isDivided ? groupLines(groups, toggles.length > 1, false) : []),
    ...negligibleLines(latency.negligible),
    `    success: "< ${success}"`,
    `    warning: "> ${warning}"`,
    `    critical: "> ${critical}"`,
  ]
}

function negligibleLines(negligible: number | undefined, said = ''): readonly string[] {
  return negligible === undefined ? [] : [`    evidence: { negligible: ${formatFraction(negligible)} }${said}`]
}

function groupLines(
  { label, on, off, toggle }: NonNullable<SketchMetrics['groups']>,
  isOfSeveral: boolean,
  isExplained: boolean,
): readonly string[] {
  const says = (text: string): string => (isExplained ? ` # ${text}` : '')
  return [
    ...(toggle !== undefined && isOfSeveral ? [`    toggle: ${scalar(toggle)}${says('the one that the label is about')}`] : []),
    `    on: ${label}=${JSON.stringify(on)}${says('requests with the toggle on …')}`,
    `    off: ${label}=${JSON.stringify(off)}${says('… are compared with those with it off')}`,
  ]
}

function wordsOf({ words: { on, off } }: SketchToggle): string {
  return on === 'true' && off === 'false' ? '' : `, words: { on: ${JSON.stringify(on)}, off: ${JSON.stringify(off)} }`
}

/** Plain where YAML 1.2 (core schema, 10.3.2) reads it as text in any place; quoted elsewhere. A JSON string is a YAML one. */
function scalar(text: string): string {
  return /^[A-Za-z_.][\w./-]*$/.test(text) && !/^(?:null|true|false|\.nan|\.inf|[\d.]+(?:e\d+)?)$/i.test(text) ? text : JSON.stringify(text)
}
