import { approvalsOf } from '../core/plan/approvals.ts'
import type { Event } from '../core/journal/event.ts'
import type { Verdict } from '../core/judge/track.ts'
import type { Exposures, PhaseStep, Toggle } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Status } from '../core/journal/state.ts'
import type { Reference } from '../core/report/reference.ts'
import type { Change } from '../core/report/changes.ts'
import type { StepSummary, Summary } from '../core/report/summary.ts'
import { formatDuration, formatExposure, formatInstant, type Duration, type Instant } from '../core/values/units.ts'
import { renderChanges, renderEvent, type Happening } from './event.ts'
import { clean, listed } from './clean.ts'
import { SPOKE } from './explain-metric.ts'
import { paint } from './paint.ts'
import { renderFewReferences } from './references.ts'
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
    /** For how long nobody must have been answered by it before. */
    readonly unused?: Duration
  }[]
  /** Where the code beside the plan stands for it; absent where there is no plan file, or the code is too large to be searched at once. */
  readonly references?: readonly Reference[]
}

/** Renders where a toggle is, how it got there, and where it goes. */
export function renderToggle({ name, toggle, exposure, baseline, moves, ahead, references }: TogglePage, stream: Stream): string {
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
  for (const { number, phase, to, approval, unused } of ahead) {
    const who = approvalsOf({ ...(approval && { approval }) }).map(({ count, group }) => `${count} of ${clean(group)}`)
    const needed = [
      ...(who.length > 0 ? [`${who.join(' and ')} agree`] : []),
      ...(unused === undefined ? [] : [`nobody was answered by it for ${formatDuration(unused)}`]),
    ]
    const once = needed.length > 0 ? `, once ${needed.join(' and ')}` : ''
    lines.push(color.dim(`  step ${number} (${clean(phase)}) takes it to ${to}${once}`))
  }
  if (references) lines.push(...renderFewReferences(name, references, stream))
  return `${lines.join('\n')}\n`
}
