import type { Replanned } from '../core/policy/replan.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { renderTable } from './table.ts'

/** Of more toggles only those are shown that the edit is about. */
const FEW = 20

/** Renders what an edit of the plan means for each toggle: what is behind, what is new, what goes. */
export function renderReplan(rows: readonly Replanned[], stream: Stream): string {
  const color = paint(stream)
  const tint = { behind: color.dim, 'under way': color.bold, ahead: color.dim, new: color.green, goes: color.red, changed: color.yellow }
  const edited = rows.filter(({ is }) => is === 'new' || is === 'goes' || is === 'changed')
  const shown = rows.length > FEW ? edited : rows
  const lines = shown.map(({ phase, toggle, is, to, note = '' }) => [clean(phase), clean(toggle), tint[is](is), to.join(' '), clean(note)])
  const rest = rows.length - shown.length
  const table = lines.length > 0 ? renderTable(['phase', 'toggle', 'is', 'steps', ''], lines, stream) : ''
  return table + (rest > 0 ? `${rest} more ${rest === 1 ? 'toggle is as it was' : 'toggles are as they were'}\n` : '')
}
