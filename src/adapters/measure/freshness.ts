import type { Loan } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'
import { parsePromql, type Selection } from './parse-promql.ts'
import type { PrometheusServer } from './api.ts'
import { checkKnown } from './known.ts'
import { ask, Refused } from './promql.ts'
import { PUSHED } from './pushed.ts'

const SAY_SO = 'sampledAt: says when the sample was taken, e.g. sampledAt: timestamp(up{job="shop"})'
/** A subquery looks at its range at so many places: each finds the newest sample of the five minutes before it. */
const LOOKS = 1000
const MINUTE = 60_000

/** The labels that a group pushed to a Pushgateway has in common with when it was, with `honor_labels` or without. */
const GROUP = 'on (job, instance, exported_job, exported_instance)'

/**
 * Returns PromQL for when the newest sample of a selector was taken, in seconds. One from a Pushgateway is scraped again and
 * again, and as old as the push.
 */
export function newestOf(selector: string): string {
  return `max((${PUSHED} and ${GROUP} ${selector}) or (timestamp(${selector}) unless ${GROUP} ${PUSHED}))`
}

/**
 * Resolves to when the sample behind a query was taken, in seconds, as of `evaluated`: where it selects several things, the
 * one that is updated least. The selectors are asked and not the query, because `timestamp()` of anything but a selector
 * is the time of the query, and would be fresh for ever. What is moved into the past on purpose (`offset`) counts where
 * nothing else is selected. A query that selects nothing (`time()`, `vector(1)`) is a function of now and as new as the
 * question; so is one that asks for absence. Throws `Unreadable` where nobody can tell.
 */
export async function sampleTime(given: PrometheusServer, query: string, loan: Loan, evaluated: number): Promise<number> {
  const { selections, fault } = parsePromql(query)
  if (fault !== undefined) throw new Unreadable('malformed', `how old the number is cannot be told: not PromQL at ${fault}. ${SAY_SO}`)
  if (selections.every(({ isAbsence }) => isAbsence)) return evaluated
  const moving = selections.filter(({ isFixed, isAbsence }) => !isFixed && !isAbsence)
  if (moving.length === 0) throw new Unreadable('stale', 'the query looks at one moment for ever (@), and not at now')
  const present = moving.filter(({ shift }) => shift <= 0)
  const asked = present.length > 0 ? present : moving
  const times = await Promise.all(asked.map(async (each) => newest(given, each, loan, evaluated)))
  // `errors or vector(0)` is zero errors only where there could be some.
  const empty = asked.filter(({ hasDefault }, nth) => hasDefault && times[nth] === undefined)
  await Promise.all(empty.map(async ({ text }) => checkKnown(given, text, [], loan, evaluated)))
  const known = times.filter((time) => time !== undefined)
  if (known.length === 0) throw new Unreadable('stale', `no sample is behind the number: what it selects has none now. ${SAY_SO}`)
  return Math.min(...known)
}

/** A range can hold samples of a series that has none now: those are looked for with a subquery. */
async function newest(
  given: PrometheusServer,
  { text, window, shift }: Selection,
  loan: Loan,
  evaluated: number,
): Promise<number | undefined> {
  const then = shift > 0 ? ` offset ${shift}ms` : ''
  const [now] = await timeOf(given, newestOf(`${text}${then}`), loan, evaluated)
  if (now || window === 0) return now?.value
  const step = Math.max(MINUTE, Math.ceil(window / LOOKS))
  const [late] = await timeOf(given, `max(max_over_time(timestamp(${text})[${window}ms:${step}ms]${then}))`, loan, evaluated)
  return late?.value
}

async function timeOf(given: PrometheusServer, query: string, loan: Loan, evaluated: number) {
  return ask(given, query, loan, evaluated).catch((thrown: unknown) => {
    if (!(thrown instanceof Refused)) throw thrown
    throw new Unreadable('malformed', `how old the number is cannot be told: ${thrown.message}. ${SAY_SO}`)
  })
}
