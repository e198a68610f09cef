import type { SimulationAdvice } from '../core/forecast/advice.ts'
import type { End, ForecastRun } from '../core/forecast/forecast.ts'
import { formatDuration, formatFraction } from '../core/values/units.ts'
import { binsOf } from './forecast.ts'

const [WIDTH, LEFT, RIGHT, PANEL, TOP, GAP] = [760, 60, 20, 120, 70, 70]
const COLUMNS = 76
const COLORS: Readonly<Record<End, string>> = { 'rolled back': '#d1242f', paused: '#bf8700', complete: '#1a7f37', unfinished: '#6e7781' }

/** Renders when made-up rollouts ended, and how: one panel of stacked bars for each release. */
export function drawForecast(
  name: string,
  releases: readonly { readonly title: string; readonly runs: readonly ForecastRun[] }[],
  advice: SimulationAdvice,
): string {
  const height = TOP + releases.length * (PANEL + GAP) + 10
  const panels = releases.map(({ title, runs }, nth) => panel(title, runs, TOP + nth * (PANEL + GAP)))
  const keys = Object.entries(COLORS).map(
    ([end, color], nth) =>
      `<rect x="${LEFT + nth * 110}" y="46" width="10" height="10" fill="${color}"/><text x="${LEFT + 15 + nth * 110}" y="55">${end}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When made-up rollouts ended, and how">
<style>text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-size:15px;font-weight:600;fill:#24292f}@media (prefers-color-scheme:dark){text{fill:#8b949e}.title{fill:#e6edf3}}</style>
<text class="title" x="${LEFT}" y="22">${escape(name)}: ${advice.is}</text><text x="${LEFT}" y="39">${escape(advice.text)}</text>
${[...keys, ...panels].join('\n')}
</svg>
`
}

function panel(title: string, runs: readonly ForecastRun[], top: number): string {
  const { longest, bins } = binsOf(runs, COLUMNS)
  const most = Math.max(1, ...bins)
  const width = (WIDTH - LEFT - RIGHT) / COLUMNS
  const bottom = top + 20 + PANEL
  const filled = bins.map(() => 0)
  const bars = Object.entries(COLORS).flatMap(([end, color]) => {
    const own = runs.filter((run) => run.end === end)
    // The same parts of the same time as for all ends together.
    const counts = binsOf([...own, { after: longest }], COLUMNS).bins.map((count, nth) => (nth === COLUMNS - 1 ? count - 1 : count))
    return counts.flatMap((count, nth) => {
      if (count === 0) return []
      const height = (count / most) * PANEL
      filled[nth] = (filled[nth] ?? 0) + height
      const [x, y] = [LEFT + nth * width, bottom - (filled[nth] ?? 0)]
      return [
        `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}" fill="${color}"/>`,
      ]
    })
  })
  const shares = Object.keys(COLORS).flatMap((end) => {
    const count = runs.filter((run) => run.end === end).length
    return count > 0 ? [`${end} ${formatFraction(count / runs.length)}`] : []
  })
  return `<text x="${LEFT}" y="${top + 12}">${escape(title)}, ${runs.length} runs: ${shares.join(', ')}</text>
<path d="M${LEFT},${bottom}H${WIDTH - RIGHT}" stroke="#8c959f" fill="none"/><text x="${LEFT}" y="${bottom + 16}">0s</text><text x="${WIDTH - RIGHT}" y="${bottom + 16}" text-anchor="end">${formatDuration(longest)}</text>
${bars.join('')}`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
