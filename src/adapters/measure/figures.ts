import type { JSONValue } from 'json-p3'
import { z } from 'zod'
import type { Fault } from '../../core/ports.ts'
import { Unreadable, type Failures, type Measured, type Measures } from '../../core/values/reading.ts'
import { parseDuration, type Duration } from '../../core/values/units.ts'
import { instantAt, numberAt } from './document.ts'
import { lastOf, isReadablePath, select } from './select.ts'

const path = z.string().min(1).refine(isReadablePath, { message: 'is not a JSONPath (RFC 9535) such as $.rows[?@.toggle == "on"].errors' })

/** Options that say what is read from a document, wherever it comes from. */
export const figures = {
  path: path.optional().describe('Path to the number: data.errors.rate, /data/errors/rate or $.data.errors.rate (JSONPath)'),
  ratio: z
    .strictObject({ bad: path, total: path })
    .optional()
    .describe('Two counts that only grow: paths to the failed requests and to all'),
  on: path.optional().describe('Path to the part with the counts of the requests with the toggle on; those of ratio go on from there'),
  off: path.optional().describe('The same of those with it off; with both, the groups are compared'),
  pick: z.enum(['last', 'sum']).optional().describe('What several numbers that a JSONPath selects come to; they are no reading without it'),
  samples: path.optional().describe('Path to how many requests the number rests on; needs looksBack'),
  timestamp: path.optional().describe('Path to when it was measured: seconds, milliseconds or ISO 8601'),
  began: path.optional().describe('Path to when the process that counts began'),
  looksBack: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, 'must be a time above 0 with its unit: 5m')
    .optional()
    .describe('How far back the number looks; what {{from}} stands for (5m)'),
}

/** Options of `figures`, as they were written. */
export type Figures = { readonly [name in Exclude<keyof typeof figures, 'ratio' | 'pick'>]?: string | undefined } & {
  readonly ratio?: { readonly bad: string; readonly total: string } | undefined
  readonly pick?: 'last' | 'sum' | undefined
}

const BAD_AND_TOTAL = { bad: 'bad', total: 'total' }
/** What `{{from}}` stands for where nobody says. */
const LOOKS_BACK: Duration = 300_000

/** Returns what a document says. Throws `Unreadable`. */
export function readFigures(document: JSONValue, given: Figures): Measured {
  const { path: written = 'value', pick, samples, timestamp, began } = given
  const counted = ratioOf(given)
  const number = counted?.total ?? written
  const beside = pick === 'last' || lastOf(number) !== undefined ? number : undefined
  const at = timestamp === undefined ? {} : { at: instantAt(document, timestamp, beside) }
  if (counted) {
    const instance = began === undefined ? {} : { instance: { began: instantAt(document, began) } }
    return { is: 'ratio', ...at, ...instance, ...countsOf(document, counted, given) }
  }
  if (samples !== undefined && given.looksBack === undefined)
    throw new Unreadable('malformed', 'nobody says since when the samples count: looksBack: 5m says how far back they go')
  return {
    is: 'value',
    value: numberAt(document, written, pick),
    ...(samples !== undefined && { samples: numberAt(document, samples, pick) }),
    ...at,
  }
}

/** Returns what options measure; undefined where they do not say. */
export function measuredBy(given: Figures): Measures | undefined {
  if (ratioOf(given)) return { what: 'failures', groups: given.on === undefined ? 1 : 2 }
  return given.path === undefined ? undefined : { what: 'gauge' }
}

/** Returns how far back a number looks; `isAsked` for a time of its own by `{{from}}`. */
export function reachOf({ looksBack }: Figures, isAsked: boolean): Duration {
  return (looksBack === undefined ? undefined : parseDuration(looksBack)) ?? (isAsked ? LOOKS_BACK : 0)
}

/** Returns what options say against each other. */
export function contradictions(given: Figures): readonly Fault[] {
  const isRatio = ratioOf(given) !== undefined
  const stray = (['samples', 'looksBack'] as const).find((name) => given[name] !== undefined)
  const faults: Fault[] = []
  const refuse = (name: keyof Figures, message: string, hint?: string) =>
    faults.push({ path: [name], isKey: true, message, ...(hint !== undefined && { hint }) })
  if ((given.on === undefined) !== (given.off === undefined)) refuse(given.on === undefined ? 'off' : 'on', 'on: and off: go together')
  if (given.on !== undefined && given.on === given.off) refuse('off', 'is the same part as on:, and a group is not compared with itself')
  if (isRatio && given.path !== undefined) refuse('path', 'is a number, and the counts of a ratio are another reading')
  if (isRatio && stray) refuse(stray, 'belongs to a number: a ratio counts by itself, from the beginning of the step')
  if (!isRatio && given.began !== undefined) refuse('began', 'belongs to a ratio: a number does not grow')
  if (!isRatio && given.samples !== undefined && given.looksBack === undefined)
    refuse(
      'samples',
      'would count requests from before the step as its own',
      'looksBack: 5m says how far back the number and its samples go',
    )
  const list = lastOf(given.timestamp ?? '')
  if (list !== undefined && list !== lastOf(ratioOf(given)?.total ?? given.path ?? ''))
    refuse(
      'timestamp',
      'is the last of another list than the number: it may be that of another point',
      'a path over the list of the number',
    )
  return faults
}

function ratioOf({ ratio, on }: Figures): { readonly bad: string; readonly total: string } | undefined {
  return ratio ?? (on === undefined ? undefined : BAD_AND_TOTAL)
}

function countsOf(document: JSONValue, paths: { readonly bad: string; readonly total: string }, { on, off, pick }: Figures) {
  const count = (parts: readonly JSONValue[], id: string): Failures => {
    const sum = (of: string): number => parts.reduce<number>((all, part) => all + numberAt(part, of, pick), 0)
    const [bad, total] = [sum(paths.bad), sum(paths.total)]
    if (bad > total) throw new Unreadable('impossible', `${bad} bad of ${total} in total`)
    return { bad: { [id]: bad }, total: { [id]: total } }
  }
  if (on === undefined || off === undefined) return count([document], 'requests')
  const part = (at: string): readonly JSONValue[] => {
    const found = select(document, at)
    if (found.length === 0) throw new Unreadable('empty', `nothing is at ${at}`)
    if (found.length > 1 && pick !== 'sum') throw new Unreadable('several', `${at} selects ${found.length} values: pick: sum adds them`)
    return found
  }
  const parts = { on: part(on), off: part(off) }
  if (parts.on.some((each) => parts.off.includes(each)))
    throw new Unreadable('malformed', `on: ${on} and off: ${off} select the same part: it is of both groups`)
  const groups = { on: count(parts.on, 'on'), off: count(parts.off, 'off') }
  return { bad: { ...groups.on.bad, ...groups.off.bad }, total: { ...groups.on.total, ...groups.off.total }, groups }
}
