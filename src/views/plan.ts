import { plural } from '../core/values/plural.ts'
import { formatApprovals } from '../core/plan/approvals.ts'
import { formatDrift } from '../core/plan/environment.ts'
import type { Step } from '../core/plan/steps.ts'
import type { Plan } from '../core/plan/plan.ts'
import { asDeclared } from '../core/plan/shadow.ts'
import type { Json } from '../core/values/json.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Timeline } from '../core/forecast/timeline.ts'
import { formatDuration, formatExposure, formatInstant, type Instant } from '../core/values/units.ts'
import { clean } from './clean.ts'
import { renderGuarantees } from './guarantee.ts'
import { holdText } from './hold-text.ts'
import { paint } from './paint.ts'
import { renderReplan } from './replan.ts'
import { renderRisks } from './risk.ts'
import { renderWord } from './status.ts'
import type { PlanReport } from '../core/report/plan-report.ts'
import { renderTable } from './table.ts'

/** Renders the next write per target, what differs from what was left behind, and the steps ahead. */
export function renderPlan(report: PlanReport, plan: Plan, stream: Stream): string {
  const color = paint(stream)
  const [next] = report.steps
  const lines = [
    color.bold(`${clean(report.name)}: ${plural(report.steps.length, 'step')} ahead`) +
      (report.steps.length > 0 ? `, at least ${formatDuration(report.atLeast)}` : ''),
    '',
  ]
  if (!report.started) lines.push(`  Not started: rollout start freezes this plan and records what every toggle is now.`, '')
  if (report.latched)
    lines.push(`  ${renderWord(report.latched, stream)}: no step is taken until rollout resume; the dates are those of one now.`, '')
  if (report.writes.length > 0) {
    lines.push(color.bold(`Next: ${next ? `step ${next.index + 1}, ${clean(plan.phases[next.phase]?.title ?? '')}` : ''}`))
    for (const { target, variable, from, to } of report.writes)
      lines.push(`  ${color.yellow('~')} ${clean(target)}  ${clean(variable)} ${color.red(clean(from))} → ${color.green(clean(to))}`)
    for (const gate of report.gates) lines.push(`  ${gate.open ? color.green('✓') : color.yellow('…')} ${clean(gate.text)}`)
    lines.push('')
  }
  for (const each of report.drift) lines.push(`${color.red('!')} drift: ${clean(formatDrift(each))}`)
  for (const text of report.unreadable) lines.push(`${color.red('!')} ${clean(text)}`)
  if (report.edited.length > 0) {
    lines.push(color.yellow('The file was edited since the plan was frozen; rollout plan --accept --reason "…" takes it in:'))
    for (const { path, before, after } of report.edited.slice(0, 20))
      lines.push(`  ${clean(placeOf(asDeclared(plan), path))}: ${color.red(show(before))} → ${color.green(show(after))}`)
    if (report.edited.length > 20) lines.push(`  and ${report.edited.length - 20} more`)
    lines.push('', ...edited(report, stream))
  }
  const rows = report.steps.map((step) => [
    String(step.index + 1),
    clean(plan.phases[step.phase]?.id ?? ''),
    clean(step.moves.join(' ')),
    toText(plan, step),
    watched(plan, step),
    earliest(report.timeline, step),
    clean(needed(step)),
  ])
  const table = rows.length > 0 ? renderTable(['step', 'phase', 'toggles', 'to', 'hold', 'earliest', 'needs'], rows, stream) : ''
  return `${lines.join('\n')}\n${table}${renderTimeline(report.timeline, stream)}${renderGuarantees(report, stream)}${renderRisks(report.risks, report.contingencies, stream)}`
}

function edited({ replan }: PlanReport, stream: Stream): readonly string[] {
  if (!replan) return []
  const refused =
    'refused' in replan ? [`${paint(stream).red('✗')} ${clean(replan.refused.message)}`, `  ${clean(replan.refused.hint ?? '')}`, ''] : []
  return [renderReplan(replan.rows, stream), ...refused]
}

function toText({ toggles, phases }: Plan, { moves, to, phase }: Step): string {
  if (phases[phase]?.shadows) return `${formatExposure(to)} of calls`
  return moves.every((name) => toggles[name]?.kind === 'legacy') ? `off for ${formatExposure(to)}` : formatExposure(to)
}

/** Minutes are enough for what is hours away. */
function shortly(at: Instant | undefined): string {
  return at === undefined ? 'never' : formatInstant(at).replace(/:\d\dZ$/, 'Z')
}

function earliest({ steps }: Timeline, { index }: Step): string {
  const found = steps.find(({ step }) => step === index)
  return found ? shortly(found.at) : ''
}

/** When each phase begins and is complete if metrics stay healthy and people are at hand, and when as planned. */
function renderTimeline({ phases }: Timeline, stream: Stream): string {
  if (phases.length === 0) return ''
  const rows = phases.map(({ phase, from, to, planned }) => {
    const until = planned && (planned.min === planned.max ? shortly(planned.min) : `${shortly(planned.min)} to ${shortly(planned.max)}`)
    return [clean(phase), from === undefined ? '' : shortly(from), shortly(to), until ?? '']
  })
  return `\n${renderTable(['phase', 'begins', 'complete at the earliest', 'as planned'], rows, stream)}`
}

/** `5m`, `settle 2m, 5m`, `by evidence, bake 1d` */
function watched(plan: Plan, step: Step): string {
  const { settle = 0, after = 0 } = plan.phases[step.phase] ?? {}
  const bake = step.last && after > 0 ? [`bake ${formatDuration(after)}`] : []
  return [...(settle > 0 ? [`settle ${formatDuration(settle)}`] : []), holdText(plan, step), ...bake].join(', ')
}

/** `2 of release-managers, unused 7d` */
function needed(step: Step): string {
  return [formatApprovals(step), step.unused === undefined ? '' : `unused ${formatDuration(step.unused)}`]
    .filter((each) => each !== '')
    .join(', ')
}

/** `phases.core.steps.1.hold` of `phases.0.steps.0.hold`: people count from 1, and a phase has a name. */
function placeOf({ phases }: Plan, path: string): string {
  return path
    .replace(/^phases\.(\d+)/, (_, nth: string) => `phases.${phases[Number(nth)]?.id ?? nth}`)
    .replace(/\.steps\.(\d+)/, (_, nth: string) => `.steps.${Number(nth) + 1}`)
    .replace('.evidence.policy', '.evidence')
}

function show(value: Json | undefined): string {
  const text = clean(value === undefined ? 'nothing' : say(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function say(value: Json): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, each]) => (Array.isArray(value) ? say(each) : `${key} ${say(each)}`))
    .join(', ')
}
