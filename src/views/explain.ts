import { approvalsOf } from '../core/plan/approvals.ts'
import type { Event } from '../core/journal/event.ts'
import type { Group } from '../core/evidence/likelihood.ts'
import { describe, unitOf } from '../core/judge/describe.ts'
import type { Track, Verdict } from '../core/judge/track.ts'
import type { Exposures, Metric, PhaseStep, Toggle } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import { describeSingle } from '../core/judge/describe-single.ts'
import type { Judge } from '../core/judge/single.ts'
import { formatRule, formatValue, holds } from '../core/values/rule.ts'
import type { Deed, Status } from '../core/journal/state.ts'
import type { OtherCause } from '../core/report/other-causes.ts'
import type { Change, StepSummary, Summary } from '../core/report/summary.ts'
import { formatDuration, formatExposure, formatFraction, formatInstant, type Duration, type Instant } from '../core/values/units.ts'
import { renderChanges, renderEvent, type Happening } from './event.ts'
import { clean, listed } from './clean.ts'
import { paint } from './paint.ts'
import { otherCauseText } from './other-cause-text.ts'
import { nextCommand, renderVerdict, renderWord } from './status.ts'
import { renderWaits } from './waiting.ts'

/** What a metric said at the moment something was decided. */
export interface MetricEvidence {
  readonly name: string
  readonly verdict: Verdict
  readonly met: boolean
  readonly text: string
}

export interface DecisionPage extends Summary {
  /** What the newest retreat has taken back, and the step it came from; absent while there is nothing to say. */
  readonly retreat?: Retreat
  /** The readings when it was stopped; absent while it is not. */
  readonly evidence?: readonly MetricEvidence[]
}

/** Where a rollback, or a step back, came from. */
export interface Retreat {
  readonly from?: StepSummary
  readonly changes: readonly Change[]
}

/** Renders why it is where it is, and what would change that. */
export function renderDecision(page: DecisionPage, stream: Stream): string {
  const color = paint(stream)
  const { stopped, decision, status } = page
  const lines = [`${renderWord(status, stream)} ${whereabouts(page)}`]
  if (stopped)
    lines.push(`  ${clean(stopped.why.text)}`, color.dim(`  #${stopped.seq} by ${clean(stopped.actor)}, ${formatInstant(stopped.at)}`))
  else if (decision.do !== 'hold' || page.waitsFor.length === 0) lines.push(`  ${decision.do}: ${clean(decision.text)}`)
  lines.push(...renderWaits(page.waitsFor, stream))
  if (stopped?.why.judge) lines.push(color.dim(`  ${SPOKE[stopped.why.judge]} spoke`))
  for (const each of page.evidence ?? []) lines.push(`  then: ${renderEvidence(each, stream)}`)
  // What was rolled back is no longer watched: only the evidence says anything about it.
  if (status === 'running' || status === 'paused')
    for (const each of page.metrics) lines.push(`  ${stopped ? 'now:  ' : ''}${renderEvidence(each, stream)}`)
  return `${[...lines, color.dim(`  ${nextCommand(page, 'explain')}`)].join('\n')}\n`
}

function whereabouts({ status, step, retreat }: DecisionPage): string {
  const at = step ? `at ${renderStep(step)}` : 'before the first step'
  if (status !== 'rolled back' || !retreat) return at
  const from = retreat.from ? `from ${renderStep(retreat.from)}` : 'before the first step'
  return `${from}: ${renderChanges(retreat.changes)}`
}

function renderStep({ number, of, toggles, to }: StepSummary): string {
  return `step ${number} of ${of} (${listed(toggles)} at ${to})`
}

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
const SPOKE: Readonly<Record<Judge, string>> = {
  comparison: 'the comparison of both groups',
  'one group': 'evidence about one group',
  threshold: 'a threshold',
}

