import { formatClock, formatDays } from '../../core/plan/calendar-text.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { formatInstant } from '../../core/values/units.ts'
import { heading, paragraph, table, type Block } from '../document/block.ts'

/** Says when steps up may be taken; nothing where that is always. */
export function calendar({ windows, freezes }: Plan): readonly Block[] {
  if (windows.length + freezes.length === 0) return []
  const open = windows.map((window) => [formatDays(window.days), `${formatClock(window.from)} – ${formatClock(window.to)}`, window.zone])
  const shut = freezes.map(({ name, from, to }) => [name, formatInstant(from), formatInstant(to)])
  return [
    heading('When steps may be taken'),
    ...(open.length > 0 ? [table(['Days', 'From – to', 'Zone'], open)] : []),
    ...(shut.length > 0 ? [table(['Freeze', 'From', 'Until'], shut)] : []),
    paragraph('The calendar holds steps up. A rollback waits for nothing.'),
  ]
}
