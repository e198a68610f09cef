import { RE2JS } from 're2js'
import { parseHead, type Grammar, type Matcher } from './labels.ts'

type Labels = Readonly<Record<string, string>>

/** A metric name and what its labels must be, as in PromQL. */
export interface Selector {
  readonly name: string
  /** What its labels must be, the name left out. */
  readonly matchers: readonly (Matcher & { readonly test: (value: string) => boolean })[]
  readonly matches: (labels: Labels) => boolean
}

/** PromQL's strings (prometheus.io/docs/prometheus/latest/querying/basics): `\d` in quotes is an error there, `\\d` is meant. */
const PROMQL: Grammar = {
  quotes: ['"', "'", '`'],
  ops: ['=~', '!~', '!=', '='],
  escape: (letter) => ({ n: '\n', t: '\t', '\\': '\\', '"': '"', "'": "'" })[letter],
}

/**
 * `name{label="x",other=~"5.."}` with = != =~ !~; undefined when it is not one. Regular expressions are anchored, and
 * those of RE2 as in Prometheus itself: time that grows with the value and no faster, whatever the plan says.
 */
export function parseSelector(text: string): Selector | undefined {
  const head = parseHead(text, PROMQL)
  if (!head || text.slice(head.end).trim() !== '') return undefined
  const named = head.matchers.find(({ label, op }) => label === '__name__' && op === '=')
  const name = head.name ?? named?.value
  if (name === undefined) return undefined
  const matchers = head.matchers.flatMap((each) => {
    const test = each === named ? undefined : tester(each.op, each.value)
    return test ? [{ ...each, test }] : []
  })
  // One that cannot be tested, or a second name.
  if (matchers.length < head.matchers.length - (named ? 1 : 0) || matchers.some(({ label }) => label === '__name__')) return undefined
  return {
    name,
    matchers,
    matches: (labels) => matchers.every(({ label, test }) => test(Object.hasOwn(labels, label) ? (labels[label] ?? '') : '')),
  }
}

function tester(op: string, wanted: string): ((value: string) => boolean) | undefined {
  if (op === '=') return (value) => value === wanted
  if (op === '!=') return (value) => value !== wanted
  try {
    const pattern = RE2JS.compile(wanted, RE2JS.DOTALL)
    return (value) => pattern.matches(value) === (op === '=~')
  } catch {
    return undefined
  }
}
