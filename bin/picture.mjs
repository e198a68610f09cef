// Draws docs/rollout.svg from the journal of a demo: how far each toggle was on, and the error rate that was measured.
const WIDTH = 860
const LEFT = 56
const RIGHT = 16
const UPPER = { top: 56, height: 150 }
const LOWER = { top: 250, height: 90 }
/** The error rate the plan calls critical, and what the lower panel shows at most. */
const CRITICAL = 0.05
/** The axis goes up to twice the limit at least, and as far as the values do. */
const LEAST_HIGHEST = 0.1
const COLORS = ['#4c78a8', '#e0803a', '#3f9e6e', '#a765c2', '#c7911b', '#2f9fb5', '#8a8f3c', '#d35d8f']

const STYLE = `
  .card { fill: #fff } text { font: 12px system-ui, sans-serif; fill: #1f2328 } .soft { fill: #59636e }
  .title { font-size: 15px; font-weight: 600 } .grid { stroke: #d1d9e0 } .bad { stroke: #d1242f; fill: none } .badText { fill: #d1242f; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 } text { fill: #e6edf3 } .soft { fill: #9198a1 } .grid { stroke: #30363d } .bad { stroke: #ff7b72 } .badText { fill: #ff7b72 }
  }`

/** The picture, as SVG text. */
export function draw(events) {
  const began = events[0].at
  const rollback = events.find(({ type, move }) => type === 'intended' && move === 'rollback')
  const span = events.at(-1).at - began
  const x = (at) => (LEFT + ((at - began) / span) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const inside = (panel, part) => (panel.top + panel.height * (1 - Math.min(1, part))).toFixed(1)
  const moves = movesOf(events)
  const names = [...new Set(moves.map(({ toggle }) => toggle))]
  const curves = names.map((name, nth) => {
    const own = moves.filter(({ toggle }) => toggle === name)
    const start = x(own[0].at)
    const path = own.map(({ at, to }) => `H${x(at)}V${inside(UPPER, to / 100)}`).join('')
    const line = `M${start},${inside(UPPER, 0)}${path}`
    const last = own.at(-1)
    const end = last.to === 0 ? line : `${line}H${WIDTH - RIGHT}`
    return `<path d="${end}" fill="none" stroke="${COLORS[nth % COLORS.length]}" stroke-width="2"/>`
  })
  const labels = names.map((name, nth) => {
    const at = x(moves.find(({ toggle }) => toggle === name).at)
    const y = UPPER.top + 14 + (nth % 4) * 14
    return `<text x="${Number(at) + 4}" y="${y + 56}" style="font-size:10px;fill:${COLORS[nth % COLORS.length]}">${name.replace('FEATURE_', '')}</text>`
  })
  const measured = events.flatMap(({ type, at, watch }) => {
    const value = type === 'observed' ? watch.tracks.error_rate?.value : undefined
    return value === undefined ? [] : [{ at, value }]
  })
  const told = /([\d.]+)%/.exec(rollback?.why.text ?? '')?.[1]
  if (rollback && told) measured.push({ at: rollback.at, value: Number(told) / 100 })
  const highest = Math.max(LEAST_HIGHEST, Math.ceil(Math.max(0, ...measured.map(({ value }) => value)) * 10) / 10)
  const rate = measured.map(({ at, value }, nth) => `${nth === 0 ? 'M' : 'L'}${x(at)},${inside(LOWER, value / highest)}`).join('')
  const grid = [0, 0.5, 1].map((part) => axis(UPPER, part, `${part * 100}%`)).join('')
  const lower = [0, 0.5, 1].map((part) => axis(LOWER, part, `${Math.round(part * highest * 100)}%`)).join('')
  const seconds = Array.from({ length: Math.floor(span / 5000) + 1 }, (_, nth) => nth * 5)
  const ticks = seconds
    .map((each) => `<text class="soft" x="${x(began + each * 1000)}" y="360" text-anchor="middle">${each} s</text>`)
    .join('')
  const end = rollback
    ? `<path class="bad" stroke-dasharray="3 3" d="M${x(rollback.at)},${UPPER.top}V${LOWER.top + LOWER.height}"/><text class="badText" x="${Number(x(rollback.at)) - 6}" y="${LOWER.top + 14}" text-anchor="end">rolled back: ${escape(rollback.why.text.split(': at least')[0])}</text>`
    : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 372" role="img" aria-label="Exposure of each toggle and the error rate over time, from a run of the demo">
<style>${STYLE}
</style>
<rect class="card" width="${WIDTH}" height="372" rx="8"/>
<text class="title" x="${LEFT}" y="26">rollout demo</text><text class="soft" x="${LEFT}" y="44">exposure of each toggle</text>
${grid}${curves.join('\n')}
${labels.join('\n')}
<text class="soft" x="${LEFT}" y="${LOWER.top - 10}">error_rate, measured over HTTP</text>
${lower}<path class="bad" stroke-dasharray="6 4" stroke-opacity=".6" d="M${LEFT},${inside(LOWER, CRITICAL / highest)}H${WIDTH - RIGHT}"/>
<path class="bad" stroke-width="2" d="${rate}"/>
${end}
${ticks}
</svg>
`
}

function axis({ top, height }, part, label) {
  const y = top + height * (1 - part)
  return `<path class="grid" d="M${LEFT},${y}H${WIDTH - RIGHT}"/><text class="soft" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${label}</text>`
}

function movesOf(events) {
  const baseline = events[0].baseline
  let exposures = baseline
  return events
    .filter(({ type }) => type === 'intended')
    .flatMap(({ at, exposures: next }) => {
      const changed = Object.keys(next).filter((toggle) => next[toggle] !== (exposures[toggle] ?? 0))
      exposures = next
      return changed.map((toggle) => ({ at, toggle, to: next[toggle] }))
    })
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
