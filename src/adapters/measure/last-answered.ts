import type { LastAnswered } from '../../core/ports.ts'
import type { Instant } from '../../core/values/units.ts'

/** One series of the gauge of the SDK: its labels, and the seconds since 1970 that it holds. */
interface AnswerSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Returns when each toggle was last answered: of several processes the newest. */
export function lastAnsweredIn(series: readonly AnswerSeries[]): readonly LastAnswered[] {
  const found = new Map<string, { on?: Instant; off?: Instant }>()
  for (const { labels, value } of series) {
    const { toggle, answer } = labels
    if (toggle === undefined || (answer !== 'on' && answer !== 'off') || !(value > 0)) continue
    const known = found.get(toggle) ?? {}
    found.set(toggle, { ...known, [answer]: Math.max(known[answer] ?? 0, value * 1000) })
  }
  return [...found].map(([toggle, sides]) => ({ toggle, ...sides }))
}
