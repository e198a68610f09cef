import type { Event } from '../core/event.ts'
import { describe, unitOf, type Track, type Verdict } from '../core/judge.ts'
import type { Instant, Metric, Toggle } from '../core/plan.ts'
import type { Stream } from '../core/ports.ts'
import { formatRule, formatValue } from '../core/rule.ts'
import type { Deed } from '../core/state.ts'
import { changesBetween, type Summary } from '../core/summary.ts'
import { formatDuration, formatExposure, formatInstant } from '../core/units.ts'
import { renderChanges, renderEvent, type Happening } from './event.ts'
import { clean, paint } from './paint.ts'
import { nextCommand, renderVerdict, renderWord } from './status.ts'

/** Why it is where it is, and what would change that. */
export function renderDecision(summary: Summary, stream: Stream): string {
  const color = paint(stream)
  const where = summary.step ? `step ${summary.step.number} of ${summary.step.of} (${summary.step.toggles.join(', ')} at ${summary.step.to})` : 'before the first step'
  const lines = [`${renderWord(summary.status, stream)} at ${where}`]
  if (summary.stopped) lines.push(`  ${clean(summary.stopped.why.text)}`, color.dim(`  #${summary.stopped.seq} by ${clean(summary.stopped.actor)}, ${formatInstant(summary.stopped.at)}`))
  else lines.push(`  ${summary.decision.do}: ${clean(summary.decision.text)}`)
  for (const { name, verdict, text } of summary.metrics) lines.push(`  ${renderVerdict(verdict, stream)} ${name} ${clean(text)}`)
  for (const gate of summary.status === 'running' ? summary.gates.filter(({ open, name }) => !open && name !== 'metrics') : []) {
    lines.push(`  ${color.yellow('…')} ${clean(gate.text)}${gate.opensIn === undefined ? '' : color.dim(` (about ${formatDuration(gate.opensIn)} more)`)}`)
  }
  return `${[...lines, color.dim(`  ${nextCommand(summary)}`)].join('\n')}\n`
}

export interface MetricPage {
  readonly name: string
  readonly metric: Metric
  readonly track?: Track
  readonly step?: { readonly number: number; readonly toggles: readonly string[]; readonly to: string }
  /** Set when this metric is why the rollout stopped; the track is then the one of that moment. */
  readonly stopped?: Deed
  readonly changes: readonly { readonly seq: number; readonly at: Instant; readonly verdict: Verdict; readonly text: string }[]
}

