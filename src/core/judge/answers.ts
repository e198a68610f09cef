import type { LastAnswered } from '../ports.ts'
import type { Duration, Instant } from '../values/units.ts'

/** The last use of the side of a toggle that goes, as far as it is known. */
export type LastUse =
  /** When it was answered last; `isNever`: not since then, from when on it is counted. */
  | { readonly last: Instant; readonly isNever?: true }
  /** Why nobody knows. */
  | { readonly unknown: string }

/** Who still uses what the next step takes away, by what applications count. */
export interface Answers {
  /** Wall time at which they were asked. */
  readonly at: Instant
  readonly toggles: { readonly [toggle: string]: LastUse }
  /** Those that were found in use since the step was reached: their owners are told once. */
  readonly used: readonly string[]
}

/** What one source has told, or why it has not. */
export type Told = { readonly source: string } & ({ readonly rows: readonly LastAnswered[] } | { readonly problem: string })

/** Returns what is known of the use of a toggle, by its variable: where one source is silent, or does not count now, nothing is. */
export function useOf(variable: string, told: readonly Told[]): LastUse {
  const silent = told.find((each) => 'problem' in each)
  if (silent && 'problem' in silent) return { unknown: `${silent.source} ${silent.problem}` }
  const rows = told.flatMap((each) => ('rows' in each ? each.rows.map((row) => ({ source: each.source, ...row })) : []))
  const own = rows.filter(({ toggle }) => toggle === variable)
  if (own.length === 0) return { unknown: 'no application counts it' }
  const old = own.find(({ isCurrent }) => isCurrent !== true)
  if (old) return { unknown: `${old.source} has no counts of now` }
  // A source that saw no answer knows nothing of the time before it counted, whatever another one saw.
  const uses = own.map(({ on, since = Infinity }): { last: Instant; isNever?: true } =>
    on === undefined ? { last: since, isNever: true } : { last: on },
  )
  const use = uses.reduce((newest, each) => (each.last > newest.last ? each : newest))
  // What a source tells may be no time at all.
  return Math.abs(use.last) <= LATEST ? use : { unknown: 'it is not told since when it is counted' }
}

/** The last time that a date can hold (ECMA-262). */
const LATEST: Instant = 8.64e15

/** Returns the answers after asking once more. `unused`: for how long nobody must have been answered. */
export function answersAfter(
  before: Answers | undefined,
  toggles: { readonly [toggle: string]: LastUse },
  unused: Duration,
  at: Instant,
): Answers {
  const inUse = Object.entries(toggles).flatMap(([name, use]) => ('last' in use && at - use.last < unused ? [name] : []))
  return { at, toggles, used: [...new Set([...(before?.used ?? []), ...inUse])] }
}

/** Tells whether something about them is news: a toggle in use, or whether anything is known. */
export function isNews(before: Answers | undefined, now: Answers | undefined): boolean {
  const known = (answers: Answers | undefined, name: string): boolean | undefined => {
    const use = answers?.toggles[name]
    return use && 'last' in use
  }
  if (!now) return false
  return now.used.length !== (before?.used.length ?? 0) || Object.keys(now.toggles).some((name) => known(before, name) !== known(now, name))
}
