import { formatDuration } from '../../core/values/units.ts'
import type { Axis, Chart, Line } from './chart.ts'

type Curves = Extract<Chart, { is: 'curves' }>

const COLUMNS = 60
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** Nothing is known. */
const GAP = '·'

/** Curves for those who read text: a row each, sixty columns, the highest block at the top of the scale. */
export function plot(chart: Curves): readonly string[] {
  const width = Math.max(0, ...chart.lines.map(({ name }) => name.length))
  const rows = chart.lines.map((line) => `${line.name.padEnd(width)} ${rowOf(line, chart)} ${lastOf(line, chart)}`.trimEnd())
  const end = tickOf(chart.axis, chart.until)
  const marks =
    chart.marks.length === 0 ? [] : [`${' '.repeat(width)} ${marksOf(chart)} ${chart.marks.map(({ label }) => label).join(', ')}`]
  return [
    ...rows,
    ...marks,
    `${' '.repeat(width)} 0${end.padStart(COLUMNS - 1)}`,
    `${' '.repeat(width)} ${LEVELS[0] ?? ''} 0 … ${LEVELS.at(-1) ?? ''} ${chart.format(chart.top)}${limitsOf(chart)}`,
  ]
}

/** Returns a place on the axis, as people say it. */
export function tickOf(axis: Axis, at: number): string {
  return axis === 'time' ? formatDuration(at) : String(at)
}

/** Returns the value of a line at a time; undefined before its first point and while nothing is known. */
export function valueAtTime({ points, stepped }: Line, at: number): number | undefined {
  const nth = points.findLastIndex((point) => point.at <= at)
  const [before, after] = [points[nth], points[nth + 1]]
  if (before?.value === undefined || stepped || after?.value === undefined) return before?.value
  const part = after.at === before.at ? 0 : (at - before.at) / (after.at - before.at)
  return before.value + (after.value - before.value) * part
}

/** The highest value of each column: what lasted for a moment only must still be seen. */
function rowOf(line: Line, { until, top }: Curves): string {
  return Array.from({ length: COLUMNS }, (_, nth) => {
    const [from, to] = [(nth / COLUMNS) * until, ((nth + 1) / COLUMNS) * until]
    const inside = line.points.filter(({ at }) => at > from && at < to).map(({ value }) => value)
    const known = [valueAtTime(line, from), ...inside].filter((value) => value !== undefined)
    if (known.length === 0) return GAP
    const highest = Math.max(...known)
    // One user is not none.
    const level = Math.max(highest > 0 ? 1 : 0, Math.round((highest / (top || 1)) * (LEVELS.length - 1)))
    return LEVELS[Math.max(0, Math.min(LEVELS.length - 1, level))] ?? GAP
  }).join('')
}

function lastOf({ points }: Line, { format }: Curves): string {
  const last = points.findLast(({ value }) => value !== undefined)?.value
  return last === undefined ? '' : format(last)
}

function marksOf({ marks, until }: Curves): string {
  const row = Array.from({ length: COLUMNS }, () => ' ')
  for (const { at } of marks) row[Math.min(COLUMNS - 1, Math.floor((at / (until || 1)) * COLUMNS))] = '↑'
  return row.join('')
}

function limitsOf({ limits }: Curves): string {
  return limits.map(({ label }) => ` · ${label}`).join('')
}