/** `7.8% CRITICAL (> 5% for 1m): 94 of 1204`, the rules, and how the verdict changed. */
export function renderMetric({ name, metric, track, step, stopped, changes }: MetricPage, stream: Stream): string {
  const color = paint(stream)
  const at = step ? ` at step ${step.number} (${step.toggles.join(', ')} at ${step.to})` : ''
  const lines = [`${color.bold(name)}${at}: ${track ? headline(metric, track, stream) : 'not measured yet'}`]
  if (stopped) lines.push(`  This is why it stopped: #${stopped.seq}, ${formatInstant(stopped.at)}, ${clean(stopped.actor)}.`)
  const rules = [
    metric.success && `goes on ${formatRule(metric.success)}`,
    metric.warning && `warns ${formatRule(metric.warning.when)}${lasting(metric.warning.for)}`,
    metric.critical && `critical ${formatRule(metric.critical.when)}${lasting(metric.critical.for)}`,
  ]
  lines.push(`  Rules: ${rules.filter((rule) => rule !== undefined).join(' · ') || 'none'}`)
  if (track?.samples !== undefined) lines.push(`  Samples: ${Math.round(track.samples)} since the step was reached, ${metric.minSamples} needed; the value looks back ${formatDuration(metric.window)} at least.`)
  if (track?.unknownFor !== undefined) lines.push(`  Unknown for ${formatDuration(track.unknownFor)}; missing data means: ${metric.onNoData}.`)
  lines.push(`  Read by ${metric.use}; a sample older than ${formatDuration(metric.maxAge)} is stale, a reading may take ${formatDuration(metric.timeout)}.`)
  for (const change of changes) lines.push(`  ${color.dim(`#${change.seq} ${formatInstant(change.at)}`)} ${renderVerdict(change.verdict, stream)} ${clean(change.text)}`)
  return `${lines.join('\n')}\n`
}

function headline(metric: Metric, track: Track, stream: Stream): string {
  if (track.verdict === 'unknown' || track.value === undefined) return `${renderVerdict('unknown', stream)} ${clean(describe(metric, track))}`
  const value = formatValue(track.value, unitOf(metric))
  const rule = track.verdict === 'critical' ? metric.critical : track.verdict === 'warning' ? metric.warning : undefined
  const broken = rule ? ` (${formatRule(rule.when)}${lasting(rule.for)})` : ''
  const counts = track.total === undefined ? '' : track.bad === undefined ? `: ${track.total} samples` : `: ${track.bad} of ${track.total}`
  return `${value} ${renderVerdict(track.verdict, stream)}${broken}${counts}`
}

function lasting(duration: number): string {
  return duration > 0 ? ` for ${formatDuration(duration)}` : ''
}

/** One event with what it was based on and what came of it. */
export function renderEventPage(happening: Happening, results: readonly Event[], stream: Stream): string {
  const { event, before } = happening
  const lines = [renderEvent(happening, stream)]
  if (event.type === 'intended' && before) {
    lines.push(`  ${renderChanges(changesBetween(before.plan, (before.intent ?? before).exposures, event.exposures))}`)
    lines.push(`  Why: ${clean(event.why.text)} (${event.why.code})`)
    if (event.overrides) lines.push(`  Overriding: ${event.overrides.join(', ')}`)
  }
  for (const [name, track] of Object.entries(before?.watch?.tracks ?? {})) {
    const metric = before?.plan.metrics[name]
    if (metric && (event.type === 'intended' || event.type === 'paused')) lines.push(`  ${renderVerdict(track.verdict, stream)} ${name} ${clean(describe(metric, track))}`)
  }
  for (const result of results) lines.push(`  ${renderEvent({ event: result, before }, stream)}`)
  lines.push(`  Written by rollout ${event.version}, hash ${event.hash.slice(0, 12)}, after ${event.previous.slice(0, 12) || 'nothing'}.`)
  return `${lines.join('\n')}\n`
}

export interface TogglePage {
  readonly name: string
  readonly toggle: Toggle
  readonly exposure: string
  readonly baseline: string
  readonly moves: readonly { readonly seq: number; readonly at: Instant; readonly move: string; readonly from: string; readonly to: string; readonly actor: string; readonly why: string }[]
  readonly ahead: readonly { readonly number: number; readonly phase: string; readonly to: string }[]
}

/** Where a toggle is, how it got there, and where it goes. */
export function renderToggle({ name, toggle, exposure, baseline, moves, ahead }: TogglePage, stream: Stream): string {
  const color = paint(stream)
  const lines = [`${color.bold(name)} ${exposure} (was ${baseline} before the rollout, ${formatExposure(toggle.default)} by default)`]
  if (toggle.description !== undefined) lines.push(`  ${clean(toggle.description)}`)
  const facts = [toggle.kind, toggle.core ? 'core' : '', toggle.owner ?? '', `on ${toggle.targets.join(', ')}`, toggle.requires.length > 0 ? `requires ${toggle.requires.join(', ')}` : '', toggle.removeBy === undefined ? '' : `remove by ${toggle.removeBy}`]
  lines.push(`  ${clean(facts.filter((fact) => fact !== '').join(' · '))}`)
  for (const { seq, at, move, from, to, actor, why } of moves) lines.push(`  ${color.dim(`#${seq} ${formatInstant(at)}`)} ${move} ${from} → ${to} by ${clean(actor)}: ${clean(why)}`)
  for (const { number, phase, to } of ahead) lines.push(color.dim(`  step ${number} (${phase}) takes it to ${to}`))
  return `${lines.join('\n')}\n`
}
