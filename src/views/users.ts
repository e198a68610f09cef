import type { Plan } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, formatExposure, formatFraction, type Duration } from '../core/values/units.ts'
import type { UsersReport } from '../core/report/plan-report.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { renderTable } from './table.ts'

const DAY = 86_400_000
/** Ids of a step, and warnings, that a person reads. */
const FEW = 3
const MOST_LINES = 12

/** Renders `420,000 users`: rewritten in place where a person watches. */
export function renderProgress(users: number, stream: Stream): string {
  const said = `${counted(users)} users`
  return stream.tty ? `\r${said}` : `${said}\n`
}

/** Renders who joins with which step, which toggles meet on one user, and what the steps can show. */
export function renderUsers({ users, joining, weak }: UsersReport, plan: Plan, stream: Stream): string {
  const color = paint(stream)
  const lines: string[] = []
  if (joining && users !== undefined) {
    const rows = joining.map(({ step, joins, who, toggles }) => [
      String(step + 1),
      counted(joins),
      formatFraction(joins / users),
      clean(toggles.map(({ toggle, on }) => `${toggle} ${counted(on)}`).join('  ')),
      clean(shown(who, joins)),
    ])
    lines.push(
      '',
      color.bold(`Of ${counted(users)} users:`),
      renderTable(['step', 'join', 'share', 'on afterwards', 'who'], rows, stream).trimEnd(),
    )
    const overlaps = joining.flatMap(({ step, overlaps: each }) =>
      each.map(
        ({ toggles: [one, other], both, expected }) =>
          `  at step ${step + 1} ${clean(one)} and ${clean(other)} meet on ${counted(both)} ${both === 1 ? 'user' : 'users'} (${counted(Math.round(expected))} by chance)`,
      ),
    )
    lines.push(...overlaps.slice(0, MOST_LINES))
    if (overlaps.length > MOST_LINES) lines.push(`  and ${overlaps.length - MOST_LINES} more: --json has them`)
  }
  const known = { requests: 20, errors: 0.005, ...plan.users }
  for (const { step, exposure, people, takes, hold } of weak.slice(0, FEW))
    lines.push(
      `${color.yellow('!')} step ${step + 1}: ${formatExposure(exposure)} of ${counted(users ?? 0)} users is ${counted(people)} people: ${about(takes)} to see a doubling of a ${formatFraction(known.errors)} error rate (${known.requests} requests a user and day); it holds ${formatDuration(hold)}`,
    )
  if (weak.length > FEW) lines.push(color.dim(`  and ${weak.length - FEW} more steps like that`))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function shown(who: readonly string[], joins: number): string {
  const first = who.slice(0, FEW).map((id) => (id.length > 40 ? `${id.slice(0, 39)}…` : id))
  return first.join(' ') + (joins > FEW ? ' …' : '')
}

function about(takes: Duration): string {
  if (takes > 3650 * DAY) return 'more than ten years'
  const days = Math.round(takes / DAY)
  return days >= 1
    ? `about ${days} day${days === 1 ? '' : 's'}`
    : `about ${formatDuration(Math.max(60_000, Math.round(takes / 600_000) * 600_000))}`
}

/** `1,000,000`, the same on every machine. */
function counted(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
