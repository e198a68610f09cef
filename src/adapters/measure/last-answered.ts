import { defined } from '../../core/values/defined.ts'
import type { LastAnswered } from '../../core/ports.ts'
import type { Instant } from '../../core/values/units.ts'

/** One series of the gauge of the SDK: its labels, and the seconds since 1970 that it holds. */
interface AnswerSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a source knows of its own counting. */
interface Counting {
  /** From when on it knows of every answer of a toggle. */
  readonly since?: (toggle: string) => Instant | undefined
  /** Whether the applications that count a toggle do so now. */
  readonly isCurrent?: (toggle: string) => boolean
}

/** Returns when each toggle was last answered: of several processes the newest. */
export function lastAnsweredIn(series: readonly AnswerSeries[], { since, isCurrent }: Counting = {}): readonly LastAnswered[] {
  const found = new Map<string, { on?: Instant; off?: Instant }>()
  for (const { labels, value } of series) {
    const { toggle, answer } = labels
    if (toggle === undefined || (answer !== 'on' && answer !== 'off') || !(value > 0)) continue
    const known = found.get(toggle) ?? {}
    found.set(toggle, { ...known, [answer]: Math.max(known[answer] ?? 0, value * 1000) })
  }
  return [...found].map(([toggle, sides]) =>
    defined({ toggle, ...sides, since: since?.(toggle), isCurrent: isCurrent?.(toggle) || undefined }),
  )
}

/** Returns the first answer of each toggle that is known: from then on it was counted. */
export function firstAnsweredIn(series: readonly AnswerSeries[]): (toggle: string) => Instant | undefined {
  const oldest = new Map<string, Instant>()
  for (const { labels, value } of series) {
    const { toggle } = labels
    if (toggle !== undefined && value > 0) oldest.set(toggle, Math.min(oldest.get(toggle) ?? Infinity, value * 1000))
  }
  return (toggle) => oldest.get(toggle)
}
