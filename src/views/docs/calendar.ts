import type { Plan, Window } from '../../core/plan/plan.ts'
import { formatInstant } from '../../core/values/units.ts'
import { heading, paragraph, table, type Block } from '../document/block.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Says when steps up may be taken; nothing where that is always. */
export function calendar({ windows, freezes }: Plan): readonly Block[] {
  if (windows.length + freezes.length === 0) return []
  const open = windows.map((window) => [daysOf(window), `${clock(window.from)} – ${clock(window.to)}`, window.zone])
  const shut = freezes.map(({ name, from, to }) => [name, formatInstant(from), formatInstant(to)])
  return [
    heading('When steps may be taken'),
    ...(open.length > 0 ? [table(['Days', 'From – to', 'Zone'], open)] : []),
    ...(shut.length > 0 ? [table(['Freeze', 'From', 'Until'], shut)] : []),
    paragraph('The calendar holds steps up. A rollback waits for nothing.'),
  ]
}

/** In the order of a week that begins on Monday. */
function daysOf({ days }: Window): string {
  return [1, 2, 3, 4, 5, 6, 0].flatMap((day) => (days.includes(day) ? (DAYS[day] ?? []) : [])).join(', ')
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
