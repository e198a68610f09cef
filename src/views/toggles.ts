import type { Upkeep } from '../core/report/upkeep.ts'
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

/** Renders the inventory as a table, and below it what is due. */
export function renderToggles(rows: readonly ToggleRow[], stream: Stream): string {
  const color = paint(stream)
  if (rows.length === 0) return `${color.green('✓')} no toggle is due\n`
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
  const due = rows.flatMap((row) => row.due.map(({ is, text }) => `${color.yellow('!')} ${is.padEnd(8)}${clean(row.name)} ${text}\n`))
  return table + (due.length > 0 ? `\n${due.join('')}` : '')
}
