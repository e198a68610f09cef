import { rateOf, type Group } from '../core/evidence/likelihood.ts'
import { describe, unitOf } from '../core/judge/describe.ts'
import { describeSingle } from '../core/judge/describe-single.ts'
import type { Judge } from '../core/judge/single.ts'
import type { Track, Verdict } from '../core/judge/track.ts'
import type { Deed } from '../core/journal/state.ts'
import { thresholdsOf, type Metric } from '../core/plan/metric.ts'
import type { OtherCause } from '../core/report/other-causes.ts'
import { formatBeside, formatRule, holds } from '../core/values/rule.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, formatFraction, formatInstant, type Duration, type Instant } from '../core/values/units.ts'
import { clean, listed } from './clean.ts'
import { otherCauseText } from './other-cause-text.ts'
import { paint } from './paint.ts'
import { renderVerdict } from './status.ts'

export interface MetricPage {
  readonly name: string
  readonly metric: Metric
  readonly track?: Track
  readonly step?: { readonly number: number; readonly toggles: readonly string[]; readonly to: string }
  /** Set when this metric is why the rollout stopped; the track is then the one of that moment. */
  readonly stopped?: Deed
  /** Who judges it at this step. */
  readonly judge: Judge
  /** Since the change began: those with it and those without, and how many to one it is worse than tolerated. */
  readonly groups: readonly { readonly stream: string; readonly on: Group; readonly off: Group; readonly harm: number }[]
  readonly changes: readonly { readonly seq: number; readonly at: Instant; readonly verdict: Verdict; readonly text: string }[]
  /** What else its counts look like. */
  readonly otherCauses: readonly OtherCause[]
}

/** Renders `7.8% CRITICAL (> 5% for 1m): 94 of 1204`, the rules, and how the verdict changed. */
export function renderMetric(
  { name, metric, track, step, stopped, judge, groups, changes, otherCauses }: MetricPage,
  stream: Stream,
): string {
  const color = paint(stream)
  const at = step ? ` at step ${step.number} (${listed(step.toggles)} at ${step.to})` : ''
  const lines = [`${color.bold(clean(name))}${at}: ${track ? headline(metric, track, stream) : 'not measured yet'}`]
  if (stopped)
    lines.push(
      `  This is why it stopped: #${stopped.seq}, ${formatInstant(stopped.at)}, ${clean(stopped.actor)}${stopped.why.judge === undefined ? '' : `; ${SPOKE[stopped.why.judge]} spoke`}.`,
    )
  const rules = [
    metric.success && `goes on ${formatRule(metric.success)}`,
    metric.warning && `warns ${formatRule(metric.warning.when)}${lasting(metric.warning.for)}`,
    metric.critical && `critical ${formatRule(metric.critical.when)}${lasting(metric.critical.for)}`,
  ]
  lines.push(`  Rules: ${rules.filter((rule) => rule !== undefined).join(' · ') || 'none'}`)
  const { single } = track ?? {}
  const shown = single && metric.critical ? `${SHOWN[judge]}: ${describeSingle(single, metric.critical.when.threshold)}` : ''
  lines.push(`  Judged by ${JUDGES[judge]}${shown}.`)
  if (metric.contingency !== undefined) lines.push(`  When critical: contingency ${clean(metric.contingency)}`)
  if (track) lines.push(...streaks(metric, track))
  for (const { stream: name, on, off, harm } of groups)
    lines.push(`  ${clean(name)}: toggle on ${countsOf(on)}, off ${countsOf(off)}; evidence of harm ${harm.toPrecision(3)}:1.`)
  for (const cause of otherCauses) lines.push(color.yellow(`  ${otherCauseText(cause)}`))
  if (track?.samples !== undefined)
    lines.push(
      `  Samples: ${Math.round(track.samples)} since the step was reached, ${metric.minSamples} needed; the value looks back ${formatDuration(metric.window)} at least.`,
    )
  lines.push(
    `  Read by ${clean(metric.use)}; a sample older than ${formatDuration(metric.maxAge)} is stale, a reading may take ${formatDuration(metric.timeout)}.`,
  )
  for (const change of changes)
    lines.push(`  ${color.dim(`#${change.seq} ${formatInstant(change.at)}`)} ${renderVerdict(change, stream)} ${clean(change.text)}`)
  return `${lines.join('\n')}\n`
}

const JUDGES: Readonly<Record<Judge, string>> = {
  comparison: 'comparing those with the toggle and those without; its rules look at those with it',
  'one group': 'evidence about one group',
  threshold: 'thresholds alone',
}

/** What the evidence about the failures of one group is about. */
const SHOWN: Readonly<Record<Judge, string>> = { comparison: ', critical by evidence', 'one group': '', threshold: '' }

/** Which judge spoke. */
export const SPOKE: Readonly<Record<Judge, string>> = {
  comparison: 'the comparison of both groups',
  'one group': 'evidence about one group',
  threshold: 'a threshold',
}

function countsOf(group: Group): string {
  return `${Math.round(group.bad)} of ${Math.round(group.total)} (${formatFraction(rateOf(group))})`
}

function headline(metric: Metric, track: Track, stream: Stream): string {
  const color = paint(stream)
  const words = {
    healthy: color.green('healthy'),
    warning: color.yellow('warning'),
    critical: color.red.bold('CRITICAL'),
    unknown: color.magenta('unknown'),
  }
  const word = words[track.verdict]
  if (track.verdict === 'unknown' || track.value === undefined) return `${word}: ${clean(describe(metric, track))}`
  const because = reason(metric, track, track.value)
  const counts = track.total === undefined ? '' : track.bad === undefined ? `: ${track.total} samples` : `: ${track.bad} of ${track.total}`
  return `${formatBeside(track.value, unitOf(metric), thresholdsOf(metric))} ${word}${because === '' ? '' : ` (${because})`}${counts}`
}

/** The rule that made the verdict. */
function reason({ success, warning, critical }: Metric, { verdict, criticalFor, met }: Track, value: number): string {
  // By evidence it may be critical while the newest value is not.
  if (critical && verdict === 'critical')
    return holds(critical.when, value) ? formatRule(critical.when) + lasting(critical.for) : 'by evidence'
  if (critical && criticalFor !== undefined && criticalFor >= critical.for) return `${formatRule(critical.when)}, may be chance`
  if (critical && criticalFor !== undefined)
    return `${formatRule(critical.when)}, for ${formatDuration(criticalFor)} of ${formatDuration(critical.for)}`
  if (warning && verdict === 'warning' && holds(warning.when, value)) return formatRule(warning.when) + lasting(warning.for)
  return success ? `${met ? '' : 'needs '}${formatRule(success)}` : verdict === 'warning' ? 'not yet far enough from the warning' : ''
}

function streaks(metric: Metric, { criticalFor, warningFor, unknownFor }: Track): readonly string[] {
  const parts = [
    criticalFor !== undefined &&
      `critical for ${formatDuration(criticalFor)}${metric.critical?.for ? ` of ${formatDuration(metric.critical.for)}` : ''}`,
    warningFor !== undefined &&
      `warning for ${formatDuration(warningFor)}${metric.warning?.for ? ` of ${formatDuration(metric.warning.for)}` : ''}`,
    unknownFor !== undefined && `unknown for ${formatDuration(unknownFor)}; missing data means: ${metric.onNoData}`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? [] : [`  Without a gap: ${parts.join(' · ')}.`]
}

function lasting(duration: Duration): string {
  return duration > 0 ? ` for ${formatDuration(duration)}` : ''
}
