import type { End, Run } from '../core/forecast.ts'
import type { Stream } from '../core/ports.ts'
import { formatDuration, formatFraction } from '../core/units.ts'
import { paint } from './paint.ts'

const ENDS: readonly End[] = ['rolled back', 'paused', 'complete', 'unfinished']
const COLUMNS = 40
const BLOCKS = ' ▁▂▃▄▅▆▇█'

/** The ends of made-up rollouts of one release, in words and as a plot of when they ended. */
export function renderForecast(title: string, runs: readonly Run[], stream: Stream): string {
  const lines = [paint(stream).bold(title)]
  for (const end of ENDS) {
    const own = runs.filter((run) => run.end === end)
    if (own.length === 0) continue
    const at = (part: number): string =>
      formatDuration(
        rank(
          own.map(({ after }) => after),
          part,
        ),
      )
    const step =
      rank(
        own.map((run) => run.step),
        0.5,
      ) + 1
    lines.push(`  ${end} ${formatFraction(own.length / runs.length)}: median ${at(0.5)}, 90% within ${at(0.9)}, at step ${step}`)
  }
  const middle = (of: (run: Run) => number): number => rank(runs.map(of), 0.5)
  lines.push(`  ${middle(({ exposed }) => exposed)} requests exposed, ${middle(({ failed }) => failed)} of them failed (medians)`)
  const longest = Math.max(...runs.map(({ after }) => after))
  const bins = Array.from(
    { length: COLUMNS },
    (_, nth) => runs.filter(({ after }) => Math.min(COLUMNS - 1, Math.floor((after / longest) * COLUMNS)) === nth).length,
  )
  const most = Math.max(...bins)
  lines.push(`  0s ${bins.map((each) => BLOCKS[Math.ceil((each / most) * 8)] ?? ' ').join('')} ${formatDuration(longest)}`, '')
  return lines.join('\n')
}

function rank(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? 0
}
