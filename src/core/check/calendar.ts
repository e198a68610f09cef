import { allowedAt } from '../plan/allowed-at.ts'
import { isZone } from '../plan/is-zone.ts'
import { error, warning, type Finding } from './finding.ts'
import type { Freeze, Plan } from '../plan/plan.ts'
import { formatInstant, type Instant } from '../values/units.ts'

/** Windows that never open, freezes that never end or hide each other. `now` is wall time. */
export function checkCalendar({ windows, freezes }: Plan, now: Instant): readonly Finding[] {
  const found = [
    ...windows.flatMap(({ from, to, zone }, nth) => [
      ...(from === to
        ? [error(['windows', nth, 'from'], 'the window never opens: it ends when it begins', 'the whole day is from: "00:00", to: "24:00"')]
        : []),
      ...(isZone(zone) ? [] : [error(['windows', nth, 'zone'], `"${zone}" is not a time zone`, 'an IANA name: Europe/Berlin')]),
    ]),
    ...freezes.flatMap((freeze, nth) => checkFreeze(freezes, freeze, nth)),
  ]
  // Whether it ever opens can only be told of windows that make sense.
  if (found.some(({ severity }) => severity === 'error') || allowedAt({ windows, freezes }, now) !== undefined) return found
  const names = freezes
    .filter(({ to }) => to > now)
    .map(({ name }) => name)
    .join(', ')
  return [
    ...found,
    windows.length > 0
      ? error(['windows'], `no window opens within a year: freezes are in force whenever one would (${names})`)
      : error(['freezes'], `no step up is possible within a year: freezes are in force all the time (${names})`),
  ]
}

function checkFreeze(freezes: readonly Freeze[], { name, from, to }: Freeze, nth: number): readonly Finding[] {
  if (from >= to) return [error(['freezes', nth, 'from'], `the freeze ${name} ends before it begins`)]
  const before = freezes.slice(0, nth)
  if (before.some((other) => other.name === name)) return [error(['freezes', nth, 'name'], `there are two freezes "${name}"`)]
  return before
    .filter((other) => other.from < to && from < other.to)
    .map((other) => {
      const until = formatInstant(Math.max(to, other.to))
      return warning(['freezes', nth], `the freezes ${other.name} and ${name} overlap: together they last until ${until}`)
    })
}
