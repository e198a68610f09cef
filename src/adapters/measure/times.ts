import { fillTemplate, placeholders } from '../../core/values/template.ts'
import type { Duration, Instant } from '../../core/values/units.ts'

const FORMATS = {
  '': (at: Instant) => String(Math.floor(at / 1000)),
  ':ms': (at: Instant) => String(at),
  ':iso': (at: Instant) => new Date(at).toISOString(),
} as const

/** The placeholders of the time that a source is asked about. */
export const TIMES = ['from', 'to'].flatMap((name) => Object.keys(FORMATS).map((format) => `${name}${format}`))

/** Tells whether one of the texts asks about a time of its own. */
export function asksFrom(texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => placeholders(text ?? '').some((name) => name.startsWith('from') && TIMES.includes(name)))
}

/** Fills `{{from}}` and `{{to}}`: seconds since the epoch, or `{{from:ms}}`, `{{from:iso}}`. What else is between braces stays. */
export function fillTimes(text: string, now: Instant, back: Duration): string {
  const ends = { from: now - back, to: now }
  const values = Object.entries(ends).flatMap(([name, at]) =>
    Object.entries(FORMATS).map(([format, write]) => [`${name}${format}`, write(at)]),
  )
  return fillTemplate(text, Object.fromEntries(values))
}
