import { parseHead, type Grammar, type Matcher } from './labels.ts'
import { parsePattern } from './pattern.ts'
import type { Refusal } from '../../core/ports.ts'

type Labels = Readonly<Record<string, string>>

/** A metric name and what its labels must be, as in PromQL. */
export interface Selector {
  readonly name: string
  /** What its labels must be, the name left out. */
  readonly matchers: readonly LabelTest[]
  readonly matches: (labels: Labels) => boolean
}

/** What one label must be; a label that is not there is ''. */
export interface LabelTest extends Matcher {
  readonly test: (value: string) => boolean
}

/** PromQL's strings (prometheus.io/docs/prometheus/latest/querying/basics): `\d` in quotes is an error there, `\\d` is meant. */
const PROMQL: Grammar = {
  quotes: ['"', "'", '`'],
  ops: ['=~', '!~', '!=', '='],
  escape: (letter) => ({ n: '\n', t: '\t', '\\': '\\', '"': '"', "'": "'" })[letter],
}

/** Returns `name{label="x",other=~"5.."}` with one name and = != =~ !~; undefined when it is not one. */
export function parseSelector(text: string): Selector | undefined {
  if (known.has(text)) return known.get(text)
  const selector = selectorOf(text)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, selector)
  return selector
}

/** A plan has a few, and asks for them in every poll. */
const known = new Map<string, Selector | undefined>()
const MOST_KNOWN = 10_000

function selectorOf(text: string): Selector | undefined {
  const tests = parseMatchers(text)
  const named = tests?.find(({ label, op }) => label === '__name__' && op === '=')
  const matchers = tests?.filter((each) => each !== named) ?? []
  if (!named || matchers.some(({ label }) => label === '__name__')) return undefined
  return {
    name: named.value,
    matchers,
    matches: (labels) => matchers.every(({ label, test }) => test(Object.hasOwn(labels, label) ? (labels[label] ?? '') : '')),
  }
}

/**
 * Returns everything that a selector asks of labels, the name before the braces as `__name__`; undefined when it is none.
 * Regular expressions are anchored, and those of RE2 as in Prometheus itself: time that grows with the value and no
 * faster, whatever the plan says.
 */
export function parseMatchers(text: string): readonly LabelTest[] | undefined {
  const head = parseHead(text, PROMQL)
  if (!head || text.slice(head.end).trim() !== '') return undefined
  const named = head.name === undefined ? [] : [{ label: '__name__', op: '=', value: head.name }]
  const all = [...named, ...head.matchers]
  const tests = all.flatMap((each) => {
    const test = tester(each.op, each.value)
    return test ? [{ ...each, test }] : []
  })
  return tests.length === all.length ? tests : undefined
}

/** Tells whether a metric is what a recording rule made: only rules have colons (prometheus.io/docs/practices/rules). */
export function isRecorded(name: string | undefined): boolean {
  return name?.includes(':') === true
}

/** Labels that Prometheus itself gives to everything it scrapes: they mean the same on every metric. */
const COMMON: readonly string[] = ['job', 'instance']

/**
 * Returns why what `bad` selects can be no part of what `total` selects: a label that both tie to a value of their own.
 * Undefined where it can.
 */
export function strayIn(bad: readonly LabelTest[], total: readonly LabelTest[]): Refusal | undefined {
  const valueIn = (side: readonly LabelTest[], wanted: string): string | undefined =>
    side.find(({ label, op }) => label === wanted && op === '=')?.value
  const isSame = valueIn(bad, '__name__') === valueIn(total, '__name__')
  for (const { label, op, value } of bad) {
    const other = valueIn(total, label)
    if (label === '__name__' || op !== '=' || other === undefined || other === value) continue
    if (!isSame && !COMMON.includes(label)) continue
    const message = `counts ${label}="${value}", and the total ${label}="${other}": it can be no part of that`
    return { message, hint: `the same ${label} on both sides` }
  }
  return undefined
}

function tester(op: string, wanted: string): ((value: string) => boolean) | undefined {
  if (op === '=') return (value) => value === wanted
  if (op === '!=') return (value) => value !== wanted
  const pattern = parsePattern(wanted, { dotAll: true })
  return pattern && ((value) => pattern.fits(value) === (op === '=~'))
}
