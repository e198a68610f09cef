import type { Upkeep } from '../core/report/upkeep.ts'
import type { Unknown } from '../core/report/unknown.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { renderTable } from './table.ts'

export interface ToggleRow {
  readonly name: string
  readonly kind: string
  readonly exposure: string
  readonly default: string
  readonly phase: string
  readonly targets: readonly string[]
  readonly requires: readonly string[]
  readonly core: boolean
  readonly owner?: string
  readonly removeBy?: string
  readonly description?: string
  /** Its removal date has passed. */
  readonly overdue: boolean
  /** What it asks of its owner now. */
  readonly due: readonly Pick<Upkeep, 'is' | 'text'>[]
}

/** Variables that look like toggles and are in no plan, and what could not be asked. */
interface Besides {
  /** The kinds that were asked for, in the words of an answer that has none; empty where all toggles were. */
  readonly asked: readonly string[]
  readonly unknown: readonly Unknown[]
  readonly problems: readonly string[]
}

/** Renders the inventory as a table, and below it what is due, and what the plan does not know. */
export function renderToggles(rows: readonly ToggleRow[], { asked, unknown, problems }: Besides, stream: Stream): string {
  const color = paint(stream)
  const others = [
    ...unknown.map(({ variable, at }) => `${color.yellow('!')} unknown ${clean(variable)}: ${clean(at.join('; '))}\n`),
    ...problems.map((problem) => `${color.red('!')} ${clean(problem)}\n`),
  ].join('')
  if (rows.length === 0) return others === '' ? `${color.green('✓')} no toggle is ${asked.join(' or ')}\n` : others
  const lines = rows.map((row) => [
    clean(row.name),
    row.exposure,
    clean(row.kind) + (row.core ? ' core' : ''),
    clean(row.owner ?? '–'),
    row.phase === '' ? '–' : clean(row.phase),
    clean(row.targets.join(' ')),
    row.overdue ? color.red(`${clean(row.removeBy ?? '')} overdue`) : clean(row.removeBy ?? '–'),
  ])
  const table = renderTable(['toggle', 'exposure', 'kind', 'owner', 'phase', 'targets', 'remove by'], lines, stream)
  const due = rows.flatMap((row) =>
    row.due.map(({ is, text }) => `${color.yellow('!')} ${is.padEnd(8)}${clean(row.name)} ${clean(text)}\n`),
  )
  return [table, due.join('') + others].filter((part) => part !== '').join('\n')
}
