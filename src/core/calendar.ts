import type { Duration, Instant } from './units.ts'
import type { Freeze, Window } from './plan.ts'

const MINUTE: Duration = 60_000
const DAY_MINUTES = 1440
const DAYS: Readonly<Record<string, number>> = { Sun: 0, Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6 }

/** The freeze that is in force, if any. `to` is exclusive. */
export function frozenBy(freezes: readonly Freeze[], now: Instant): Freeze | undefined {
  return freezes.find(({ from, to }) => from <= now && now < to)
}

/** Whether a step up is allowed by the windows; without windows it always is. */
export function isOpen(windows: readonly Window[], now: Instant): boolean {
  return windows.length === 0 || windows.some((window) => contains(window, now))
}

/**
 * When a window opens next, to the minute, within the coming fifteen days: a weekly window that falls into the
 * hour lost in spring opens a week later. Undefined when none does.
 * Looked for no coarser than the shortest window is long, so that none is stepped over.
 */
export function opensAt(windows: readonly Window[], now: Instant): Instant | undefined {
  if (isOpen(windows, now)) return now
  const start = Math.ceil(now / MINUTE) * MINUTE
  const coarse = Math.max(1, Math.min(15, ...windows.map(({ from, to }) => to - from))) * MINUTE
  for (let at = start; at < start + 15 * DAY_MINUTES * MINUTE; at += coarse) {
    if (!isOpen(windows, at)) continue
    let first = at
    while (first - MINUTE >= start && isOpen(windows, first - MINUTE)) first -= MINUTE
    return first
  }
  return undefined
}

function contains(window: Window, now: Instant): boolean {
  const { day, minute } = localTime(now, window.zone)
  return window.days.includes(day) && window.from <= minute && minute < window.to
}

function localTime(now: Instant, zone: string): { readonly day: number; readonly minute: number } {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  )
  return { day: DAYS[parts['weekday'] ?? ''] ?? -1, minute: Number(parts['hour']) * 60 + Number(parts['minute']) }
}

/** Made once for each zone: making one takes longer than a thousand uses of it. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  CLOCKS.set(zone, made)
  return made
}
