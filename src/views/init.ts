import type { Problem } from '../core/values/errors.ts'
import { points } from '../core/evidence/policy.ts'
import { formatMinutes } from '../core/values/format-minutes.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, formatExposure, formatFraction, type Duration, type Exposure } from '../core/values/units.ts'
import { clean, listed } from './clean.ts'
import { renderMissingLabel, type CountedRequests, type ExampleLanguage } from './missing-label.ts'
import { paint } from './paint.ts'

export interface InitReport {
  /** Path of the plan that was written. */
  readonly plan: string
  /** Whether the toggles were found in an env file, or stand for the user's own. */
  readonly found: boolean
  readonly file: string
  readonly toggles: readonly { readonly name: string }[]
  /** Further toggles the plan has no room for. */
  readonly left: readonly string[]
  /** Toggles that are on for everybody already. */
  readonly on: readonly string[]
  /** Switches beside them that are not called toggles. */
  readonly others: readonly string[]
  /** Other env files that hold some of the toggles too. */
  readonly elsewhere: readonly { readonly file: string; readonly toggles: readonly string[] }[]
  readonly hold: Duration
  /** The application whose metrics answered. */
  readonly application?: {
    readonly url: string
    /** The variable that says so. */
    readonly from: string
    readonly requests?: CountedRequests
    readonly latency?: { readonly name: string }
    readonly groups?: { readonly label: string; readonly on: string; readonly off: string }
    readonly traffic?: { readonly perSecond: number; readonly rate: number }
  }
  /** Addresses of the env files where no metrics are. */
  readonly silent: readonly { readonly url: string; readonly from: string; readonly said: string; readonly answered: boolean }[]
  /** Toggles whose word the code compares: no step below 100 % would do anything. */
  readonly compared: readonly Problem[]
  /** How long it takes to see a release that fails a share of its requests. */
  readonly power?: { readonly fails: number; readonly at: Exposure; readonly takes: Duration }
  /** Share of failed requests, of all there are, from which a step is rolled back. */
  readonly metrics: { readonly failing: readonly [number, number, critical: number]; readonly negligible?: number }
  readonly prometheus?: string
  /** The language of the examples. */
  readonly shown: ExampleLanguage
}

/** Takes back the line that lives. */
const CLEARED = '\r\u001b[K'

/** Says on a terminal what is asked, until it has answered. */
export function openLooking(urls: readonly string[], stream: Stream) {
  stream.write(`… asks ${urls.length === 0 ? 'for a Prometheus' : listed(urls)}`)
  return { end: (): void => stream.write(CLEARED) }
}

/** Renders what was found, what was written, and what to type next. */
export function renderInit(report: InitReport, stream: Stream): string {
  const { plan, found, file, toggles, left, on } = report
  const color = paint(stream)
  const names = toggles.map(({ name }) => name)
  const idle = on.filter((name) => !names.includes(name))
  const lines = [
    `${color.green('✓')} wrote ${clean(plan)}`,
    found
      ? `  toggles: ${listed(names)} (from ${clean(file)})`
      : `  no env file with toggles was found: ${listed(names)} in ${clean(file)} stands for yours`,
    ...(left.length > 0 ? [`  left out, to keep it short: ${listed(left)}`] : []),
    ...(idle.length > 0 ? [`  on already: ${listed(idle)}`] : []),
    ...(report.others.length > 0
      ? [`  not taken for toggles by their names: ${listed(report.others)}; a line under toggles: takes one in`]
      : []),
    ...elsewhereLines(report).map((line) => `  ${line}`),
    ...metricsLines(report).map((line) => `  ${line}`),
    ...report.compared.flatMap(({ message, hint }) => [`  ${color.yellow('!')} ${clean(message)}`, `    ${clean(hint ?? '')}`]),
    color.dim('  rollout check config says whether it is right; rollout plan shows what it would do'),
    ...missingLines(report).map((line) => (line === '' ? '' : `  ${line}`)),
  ]
  return `${lines.join('\n')}\n`
}

function elsewhereLines({ elsewhere, file }: InitReport): readonly string[] {
  if (elsewhere.length === 0) return []
  const each = elsewhere.map((other) => `${listed(other.toggles)} in ${clean(other.file)}`)
  return [
    `elsewhere too: ${each.join('; ')}`,
    `  what another application reads is a target of its own; where one reads both, path: names the file whose word it takes (now ${clean(file)})`,
  ]
}

function metricsLines({ application, silent, prometheus, power, hold, metrics: { negligible } }: InitReport): readonly string[] {
  if (!application) {
    const asked = silent.map(
      ({ url, from, said, answered }) =>
        `metrics: ${clean(url)} (${clean(from)}): ${clean(said)}; ${answered ? 'METRICS_URL says where else they are' : 'is the application running?'}`,
    )
    if (prometheus !== undefined) return [...asked, 'metrics: a Prometheus answered; the plan reads PROM_URL']
    if (asked.length > 0) return [...asked, 'metrics: no Prometheus answered; the plan reads METRICS_URL']
    return [
      'metrics: no env file says where the application listens, and no Prometheus answered; the plan reads METRICS_URL',
      '  METRICS_URL=http://localhost:PORT/metrics rollout init --force asks there; what else can be read: docs/metrics.md',
    ]
  }
  const { url, from, requests, latency, groups } = application
  const counted = [...new Set([requests?.name.replace(/_count$/, ''), latency?.name])].flatMap((name) =>
    name === undefined ? [] : clean(name),
  )
  const seen = `${clean(url)} (${clean(from)}) ${counted.length > 0 ? `has ${counted.join(' and ')}` : 'has no counter of requests with a status'}`
  return [
    `metrics: ${seen}${prometheus === undefined ? '' : '; a Prometheus knows them too, and the plan reads PROM_URL'}`,
    ...(groups ? [`groups: ${groups.label}="${groups.on}" is compared with ${groups.label}="${groups.off}"`] : []),
    ...(requests
      ? [
          `traffic: ${trafficText(application.traffic, power)}; ${groups ? 'a step ends when enough is known, the last one holds' : 'every step holds'} for ${formatDuration(hold)}`,
        ]
      : []),
    ...(negligible === undefined
      ? []
      : [`negligible: ${points(negligible)} points more failures; less would take this traffic longer to rule out`]),
  ]
}

function trafficText(traffic: NonNullable<InitReport['application']>['traffic'], power: InitReport['power']): string {
  if (!traffic) return 'no traffic seen, nothing was counted just now'
  const now = `${Number(traffic.perSecond.toPrecision(2))} requests/s, ${formatFraction(traffic.rate)} of them failed`
  if (!power) return now
  return `${now}: a release that fails ${formatFraction(power.fails)} is seen after ${about(power.takes)} at ${formatExposure(power.at)}`
}

/** More than minutes is not known. */
function about(takes: Duration): string {
  return `about ${formatMinutes(takes)}`
}

/** An application that runs shows what is missing of it; one that does not may have it all. */
function missingLines({ application, silent, toggles, shown, metrics: { failing } }: InitReport): readonly string[] {
  if (application ? application.groups : !silent.some(({ answered }) => answered)) return []
  return ['', ...renderMissingLabel(application?.requests, toggles[0]?.name ?? 'FEATURE_X', failing[2], shown)]
}
