import { z } from 'zod'
import type { Loan } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'
import type { PrometheusServer } from './api.ts'
import type { Sample } from './exposition.ts'
import { askDescribed, askLabels, askValues } from './promql.ts'
import { parseMatchers, parseSelector, type LabelTest } from './selector.ts'
import { slipIn } from './slip.ts'

type Labels = Readonly<Record<string, string>>

/** What a metric has been seen with: label → its values, as far as they were asked for. */
type Seen = ReadonlyMap<string, readonly string[]>

/** The option by which a plan answers for what cannot be known: a client library that makes a counter at its first error. */
export const unseen = z
  .enum(['missing', 'zero'])
  .optional()
  .describe('What a bad side is that nothing tells there could ever be: missing (without it), or zero errors because you know better')

interface Trust {
  readonly unseen?: z.infer<typeof unseen>
}

/** Seconds: what was right once is asked again, because an error that comes may show that another word was meant. */
const KNOWN_FOR = 600

/** When selectors were known last, by the options of their metric: each is asked for once in that time. */
const known = new WeakMap<PrometheusServer, Map<string, number>>()

/**
 * Throws `Unreadable` where a selector that matches nothing could never match: its metric or a label it asks for exists
 * nowhere, or the value it asks for looks like a slip. What exists is told by `others`, the labels of series that are there
 * (those of the total), or else by the server.
 */
export async function checkKnown(
  given: PrometheusServer & Trust,
  selector: string,
  others: readonly Labels[],
  loan: Loan,
  until: number,
): Promise<void> {
  if (given.unseen === 'zero') return
  const tests = parseMatchers(selector) ?? []
  const named = tests.filter(isName)
  const own = others.filter(({ __name__: name = '' }) => named.every(({ test }) => test(name)))
  if (own.length > 0 && faultIn(tests, seenOn(own)) === undefined) return
  if (until - (known.get(given)?.get(selector) ?? Number.NEGATIVE_INFINITY) < KNOWN_FOR) return
  const metric = `{${named.map(({ op, value }) => `__name__${op}${JSON.stringify(value)}`).join(',')}}`
  const labels = await askLabels(given, metric, loan, until)
  const only = named.find(({ op }) => op === '=')?.value
  const isOther = labels.length === 0 && only !== undefined && (await askDescribed(given, only, loan))
  const asked = new Set(tests.flatMap((each) => (isAsked(each) ? [each.label] : [])))
  const valuesOf = async (label: string) => (asked.has(label) ? askValues(given, label, metric, loan, until) : [])
  const seen = isOther ? seenOn(others) : new Map(await Promise.all(labels.map(async (each) => [each, await valuesOf(each)] as const)))
  checkAmong(selector, tests, seen)
  known.set(given, (known.get(given) ?? new Map()).set(selector, until))
}

/**
 * Throws `Unreadable` where a selector that matches nothing in a scrape could never match. A metric that the scrape only
 * describes has no series yet, and its labels are those of `others`, the series of the total.
 */
export function checkScraped(
  given: Trust,
  selector: string,
  scraped: readonly Sample[],
  described: ReadonlySet<string>,
  others: readonly Sample[],
): void {
  if (given.unseen === 'zero') return
  const { name = '' } = parseSelector(selector) ?? {}
  const own = scraped.filter((each) => each.name === name)
  // OpenMetrics describes `x_total` as x.
  const isDescribed = described.has(name) || described.has(name.replace(/_(?:total|count|sum|bucket)$/, ''))
  const all = own.length === 0 && isDescribed ? others : own
  checkAmong(selector, parseMatchers(selector) ?? [], seenOn(all.map(({ labels }) => ({ ...labels, __name__: name }))))
}

const WAY_OUT = 'Where it is right, and there was no error yet: unseen: zero'

function checkAmong(selector: string, tests: readonly LabelTest[], seen: Seen): void {
  const name = tests.find(isName)?.value ?? selector
  const fault = seen.size === 0 ? `nothing tells that there is a metric ${name}` : faultIn(tests, seen)
  if (fault !== undefined) throw new Unreadable('empty', `${selector} matches nothing: ${fault}. ${WAY_OUT}`)
}

/** Returns why these tests will never all be passed: a label that no series has, or a value that is a slip of another. */
function faultIn(tests: readonly LabelTest[], seen: Seen): string | undefined {
  const asked = tests.filter(isAsked)
  const lost = asked.find(({ label }) => !seen.has(label))?.label
  if (lost === undefined) return asked.map((each) => slipIn(each, seen.get(each.label) ?? [])).find((why) => why !== undefined)
  const have = [...seen.keys()].filter((label) => label !== '__name__').toSorted()
  const those = have.length === 0 ? 'they have none' : `they have: ${have.join(', ')}`
  return `${lost} is a label that no series of ${tests.find(isName)?.value ?? 'it'} has; ${those}`
}

function isName({ label }: LabelTest): boolean {
  return label === '__name__'
}

/** Whether only a series with the label passes: what takes '' takes one without it too. */
function isAsked(each: LabelTest): boolean {
  return !isName(each) && !each.test('')
}

function seenOn(series: readonly Labels[]): Seen {
  const all = new Map<string, Set<string>>()
  for (const labels of series)
    for (const [label, value] of Object.entries(labels)) {
      const values = all.get(label)
      if (values) values.add(value)
      else all.set(label, new Set([value]))
    }
  return new Map([...all].map(([label, values]) => [label, [...values]]))
}
