import { plainJson, type Json } from '../values/json.ts'
import { formatDuration, formatExposure, formatInstant, parseDuration, type Duration } from '../values/units.ts'
import { formatClock, formatDays } from './calendar-text.ts'
import type { Plan } from './plan.ts'
import { asDeclared } from './shadow.ts'

const DURATIONS: ReadonlySet<string> = new Set(
  'hold for settle after over min max expires interval patience stale unused window maxAge timeout looksBack maxHarm'.split(' '),
)
const FRACTIONS: ReadonlySet<string> = new Set(['alpha', 'beta', 'negligible', 'errors'])

/** Returns a plan with its numbers in the words of the file: `30m`, `> 5%`, `Mon, Tue 09:00-17:00 UTC`. */
export function asWritten(frozen: Plan): Json {
  const plan = asDeclared(frozen)
  const windows = plan.windows.map(({ days, from, to, zone }) => `${formatDays(days)} ${formatClock(from)}-${formatClock(to)} ${zone}`)
  const freezes = plan.freezes.map(({ name, from, to }) => `${name}, ${formatInstant(from)} to ${formatInstant(to)}`)
  return written('', plainJson({ ...plan, windows, freezes }))
}

function written(key: string, value: Json): Json {
  if (typeof value === 'number') return writtenNumber(key, value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((each) => written(key, each))
  return (
    ruleIn(value) ??
    Object.fromEntries(Object.entries(value).map(([name, each]) => [name, name === 'options' ? each : written(name, each)]))
  )
}

function writtenNumber(key: string, value: number): Json {
  if (key === 'default') return value === 100 ? 'on' : 'off'
  if (key === 'to' || key === 'share') return formatExposure(value)
  if (DURATIONS.has(key)) return durationText(value)
  return FRACTIONS.has(key) ? percentText(value) : value
}

/** To the last digit: two that differ are never written alike. */
function durationText(value: Duration): string {
  const text = formatDuration(value)
  return parseDuration(text) === value ? text : `${value / 1000}s`
}

function percentText(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(12))}%`
}

function ruleIn({ op, threshold, unit }: { readonly [key: string]: Json }): string | undefined {
  if (typeof op !== 'string' || typeof threshold !== 'number') return undefined
  if (unit === '%') return `${op} ${percentText(threshold)}`
  return `${op} ${unit === 's' ? durationText(threshold * 1000) : threshold}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
