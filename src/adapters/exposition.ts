import { Unreadable } from '../core/reading.ts'

/** One line of a scrape. `at` is in milliseconds since the epoch when the line carries a time. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly at?: number
}

/** A metric name and what its labels must be, as in PromQL. */
export interface Selector {
  readonly name: string
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,?)/y
const REST = /^[ \t]+([^ \t#]+)(?:[ \t]+(-?[0-9.]+))?[ \t]*(?:#.*)?$/

/**
 * Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0 (prometheus.io/docs/instrumenting/exposition_formats).
 * Throws `Unreadable('malformed')` at the first line that is neither. Our own, because the parsers on npm
 * drop the labels of histograms, take HTML for an empty scrape, and let the last of two equal series win.
 */
export function parseExposition(text: string): readonly Sample[] {
  const openMetrics = /^# EOF\s*$/m.test(text.slice(-16))
  const seen = new Set<string>()
  return text.split('\n').flatMap((line, nth) => {
    const trimmed = line.replace(/\r$/, '')
    if (trimmed.trim() === '' || trimmed.startsWith('#')) return []
    const sample = parseSample(trimmed, openMetrics)
    if (!sample) throw new Unreadable('malformed', `line ${nth + 1} is not a sample: ${trimmed.slice(0, 60)}`)
    const id = seriesId(sample)
    if (seen.has(id)) throw new Unreadable('malformed', `line ${nth + 1} repeats the series ${id.slice(0, 60)}`)
    seen.add(id)
    return [sample]
  })
}

/** A stable name of one series: metric and sorted labels. */
export function seriesId({ name, labels }: Pick<Sample, 'name' | 'labels'>, without: readonly string[] = []): string {
  const kept = Object.entries(labels).filter(([label]) => !without.includes(label))
  return `${name}{${kept
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`
}

/** `name{label="x",other=~"5.."}` with = != =~ !~; undefined when it is not one. Regular expressions are anchored. */
export function parseSelector(text: string): Selector | undefined {
  const found = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*$/s.exec(text)
  if (!found) return undefined
  const [, name = '', inside = ''] = found
  const tests: ((labels: Readonly<Record<string, string>>) => boolean)[] = []
  const matcher = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y
  while (matcher.lastIndex < inside.length) {
    const [, label = '', op, raw = ''] = matcher.exec(inside) ?? []
    if (op === undefined) return undefined
    const test = tester(op, unescape(raw))
    if (!test) return undefined
    tests.push((labels) => test(labels[label] ?? ''))
  }
  return { name, matches: (labels) => tests.every((test) => test(labels)) }
}

function tester(op: string, wanted: string): ((value: string) => boolean) | undefined {
  if (op === '=') return (value) => value === wanted
  if (op === '!=') return (value) => value !== wanted
  try {
    // Long patterns and long values are where backtracking gets expensive; labels are short.
    if (wanted.length > 200) return undefined
    const pattern = new RegExp(`^(?:${wanted})$`, 's')
    return (value) => pattern.test(value.slice(0, 500)) === (op === '=~')
  } catch {
    return undefined
  }
}

function parseSample(line: string, openMetrics: boolean): Sample | undefined {
  NAME.lastIndex = 0
  const [name] = NAME.exec(line) ?? []
  if (name === undefined) return undefined
  let at = NAME.lastIndex
  const labels: Record<string, string> = {}
  if (line[at] === '{') {
    const end = parseLabels(line, at + 1, labels)
    if (end === undefined) return undefined
    at = end
  }
  const [, written, time] = REST.exec(line.slice(at)) ?? []
  const value = written === undefined ? undefined : parseNumber(written)
  if (value === undefined) return undefined
  return { name, labels, value, ...(time !== undefined && { at: Number(time) * (openMetrics ? 1000 : 1) }) }
}

/** Fills in the labels; resolves to where they end. */
function parseLabels(line: string, from: number, labels: Record<string, string>): number | undefined {
  let at = from
  while (line[at] !== '}') {
    LABEL.lastIndex = at
    const [, label, value = '', comma] = LABEL.exec(line) ?? []
    if (label === undefined || Object.hasOwn(labels, label)) return undefined
    labels[label] = unescape(value)
    at = LABEL.lastIndex
    if (comma === '' && line[at] !== '}') return undefined
  }
  return at + 1
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each))
}

function parseNumber(text: string): number | undefined {
  const special: Readonly<Record<string, number>> = {
    NaN: Number.NaN,
    '+Inf': Number.POSITIVE_INFINITY,
    Inf: Number.POSITIVE_INFINITY,
    '-Inf': Number.NEGATIVE_INFINITY,
  }
  const known = special[text]
  if (known !== undefined) return known
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}
