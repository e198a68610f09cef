import type { Drill } from '../core/journal/event.ts'
import type { Stream } from '../core/values/stream.ts'
import { IMPACTS, PROBABILITIES, type Level } from '../core/values/risk.ts'
import type { Change } from '../core/report/changes.ts'
import { formatDuration, formatInstant, type Instant } from '../core/values/units.ts'
import type { Planned, Ranked } from '../core/report/risks.ts'
import { clean, listed } from './clean.ts'
import { renderChanges } from './event.ts'
import { paint } from './paint.ts'
import { renderTable } from './table.ts'

/** Renders the matrix of risks, what each of them is, and what is done when it has come true. Nothing where there is none. */
export function renderRisks(risks: readonly Ranked[], contingencies: readonly Planned[], stream: Stream): string {
  const color = paint(stream)
  const matrix = PROBABILITIES.toReversed().map((probability) => [
    color.dim(probability),
    ...IMPACTS.map((impact) =>
      risks
        .filter((risk) => risk.probability === probability && risk.impact === impact)
        .map(({ id, level }) => leveled(level, id, stream))
        .join('\n'),
    ),
  ])
  const rows = risks.map(({ id, level, owner, contingency, text }) => [
    clean(id),
    leveled(level, level, stream),
    clean(owner ?? ''),
    clean(contingency ?? ''),
    clean(text),
  ])
  const planned = contingencies.map(({ id, does, notify }) => [clean(id), clean(does), listed(notify)])
  const tables = [
    risks.length > 0 && renderTable(['probability', ...IMPACTS.map((impact) => `impact ${impact}`)], matrix, stream),
    risks.length > 0 && renderTable(['risk', 'level', 'owner', 'contingency', ''], rows, stream),
    contingencies.length > 0 && renderTable(['contingency', 'does', 'tells'], planned, stream),
  ]
  return tables
    .filter((table) => table !== false)
    .map((table) => `\n${table}`)
    .join('')
}

function leveled(level: Level, text: string, stream: Stream): string {
  const color = paint(stream)
  const shown = clean(text)
  return { low: shown, medium: color.yellow(shown), high: color.red(shown), critical: color.red.bold(shown) }[level]
}

export interface RiskPage extends Ranked {
  /** How its metrics are now. */
  readonly noticed: readonly { readonly name: string; readonly verdict: string; readonly text: string }[]
  readonly planned?: Planned
}

/** Renders one risk: how grave, whose, and what is done before and after. */
export function renderRisk(page: RiskPage, stream: Stream): string {
  const color = paint(stream)
  const { id, level, text, probability, impact, owner, mitigation, noticed, planned } = page
  const lines = [
    `${color.bold(clean(id))} ${leveled(level, level, stream)}: ${clean(text)}`,
    `  Probability ${probability} × impact ${impact}${owner === undefined ? '' : `; ${clean(owner)} answers for it`}`,
  ]
  if (mitigation !== undefined) lines.push(`  Before: ${clean(mitigation)}`)
  for (const metric of noticed) lines.push(`  Noticed by ${clean(metric.name)}: ${metric.verdict}, ${clean(metric.text)}`)
  lines.push(`  When it has come true: ${planned ? `${clean(planned.id)}, ${clean(planned.does)}` : 'nothing is planned'}`)
  if (planned) lines.push(color.dim(`  rollout rollback --contingency ${clean(planned.id)}; rollout explain ${clean(planned.id)}`))
  return `${lines.join('\n')}\n`
}

export interface ContingencyPage extends Planned {
  /** What it would change where the rollout is now. */
  readonly changes: readonly Change[]
  readonly risks: readonly string[]
  readonly metrics: readonly string[]
  /** Phases that are not complete before it was rehearsed. */
  readonly phases: readonly string[]
  readonly drilled?: Drill & { readonly seq: number; readonly at: Instant; readonly actor: string }
}

/** Renders one contingency: what it does now, what calls for it, and whether it was ever rehearsed. */
export function renderContingency(page: ContingencyPage, stream: Stream): string {
  const color = paint(stream)
  const { id, text, does, notify, changes, risks, metrics, phases, drilled } = page
  const lines = [
    `${color.bold(clean(id))}${text === undefined ? '' : `: ${clean(text)}`}`,
    `  Does: ${clean(does)}${notify.length > 0 ? `; tells ${listed(notify)}` : ''}`,
    `  Now: ${renderChanges(changes) || 'it would take nothing back'}`,
  ]
  if (metrics.length > 0) lines.push(`  Carried out by itself when ${listed(metrics)} is critical`)
  if (risks.length > 0) lines.push(`  For: ${listed(risks)}`)
  if (phases.length > 0) lines.push(`  Demanded by: ${listed(phases)}`)
  const where = drilled?.of ? ` in ${clean(drilled.of.environment)}` : ''
  const how = drilled?.passed ? `confirmed in ${formatDuration(drilled.took)}` : `failed, ${clean(drilled?.problem ?? '')}`
  lines.push(
    drilled
      ? `  Rehearsed${where}: ${how} (#${drilled.seq}, ${clean(drilled.actor)}, ${formatInstant(drilled.at)})`
      : '  Rehearsed: never for real',
    color.dim(`  rollout rollback --contingency ${clean(id)}; rollout drill ${clean(id)} rehearses it`),
  )
  return `${lines.join('\n')}\n`
}
