import type { Duration, Instant } from '../values/units.ts'
import type { Freeze, Window } from './plan.ts'

/*
 * Zones are asked of Intl: the ICU and tz database that Node.js brings. It answers only what a clock in a zone shows at
 * an instant. The way back (when does that clock show 09:00?) is `showings`; the test holds both to another library.
 */

const MINUTE: Duration = 60_000
const DAY: Duration = 86_400_000
/** A weekly window that falls into the hour lost in spring opens a week later. */
const FURTHEST = 15

/** Returns every freeze that is in force. */
export function frozenBy(freezes: readonly Freeze[], now: Instant): readonly Freeze[] {
  return freezes.filter(({ from, to }) => from <= now && now < to)
}

/** Returns when no freeze is in force any more: freezes that overlap or touch are one. */
export function thawsAt(freezes: readonly Freeze[], now: Instant): Instant {
  let at = now
  for (let held = frozenBy(freezes, at); held.length > 0; held = frozenBy(freezes, at)) at = Math.max(...held.map(({ to }) => to))
  return at
}

/** Tells whether a step up is allowed by the windows; without windows it always is. */
export function isOpen(windows: readonly Window[], now: Instant): boolean {
  return windows.length === 0 || windows.some((window) => contains(window, now))
}

/** Returns when a window opens next; `now` while one is open. Undefined when none ever does. */
export function opensAt(windows: readonly Window[], now: Instant): Instant | undefined {
  if (isOpen(windows, now)) return now
  const openings = windows.flatMap((window) => openingAfter(window, now) ?? [])
  return openings.length > 0 ? Math.min(...openings) : undefined
}

/** Returns the first instant of a day (yyyy-mm-dd) in a zone: 01:00 where the clocks skip midnight. */
export function dayStart(date: string, zone: string): Instant {
  const wall = Date.parse(`${date}T00:00:00Z`)
  return Math.min(...showings(wall, zone).filter((at) => wallOf(at, zone) >= wall))
}

/** Returns the day after a day, both yyyy-mm-dd. */
export function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10)
}

function contains({ days, from, to, zone }: Window, now: Instant): boolean {
  const wall = wallOf(now, zone)
  const minute = Math.floor((wall - dayOf(wall)) / MINUTE)
  const today = days.includes(new Date(wall).getUTCDay())
  if (from <= to) return today && from <= minute && minute < to
  return (today && from <= minute) || (days.includes(new Date(wall - DAY).getUTCDay()) && minute < to)
}

function openingAfter(window: Window, now: Instant): Instant | undefined {
  const today = dayOf(wallOf(now, window.zone))
  let first: Instant | undefined
  for (let nth = -1; nth <= FURTHEST; nth += 1) {
    const wall = today + nth * DAY + window.from * MINUTE
    const openings = showings(wall, window.zone).filter((at) => at > now && contains(window, at))
    const found = Math.min(...openings, first ?? Number.POSITIVE_INFINITY)
    // A change of the clocks is seen from the day before as well: one day more decides which comes first.
    if (first !== undefined) return found
    if (Number.isFinite(found)) first = found
  }
  return first
}

/**
 * When a zone's clock may show a wall time: once, twice where it is set back, and where it skips that time the moment
 * of the change. The caller chooses among them by what the clock does show then.
 */
function showings(wall: number, zone: string): readonly Instant[] {
  const [before, after] = [offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]
  if (before === after) return [wall - before]
  let [low, high] = [wall - DAY, wall + DAY]
  // No zone changes its clocks between two seconds.
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (offsetAt(middle, zone) === before) low = middle
    else high = middle
  }
  return [wall - before, wall - after, high]
}

function offsetAt(now: Instant, zone: string): Duration {
  return wallOf(now, zone) - Math.floor(now / 1000) * 1000
}

/** What a clock in the zone shows, to the second, as if it were UTC. */
function wallOf(now: Instant, zone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of clockOf(zone).formatToParts(now)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function dayOf(wall: number): number {
  return Math.floor(wall / DAY) * DAY
}

/** Made once for each zone: making one takes longer than a thousand uses of it. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone)
  if (known) return known
  const numeric = 'numeric' as const
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
    hourCycle: 'h23',
  })
  CLOCKS.set(zone, made)
  return made
}
