import type { Duration } from '../../core/values/units.ts'
import type { Chart } from './chart.ts'

const DAY: Duration = 86_400_000
/** Day 1 is the first of a year, so that the number of the day in the year counts the days of the plan. */
const FIRST = Date.UTC(2001, 0, 1)

/**
 * Returns a Gantt chart in the words of Mermaid (mermaid.js.org/syntax/gantt.html). The days have no dates: what stands there is
 * counted from the start. A bar marked `active` is what it takes at least, the one behind it what it may take.
 */
export function ganttOf({ title, bars }: Extract<Chart, { is: 'timeline' }>): readonly string[] {
  const lines = bars.flatMap(({ label, from, sure, to }, nth) => [
    `  section ${nth + 1} ${named(label)}`,
    `  at least :active, ${dated(from)}, ${dated(sure)}`,
    ...(to > sure ? [`  at most :${dated(sure)}, ${dated(to)}`] : []),
  ])
  return ['gantt', `  title ${named(title)}`, '  dateFormat YYYY-MM-DDTHH:mm', '  axisFormat day %-j', ...lines]
}

function dated(at: Duration): string {
  return new Date(FIRST + Math.min(at, 366 * DAY)).toISOString().slice(0, 16)
}

/** Only letters, digits and blanks: whatever else would be part of Mermaid's grammar, or of the page around it. */
function named(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N} ]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
