import { formatDuration, type Duration } from '../../core/values/units.ts'
import type { Axis, Bar, Chart, Limit, Line, ChartMark } from './chart.ts'
import { escapeHtml } from './escape.ts'
import { tickOf, valueAtTime } from './plot.ts'

type Curves = Extract<Chart, { is: 'curves' }>

const WIDTH = 760
/** Where the names end and time begins, and where it ends. */
const LEFT = 224
const RIGHT = WIDTH - 56
const DAY: Duration = 86_400_000

/** Returns a chart as SVG without a script or a reference to anything; its colours are those of the page. */
export function svgOf(chart: Chart): string {
  if (chart.is === 'timeline') return timeline(chart.title, chart.bars)
  return chart.lines.length > 1 ? strips(chart) : curve(chart)
}

function timeline(title: string, bars: readonly Bar[]): string {
  const row = 30
  const until = Math.max(DAY, ...bars.map(({ to }) => to))
  const bottom = bars.length * row + 8
  const x = scale(until)
  const drawn = bars.map(({ label, from, sure, to }, nth) => {
    const y = nth * row + 8
    const range = sure === to ? formatDuration(sure - from) : `${formatDuration(sure - from)} – ${formatDuration(to - from)}`
    return `${name(label, y + 15)}<rect class="maybe" x="${x(from)}" y="${y + 4}" width="${width(x, from, to)}" height="14" rx="3"/><rect class="bar" x="${x(from)}" y="${y + 4}" width="${width(x, from, sure)}" height="14" rx="3"/><title>${escapeHtml(`${label}: ${range}`)}</title>`
  })
  return wrap(title, bottom + 26, `${ticks('time', until, bottom)}${drawn.map((each) => `<g>${each}</g>`).join('')}`)
}

/** One strip a line: a dozen curves in one picture would be told apart by colour alone. */
function strips({ title, axis, lines, until, top, format, marks }: Curves): string {
  const [row, height] = [30, 20]
  const bottom = lines.length * row + 8
  const x = scale(until)
  const drawn = lines.map((line, nth) => {
    const base = nth * row + 4 + height
    const y = (value: number): string => fixed(base - (Math.min(value, top) / (top || 1)) * height)
    const last = valueAtTime(line, until)
    const value = last === undefined ? '' : `<text class="value" x="${RIGHT + 8}" y="${base - 5}">${escapeHtml(format(last))}</text>`
    const tops = segments(line, until).map((points) => ({ top: path(points, x, y, line.stepped), from: x(points[0]?.at ?? 0) }))
    const area = tops.map((each) => `${each.top}V${base}H${each.from}Z`).join('')
    const edge = tops.map((each) => each.top).join('')
    return `<g>${name(line.name, base - 5)}<path class="area" d="${area}"/><path class="rule" d="M${LEFT},${base}H${RIGHT}"/><path class="edge" d="${edge}"/>${value}</g>`
  })
  return wrap(title, bottom + 26 + markRoom(marks), `${ticks(axis, until, bottom)}${drawn.join('')}${flags(marks, x, bottom)}`)
}

function curve({ title, axis, lines, until, top, format, limits, marks }: Curves): string {
  const [above, bottom] = [14, 164]
  const x = scale(until)
  const y = (value: number): string => fixed(bottom - (Math.min(value, top) / (top || 1)) * (bottom - above))
  const grid = [0, 0.5, 1].map(
    (part) =>
      `<path class="rule" d="M${LEFT},${y(part * top)}H${RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${Number(y(part * top)) + 4}" text-anchor="end">${escapeHtml(format(part * top))}</text>`,
  )
  const drawn = lines.map(
    (line) =>
      `<path class="line" d="${segments(line, until)
        .map((points) => path(points, x, y, line.stepped))
        .join('')}"/>`,
  )
  const lows = limits.filter(({ value }) => value <= top).map((limit) => limitOf(limit, y))
  return wrap(
    title,
    bottom + 26 + markRoom(marks),
    `${ticks(axis, until, bottom)}${grid.join('')}${lows.join('')}${drawn.join('')}${flags(marks, x, bottom)}`,
  )
}

function limitOf({ tone, value, label }: Limit, y: (value: number) => string): string {
  return `<path class="limit ${tone}" d="M${LEFT},${y(value)}H${RIGHT}"/><text class="tick ${tone}" x="${RIGHT}" y="${Number(y(value)) - 4}" text-anchor="end">${escapeHtml(label)}</text>`
}

/** The parts of a line where something is known, each to its end. */
function segments({ points }: Line, until: number): readonly (readonly { readonly at: number; readonly value: number }[])[] {
  const parts: { at: number; value: number }[][] = []
  let open: { at: number; value: number }[] | undefined
  for (const { at, value } of points) {
    const last = open?.at(-1)
    if (value === undefined) {
      if (last) open?.push({ at, value: last.value })
      open = undefined
    } else if (open) open.push({ at, value })
    else parts.push((open = [{ at, value }]))
  }
  const last = open?.at(-1)
  if (last && last.at < until) open?.push({ at: until, value: last.value })
  return parts
}

function path(points: readonly { readonly at: number; readonly value: number }[], x: Scale, y: Scale, stepped: boolean): string {
  return points
    .map(({ at, value }, nth) => (nth === 0 ? `M${x(at)},${y(value)}` : stepped ? `H${x(at)}V${y(value)}` : `L${x(at)},${y(value)}`))
    .join('')
}

type Scale = (value: number) => string

function scale(until: number): Scale {
  return (at) => fixed(LEFT + (Math.min(at, until) / (until || 1)) * (RIGHT - LEFT))
}

function width(x: Scale, from: Duration, to: Duration): string {
  return fixed(Math.max(2, Number(x(to)) - Number(x(from))))
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** Long names are cut: there is no more room, and the whole name stands in the table beside the picture. */
function name(text: string, y: number): string {
  const shown = text.length > 32 ? `${text.slice(0, 31).replace(/\p{Cs}$/u, '')}…` : text
  return `<text class="name" x="${LEFT - 12}" y="${y}" text-anchor="end">${escapeHtml(shown)}</text>`
}

const STEPS: readonly Duration[] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200].map(
  (each) => each * 1000,
)

function ticks(axis: Axis, until: number, bottom: number): string {
  const wanted = until / 7
  const step = axis === 'steps' ? Math.ceil(wanted) : (STEPS.find((each) => each >= wanted) ?? Math.ceil(wanted / DAY) * DAY)
  const x = scale(until)
  return Array.from({ length: Math.floor(until / step) + 1 }, (_, nth) => {
    const at = x(nth * step)
    return `<path class="rule" d="M${at},4V${bottom}"/><text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${nth === 0 ? '0' : tickOf(axis, nth * step)}</text>`
  }).join('')
}

function markRoom(marks: readonly ChartMark[]): number {
  return marks.length * 16
}

function flags(marks: readonly ChartMark[], x: Scale, bottom: number): string {
  return marks
    .map(({ at, label }, nth) => {
      const isRight = Number(x(at)) > (LEFT + RIGHT) / 2
      const y = bottom + 34 + nth * 16
      const text = `<text class="tick critical" x="${Number(x(at)) + (isRight ? -6 : 6)}" y="${y}" text-anchor="${isRight ? 'end' : 'start'}">${escapeHtml(label)}</text>`
      return `<path class="mark" d="M${x(at)},4V${y}"/>${text}`
    })
    .join('')
}

function wrap(title: string, height: number, inside: string): string {
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">${inside}</svg><figcaption>${escapeHtml(title)}</figcaption></figure>`
}
