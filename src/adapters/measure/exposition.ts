import { Unreadable } from '../../core/values/reading.ts'
import { parseHead, type Grammar } from './labels.ts'

/** One line of a scrape. `at` is in milliseconds since the epoch when the line carries a time. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly at?: number
}

export interface Scrape {
  /** Samples of other names are checked and not kept: a scrape of megabytes must not become a heap of gigabytes. */
  readonly names?: ReadonlySet<string>
  /** The Content-Type it came with. */
  readonly type?: string
  /** Whether its maker told how long it is; otherwise only its last line tells that nothing is missing. */
  readonly framed?: boolean
}

/** An escape the format does not have stands for itself, as Prometheus reads it. */
const TEXT: Grammar = { quotes: ['"'], ops: ['='], escape: (letter) => ({ n: '\n', '\\': '\\', '"': '"' })[letter] ?? `\\${letter}` }
/** Value, time, and the exemplar of OpenMetrics, which is not looked at. */
const REST = /^[ \t]+([^ \t]+)(?:[ \t]+([^ \t#]+))?[ \t]*(?:# ?\{[^]*)?$/

/**
 * Reads the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) and OpenMetrics 1.0
 * (prometheus.io/docs/specs/om/open_metrics_spec), with quoted UTF-8 names. Times are milliseconds in the one and seconds
 * in the other. Throws `Unreadable('malformed')` at the first line that is neither, and when the end is missing.
 *
 * Our own, because no parser on npm can be trusted with a decision. parse-prometheus-text-format 1.1.1 (the one in
 * use; last published in 2024) drops all labels of a histogram but `le`, so that the last series wins; of two equal
 * series it keeps the last, of a line without a final newline nothing, and it takes HTML for a metric and `banana` for a
 * value. prom2javascript 0.2.0 throws at NaN, exemplars, OpenMetrics times and `constructor`, and reads `\\n` (a backslash
 * and an n) as a newline. Neither knows quoted names. @prometheus-io/lezer-promql reads PromQL, prom-client only writes.
 */
export function parseExposition(text: string, { names, type = '', framed = true }: Scrape = {}): readonly Sample[] {
  if (text.trimStart().startsWith('<')) throw new Unreadable('malformed', 'the answer is HTML, not metrics')
  const isEnded = /(?:^|\n)# EOF\r?\n?$/.test(text.slice(-16))
  const isOpen = type.includes('application/openmetrics-text')
  if ((isOpen && !isEnded) || (!framed && !text.endsWith('\n')))
    throw new Unreadable('malformed', 'the scrape is cut off: its end is missing')
  const seen = new Set<string>()
  const samples: Sample[] = []
  let nth = 0
  for (let from = 0, to = 0; from < text.length; from = to + 1) {
    to = text.indexOf('\n', from)
    if (to === -1) to = text.length
    nth += 1
    const line = text.slice(from, to).trim()
    if (line === '' || line.startsWith('#')) continue
    const sample = parseSample(line, isOpen || isEnded)
    if (!sample) throw new Unreadable('malformed', `line ${nth} is not a sample: ${line.slice(0, 60)}`)
    if (names && !names.has(sample.name)) continue
    const id = seriesId(sample)
    if (seen.has(id)) throw new Unreadable('malformed', `line ${nth} repeats the series ${id.slice(0, 60)}`)
    seen.add(id)
    samples.push(sample)
  }
  return samples
}

/** Returns the metrics that a scrape describes (`# TYPE`, `# HELP`), also before their first series. */
export function describedIn(text: string): ReadonlySet<string> {
  const lines = text.matchAll(/^#[ \t]+(?:TYPE|HELP)[ \t]+(?:"([^"\n]*)"|(\S+))/gm)
  return new Set([...lines].map(([, quoted, bare = '']) => quoted ?? bare))
}

/** A stable name of one series: metric and sorted labels. */
export function seriesId({ name, labels }: Pick<Sample, 'name' | 'labels'>, without: readonly string[] = []): string {
  const kept = Object.entries(labels).filter(([label]) => !without.includes(label))
  return `${name}{${kept
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`
}

function parseSample(line: string, isOpen: boolean): Sample | undefined {
  const head = parseHead(line, TEXT)
  if (head?.name === undefined) return undefined
  // Not an object that is filled in: a label may be called __proto__.
  const labels = Object.fromEntries(head.matchers.map(({ label, value }) => [label, value]))
  if (Object.keys(labels).length < head.matchers.length) return undefined
  const [, written, time] = REST.exec(line.slice(head.end)) ?? []
  const value = written === undefined ? undefined : parseNumber(written)
  const at = time === undefined ? undefined : parseNumber(time)
  if (value === undefined || (time !== undefined && !Number.isFinite(at))) return undefined
  return { name: head.name, labels, value, ...(at !== undefined && { at: at * (isOpen ? 1000 : 1) }) }
}

function parseNumber(text: string): number | undefined {
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? []
  if (word !== undefined) return word.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}
