import { z } from 'zod'
import { isZone } from '../core/plan/is-zone.ts'
import { parseRule } from '../core/values/parse-rule.ts'
import type { Rule } from '../core/values/rule.ts'
import { parseDuration, parseExposure } from '../core/values/units.ts'

/*
 * The values people write in rollout.yaml, each turned into base units (milliseconds, percent, rules) or refused
 * with a hint; and the pattern by which an editor knows it.
 */

/** Every object has a member of such a name already: a look-up of one that is missing would find that. */
const NATIVE = new Set(Object.getOwnPropertyNames(Object.prototype))
const isFree = (text: string): boolean => !NATIVE.has(text)
const free = { error: 'is a name that every object of the language has already' }

export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'use letters, digits, dot, dash and underscore')
  .max(100)
  .refine(isFree, free)
export const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and underscore, and no digit first')
  .max(200)
  .refine(isFree, free)
export const functionName = z
  .string()
  .regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, 'use the name of a function, without what it belongs to: useFlag')
  .max(200)
export const name = z.string().min(1).max(200)

/** Returns the schema of text that a function turns into a value; what does not fit names the hint. */
export function written<Value>(parse: (text: string) => Value | undefined, what: string, hint: string, pattern: string) {
  return z
    .union([z.string(), z.number()])
    .transform((raw, context) => {
      const value = typeof raw === 'number' ? undefined : parse(raw)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: `${JSON.stringify(raw)} is not ${what}`, params: { hint } })
      return z.NEVER
    })
    .meta({ override: { type: 'string', pattern } })
}

const DAY = 86_400_000
const DURATION = '^(\\d+(\\.\\d+)?(ms|[smhdw]))+$'
/** Ten years are longer than any rollout, and still a date that can be shown. */
export const durationSchema = written(upTo(3650 * DAY), 'a duration', 'write a unit: 30s, 5m, 2h or 3d (at most 3650d)', DURATION)
export const span = written(upTo(3650 * DAY, 1), 'a duration', 'write a unit: 30s, 5m or 2h, and not 0', DURATION)
/** For timers: one of nothing never rests, and one of more than 24 days is over at once. */
export const pause = written(upTo(DAY, 10), 'a duration', 'write a unit: 30s, 5m or 2h (10ms to 1d)', DURATION)
export const exposure = written(
  parseExposure,
  'an exposure',
  'write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either',
  '^(100(\\.0{1,5})?|0?\\d{1,2}(\\.\\d{1,5})?) ?%$',
)
export const fraction = written(
  (text) => {
    const percent = parseExposure(text)
    return percent !== undefined && percent > 0 && percent < 50 ? percent / 100 : undefined
  },
  'a percentage above 0% and below 50%',
  'write 1% or 0.1%',
  '^[0-4]?\\d(\\.\\d{1,5})? ?%$',
)
export const AMOUNT = '(-?\\d+(\\.\\d+)?( ?%)?|(\\d+(\\.\\d+)?(ms|[smhdw]))+)'
export const rule = written(parseFinite, 'a rule', 'compare with a number: "> 5%", "< 800ms", ">= 3"', `^\\s*(<=|>=|<|>) ?${AMOUNT}\\s*$`)
export const range = written(
  parseRange,
  'a span of time',
  'write 3d..5d',
  '^(\\d+(\\.\\d+)?(ms|[smhdw]))+(\\.\\.(\\d+(\\.\\d+)?(ms|[smhdw]))+)?$',
)
/** A point in time (milliseconds), or a day of the calendar (yyyy-mm-dd), which is one only together with a zone. */
export const moment = written<number | string>(
  (text) => parseInstant(text) ?? parseDate(text),
  'a point in time',
  'write it with its offset: 2026-12-24T00:00:00+01:00, or a day: 2026-12-24',
  '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$',
)
export const zone = written((text) => (isZone(text) ? text : undefined), 'a time zone', 'an IANA name: Europe/Berlin', '.')
export const minutes = written(parseMinutes, 'a time of day', 'write "09:00"', '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$')
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const SPAN = `(${DAYS.join('|')})(-(${DAYS.join('|')}))?`
export const days = written(parseDays, 'days of the week', 'write Mon-Fri, or Mon,Wed', `^ *${SPAN}( *, *${SPAN})* *$`)
export const date = written(parseDate, 'a date', 'write 2027-03-31', '^\\d{4}-\\d{2}-\\d{2}$')
/** YAML 1.2 reads `off` as text. */
export const onOff = z
  .union([z.boolean(), z.string(), z.number()])
  .transform((value, context) => {
    if (value === true || value === 'on') return 100
    if (value === false || value === 'off') return 0
    context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is neither on nor off`, params: { hint: 'write on or off' } })
    return z.NEVER
  })
  .meta({ override: { enum: [true, false, 'on', 'off'] } })

/** A duration in a range (milliseconds). */
function upTo(most: number, least = 0): (text: string) => number | undefined {
  return (text) => {
    const parsed = parseDuration(text)
    return parsed !== undefined && parsed >= least && parsed <= most ? parsed : undefined
  }
}

/** Reads a rule of a number that JSON, which keeps the plan, can hold: one of 400 digits is infinite. */
export function parseFinite(text: string): Rule | undefined {
  const parsed = parseRule(text)
  return parsed && Number.isFinite(parsed.threshold) ? parsed : undefined
}

/** A day that the calendar has. */
function parseDate(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined
}

function parseRange(text: string): { readonly min: number; readonly max: number } | undefined {
  const [from = '', to = from, ...rest] = text.split('..')
  const parse = upTo(3650 * DAY)
  const [min, max] = [parse(from), parse(to)]
  return min !== undefined && max !== undefined && min <= max && rest.length === 0 ? { min, max } : undefined
}

function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

function parseMinutes(text: string): number | undefined {
  const [, hours = '', rest = ''] = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text) ?? []
  return text === '24:00' ? 1440 : hours === '' ? undefined : Number(hours) * 60 + Number(rest)
}

function parseDays(text: string): readonly number[] | undefined {
  const parts = text.split(',').map((part) =>
    part
      .trim()
      .split('-')
      .map((day) => DAYS.indexOf(day)),
  )
  if (parts.some((part) => part.length > 2 || part.includes(-1))) return undefined
  return parts.flatMap(([from = 0, to = from]) => Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, nth) => (from + nth) % 7))
}
