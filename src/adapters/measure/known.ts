import type { Loan } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'
import type { PrometheusServer } from './api.ts'
import type { Sample } from './exposition.ts'
import { askLabels } from './promql.ts'
import { parseMatchers, parseSelector } from './selector.ts'

type Labels = Readonly<Record<string, string>>

/** Selectors that are known, by the options of their metric: each is asked for once in a process. */
const known = new WeakMap<PrometheusServer, Set<string>>()

/**
 * Throws `Unreadable` where a selector that matches nothing could never match: its metric, or a label it asks for, exists
 * nowhere. What exists is told by `others`, the labels of series that are there (those of the total), or else by the server.
 */
export async function checkKnown(
  given: PrometheusServer,
  selector: string,
  others: readonly Labels[],
  loan: Loan,
  until: number,
): Promise<void> {
  const named = (parseMatchers(selector) ?? []).filter(({ label }) => label === '__name__')
  const own = others.filter(({ __name__: name = '' }) => named.every(({ test }) => test(name)))
  if ((own.length > 0 && lostIn(selector, own) === undefined) || known.get(given)?.has(selector) === true) return
  const labels = await askLabels(given, `{${named.map(({ op, value }) => `__name__${op}${JSON.stringify(value)}`).join(',')}}`, loan, until)
  checkAmong(selector, labels.length === 0 ? [] : [Object.fromEntries(labels.map((label) => [label, '']))])
  known.set(given, (known.get(given) ?? new Set()).add(selector))
}

/**
 * Throws `Unreadable` where a selector that matches nothing in a scrape could never match. A metric that the scrape only
 * describes has no series yet, and its labels are those of `others`, the series of the total.
 */
export function checkScraped(
  selector: string,
  scraped: readonly Sample[],
  described: ReadonlySet<string>,
  others: readonly Sample[],
): void {
  const { name = '' } = parseSelector(selector) ?? {}
  const own = scraped.filter((each) => each.name === name)
  // OpenMetrics describes `x_total` as x.
  const isDescribed = described.has(name) || described.has(name.replace(/_(?:total|count|sum|bucket)$/, ''))
  const all = own.length === 0 && isDescribed ? others : own
  checkAmong(
    selector,
    all.map(({ labels }) => labels),
  )
}

function checkAmong(selector: string, own: readonly Labels[]): void {
  const name = parseMatchers(selector)?.find(({ label }) => label === '__name__')?.value ?? selector
  if (own.length === 0) throw new Unreadable('empty', `${selector} matches nothing, and nothing tells that there is a metric ${name}`)
  const lost = lostIn(selector, own)
  if (lost === undefined) return
  const have = labelsOn(own).filter((label) => label !== '__name__')
  const those = have.length === 0 ? 'they have none' : `they have: ${have.join(', ')}`
  throw new Unreadable('empty', `${selector} matches nothing: ${lost} is a label that no series of ${name} has; ${those}`)
}

/** Returns a label that a selector asks for and none of these series has, with whatever value. */
function lostIn(selector: string, own: readonly Labels[]): string | undefined {
  const has = new Set(labelsOn(own))
  // What takes '' takes a series without the label too.
  const asked = (parseMatchers(selector) ?? []).filter(({ label, test }) => label !== '__name__' && !test(''))
  return asked.find(({ label }) => !has.has(label))?.label
}

function labelsOn(series: readonly Labels[]): readonly string[] {
  return [...new Set(series.flatMap((labels) => Object.keys(labels)))].toSorted()
}
