import { plural } from '../core/values/plural.ts'
import type { SimulationAdvice, EndingTally } from '../core/forecast/advice.ts'
import type { FinerSteps } from '../core/forecast/ladder.ts'
import type { ForecastRun } from '../core/forecast/forecast.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, formatFraction } from '../core/values/units.ts'
import { clean } from './clean.ts'
import { finerText } from './finer-text.ts'
import { paint } from './paint.ts'

const COLUMNS = 40
const BLOCKS = ' ▁▂▃▄▅▆▇█'

/** Renders the ends of made-up rollouts of one release, in words and as a plot of when they ended. */
export function renderForecast(title: string, tally: EndingTally, runs: readonly ForecastRun[], stream: Stream): string {
  const lines = [paint(stream).bold(`${title}, ${plural(tally.runs, 'run')}`)]
  for (const { end, share, between, median, within90, step, why } of tally.ends)
    lines.push(
      `  ${end} ${formatFraction(share)} (${between.map((each) => formatFraction(each)).join(' to ')}): median ${formatDuration(median)}, 90% within ${formatDuration(within90)}, at step ${step}${why === undefined ? '' : ` (${clean(why)})`}`,
    )
  const beyond = tally.excess > 0 ? `${tally.excess} more than` : 'no more than'
  lines.push(`  ${tally.exposed} requests exposed, ${tally.failed} of them failed, ${beyond} without the toggle (medians)`)
  const { bins, longest } = binsOf(runs, COLUMNS)
  const most = Math.max(...bins)
  lines.push(`  0s ${bins.map((each) => BLOCKS[Math.ceil((each / most) * 8)] ?? ' ').join('')} ${formatDuration(longest)}`, '')
  return lines.join('\n')
}

/** Renders the worst that is to be said of a plan, and finer steps where they are better. */
export function renderAdvice({ is, text }: SimulationAdvice, finer: FinerSteps | undefined, stream: Stream): string {
  const color = paint(stream)
  const more = finer ? `${color.yellow('!')} ${color.bold('finer steps')}: ${finerText(finer)}\n` : ''
  return `${is === 'fine' ? color.green('✓') : color.yellow('!')} ${color.bold(is)}: ${clean(text)}\n${more}`
}

/** Returns how many ended in each part of the time the longest took. */
export function binsOf(
  runs: readonly Pick<ForecastRun, 'after'>[],
  columns: number,
): { readonly bins: readonly number[]; readonly longest: number } {
  const longest = Math.max(1, ...runs.map(({ after }) => after))
  const bins = Array.from({ length: columns }, () => 0)
  for (const { after } of runs) {
    const nth = Math.min(columns - 1, Math.floor((after / longest) * columns))
    bins[nth] = (bins[nth] ?? 0) + 1
  }
  return { bins, longest }
}
