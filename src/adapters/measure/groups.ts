import { z } from 'zod'
import { Unreadable, type Groups, type Measures } from '../../core/values/reading.ts'
import { parseMatchers, parseSelector } from './selector.ts'
import { strayOf } from './slip.ts'

type Labels = Readonly<Record<string, string>>

const matchers = z.string().refine((text) => matcherOf(text) !== undefined, {
  message: 'is not a list of label matchers such as toggle="on"',
})

/** Options that tell the requests with the toggle on from those with it off, by their labels. */
export const groups = {
  on: matchers.optional().describe('Labels of the requests with the toggle on: toggle="on"'),
  off: matchers.optional().describe('Labels of those with it off; with both, the groups are compared'),
}

/** One group alone cannot be compared with anything. */
export function isWhole({ on, off }: { readonly on?: string | undefined; readonly off?: string | undefined }): boolean {
  return (on === undefined) === (off === undefined)
}

/** A group that is compared with itself is never worse. */
export function isDivided({ on, off }: { readonly on?: string | undefined; readonly off?: string | undefined }): boolean {
  return on === undefined || on.trim() !== off?.trim()
}

interface Measuring {
  readonly on?: string | undefined
  readonly ratio?: unknown
  readonly quantile?: { readonly q: number } | undefined
}

/** Returns what options with a `ratio` or a `quantile`, divided by `on` or not, measure; a gauge is neither. */
export function measuresOf({ on, ratio, quantile }: Measuring): Measures {
  const count = on === undefined ? 1 : 2
  if (quantile) return { what: 'latency', groups: count, quantile: quantile.q }
  return ratio === undefined ? { what: 'gauge' } : { what: 'failures', groups: count }
}

/**
 * Throws `Unreadable` where there are series and none is of either group, or none of one and another word where its own
 * should be: then it is not that nobody has the toggle yet, and comparing them would wait for ever.
 */
export function checkGroups({ on, off }: Pick<Measuring, 'on'> & { readonly off?: string | undefined }, series: readonly Labels[]): void {
  const [isOn, isOff] = [matcherOf(on ?? ''), matcherOf(off ?? '')]
  if (on === undefined || off === undefined || series.length === 0) return
  const strays = series.filter((labels) => isOn?.(labels) !== true && isOff?.(labels) !== true)
  if (strays.length < series.length) {
    if (!series.some((labels) => isOn?.(labels) === true)) checkWord('on', on, strays)
    if (!series.some((labels) => isOff?.(labels) === true)) checkWord('off', off, strays)
    return
  }
  const have = [...new Set(series.flatMap((labels) => Object.keys(labels)))].filter((label) => label !== '__name__' && label !== 'le')
  throw new Unreadable(
    'empty',
    `neither on: ${on} nor off: ${off} selects any of the ${series.length} series; their labels: ${have.toSorted().join(', ')}`,
  )
}

function checkWord(group: 'on' | 'off', written: string, strays: readonly Labels[]): void {
  for (const asked of parseMatchers(`any{${written}}`) ?? []) {
    const { label } = asked
    const stray = strayOf(
      asked,
      strays.flatMap((labels) => labels[label] ?? []),
    )
    if (stray === undefined) continue
    const there = `${label}=${JSON.stringify(stray)}`
    throw new Unreadable('empty', `${group}: ${written} selects none of the series, and there is ${there}, which is of neither group`)
  }
}

/**
 * Divides what has labels between the groups, and makes of each what `make` makes; nothing where there are no groups. Throws
 * `Unreadable` where something is of both: compared with itself a bad release looks half as bad.
 */
export function divide<Each, Counts>(
  { on, off }: { readonly on?: string | undefined; readonly off?: string | undefined },
  labelsOf: (each: Each) => Labels,
  make: (pick: (all: readonly Each[]) => readonly Each[]) => Counts,
): { readonly groups?: Groups<Counts> } {
  const [isOn, isOff] = [matcherOf(on ?? ''), matcherOf(off ?? '')]
  if (on === undefined || off === undefined || !isOn || !isOff) return {}
  const checked = (labels: Labels): boolean => {
    if (isOn(labels) && isOff(labels))
      throw new Unreadable('malformed', `on: ${on} and off: ${off} select the same: {${textOf(labels)}} is of both groups`)
    return isOn(labels)
  }
  const pick = (matches: (labels: Labels) => boolean) => (all: readonly Each[]) => all.filter((each) => matches(labelsOf(each)))
  return { groups: { on: make(pick(checked)), off: make(pick(isOff)) } }
}

function textOf(labels: Labels): string {
  return Object.entries(labels)
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')
}

function matcherOf(text: string): ((labels: Labels) => boolean) | undefined {
  return parseSelector(`any{${text}}`)?.matches
}