function countsOf({ total, bad }: Group): string {
  return `${Math.round(bad)} of ${Math.round(total)} (${formatFraction(total > 0 ? bad / total : 0)})`
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
  return `${formatValue(track.value, unitOf(metric))} ${word}${because === '' ? '' : ` (${because})`}${counts}`
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

function renderEvidence(evidence: MetricEvidence, stream: Stream): string {
  return `${renderVerdict(evidence, stream)} ${clean(evidence.name)} ${clean(evidence.text)}`
}

/** One word that was to change on a target. */
export interface WordChange {
  readonly target: string
  readonly variable: string
  readonly from: string
  readonly to: string
}

export interface EventPage {
  readonly event: Event
  /** What it happened to; absent for the first event. Steps count from 1. */
  readonly before?: { readonly status: Status; readonly step?: number; readonly exposures: Exposures }
  readonly evidence: readonly MetricEvidence[]
  readonly writes: readonly WordChange[]
  /** What came of an intent. */
  readonly results: readonly Event[]
}

/** Renders one event with what it happened to, what it rested on and what came of it. */
export function renderEventPage({ event, before, evidence, writes, results }: EventPage, happening: Happening, stream: Stream): string {
  const lines = [renderEvent(happening, stream)]
  if (before) {
    const on = Object.entries(before.exposures).map(([name, exposure]) => `${clean(name)} ${formatExposure(exposure)}`)
    lines.push(
      `  Before: ${before.status} ${before.step === undefined ? 'before the first step' : `at step ${before.step}`}, ${on.join(', ')}`,
    )
  }
  if ('why' in event)
    lines.push(
      `  Why: ${clean(event.why.text)} (${event.why.code})${event.why.judge === undefined ? '' : `, ${SPOKE[event.why.judge]} spoke`}`,
    )
  if (event.type === 'checked' && event.evidence !== undefined) lines.push(`  Evidence: ${clean(event.evidence)}`)
  if (event.type === 'approved' && event.signed)
    lines.push(`  Signed ${formatInstant(event.signed.at)}; rollout history --verify checks it.`)
  if (event.type === 'intended' && event.overrides) lines.push(`  Overriding: ${listed(event.overrides)}`)
  const from = event.actorFrom === undefined ? '' : ` (${clean(event.actorFrom)})`
  lines.push(`  By: ${clean(event.actor)}${from}${event.reason === undefined ? '' : `, "${clean(event.reason)}"`}`)
  for (const each of evidence) lines.push(`  ${renderEvidence(each, stream)}`)
  for (const { target, variable, from, to } of writes) lines.push(`  ${clean(target)}  ${clean(variable)} ${clean(from)} → ${clean(to)}`)
  for (const result of results) lines.push(`  ${renderEvent({ event: result, before: happening.before }, stream)}`)
  lines.push(
    `  Written by rollout ${clean(event.version)}, hash ${event.hash.slice(0, 12)}, after ${event.previous.slice(0, 12) || 'nothing'}.`,
  )
  return `${lines.join('\n')}\n`
}

export interface TogglePage {
  readonly name: string
  readonly toggle: Toggle
  readonly exposure: string
  readonly baseline: string
  readonly moves: readonly {
    readonly seq: number
    readonly at: Instant
    readonly move: string
    readonly from: string
    readonly to: string
    readonly actor: string
    readonly why: string
    /** Every target that had to has confirmed it. */
    readonly confirmed: boolean
  }[]
  readonly ahead: readonly {
    readonly number: number
    readonly phase: string
    readonly to: string
    readonly approval?: PhaseStep['approval']
  }[]
}

/** Renders where a toggle is, how it got there, and where it goes. */
export function renderToggle({ name, toggle, exposure, baseline, moves, ahead }: TogglePage, stream: Stream): string {
  const color = paint(stream)
  const lines = [
    `${color.bold(clean(name))} ${exposure} (was ${baseline} before the rollout, ${formatExposure(toggle.default)} by default)`,
  ]
  if (toggle.description !== undefined) lines.push(`  ${clean(toggle.description)}`)
  const facts = [
    toggle.kind,
    toggle.core ? 'core' : '',
    toggle.owner ?? '',
    `on ${toggle.targets.join(', ')}`,
    toggle.requires.length > 0 ? `requires ${toggle.requires.join(', ')}` : '',
    toggle.removeBy === undefined ? '' : `remove by ${toggle.removeBy}`,
  ]
  lines.push(`  ${clean(facts.filter((fact) => fact !== '').join(' · '))}`)
  for (const { seq, at, move, from, to, actor, why, confirmed } of moves) {
    lines.push(
      `  ${color.dim(`#${seq} ${formatInstant(at)}`)} ${move} ${from} → ${to} by ${clean(actor)}: ${clean(why)}${confirmed ? '' : color.yellow(' (not confirmed by every target)')}`,
    )
  }
  for (const { number, phase, to, approval } of ahead) {
    const who = approvalsOf({ ...(approval && { approval }) }).map(({ count, group }) => `${count} of ${clean(group)}`)
    const once = who.length > 0 ? `, once ${who.join(' and ')} agree` : ''
    lines.push(color.dim(`  step ${number} (${clean(phase)}) takes it to ${to}${once}`))
  }
  return `${lines.join('\n')}\n`
}
