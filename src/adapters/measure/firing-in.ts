import { z } from 'zod'
import { Unreadable } from '../../core/values/reading.ts'
import { parseDuration, type Instant } from '../../core/values/units.ts'
import { plainLine } from '../plain.ts'
import { checkWhole, partial } from './check-whole.ts'

type Labels = Readonly<Record<string, string>>

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((given) => given ?? {})
const alerts = z
  .array(z.object({ labels, state: z.string() }))
  .nullish()
  .transform((given) => given ?? [])
const rule = z.object({
  name: z.string(),
  type: z.string().nullish(),
  state: z.string().nullish(),
  labels,
  health: z.string(),
  lastError: z.string().nullish(),
  lastEvaluation: z.string().nullish(),
  isPaused: z.boolean().nullish(),
  alerts,
})
const answer = z.object({
  status: z.literal('success'),
  ...partial,
  data: z.object({
    groupNextToken: z.string().nullish(),
    groups: z.array(z.object({ interval: z.union([z.number(), z.string()]).nullish(), rules: z.array(rule) })),
  }),
})

/** An alerting rule, and what it says of itself. */
type Rule = z.infer<typeof rule> & { readonly interval: number }

/** What Prometheus and vmalert call it, and what Grafana does. What is recovering there is told to receivers as before. */
const FIRES: readonly string[] = ['firing', 'alerting', 'recovering']
const QUIET: readonly string[] = ['inactive', 'pending', 'normal']
/** A rule that missed so many evaluations is evaluated no more. */
const MISSED = 5
/** Between two clocks, and for what a slow evaluation takes. */
const LEEWAY = 60_000
const MINUTE = 60_000

/**
 * Returns the labels of what fires, by an answer of `/api/v1/rules`. Throws `Unreadable` where a rule that may fire with
 * such labels tells nothing: there is none, it has an error or no data, it is evaluated no more, or its state is a word
 * that nobody knows. Recording rules never count: vmalert lists them whatever it is asked.
 */
export function firingIn(document: unknown, mayFit: (known: Labels) => boolean, now: Instant): readonly Labels[] {
  const found = answer.safeParse(document)
  if (!found.success) throw new Unreadable('malformed', 'the answer is not that of a Prometheus')
  checkWhole(found.data)
  const { groups, groupNextToken } = found.data.data
  if (groupNextToken) throw new Unreadable('partial', 'the answer has only some of the rules (groupNextToken)')
  const all = groups.flatMap(({ interval, rules }) => rules.map((each): Rule => ({ ...each, interval: millisOf(interval) })))
  const possible = all.filter(({ type, name, labels: own }) => type === 'alerting' && mayFit({ ...own, alertname: name }))
  if (possible.length === 0) throw new Unreadable('empty', 'no alerting rule has such labels')
  return possible.flatMap((each) => firingOf(each, now))
}

function firingOf(each: Rule, now: Instant): readonly Labels[] {
  const { name, state, health, lastError, lastEvaluation, interval, isPaused } = each
  if (health.toLowerCase() !== 'ok') {
    const reason = /^nodata$/i.test(health) ? 'empty' : 'malformed'
    throw new Unreadable(reason, `the rule ${name} is not evaluated: ${plainLine(lastError ?? '') || health}`)
  }
  if (isPaused === true) throw new Unreadable('empty', `the rule ${name} is paused: nobody evaluates it`)
  const evaluated = Date.parse(lastEvaluation ?? '')
  if (!Number.isFinite(evaluated)) throw new Unreadable('stale', `the rule ${name} does not say when it was evaluated last`)
  if (evaluated > now + LEEWAY)
    throw new Unreadable('future', `the rule ${name} was evaluated at ${plainLine(lastEvaluation ?? '')}, and it is not that late yet`)
  if (evaluated < now - MISSED * interval - LEEWAY)
    throw new Unreadable('stale', `the rule ${name} is evaluated no more: the last time was ${plainLine(lastEvaluation ?? '')}`)
  const firing = each.alerts.filter((alert) => fires(name, alert.state))
  if (firing.length === 0 && state && fires(name, state))
    throw new Unreadable('malformed', `the rule ${name} fires, and lists nothing that does`)
  return firing.map((alert) => alert.labels)
}

function fires(name: string, state: string): boolean {
  const word = state.toLowerCase()
  if (FIRES.includes(word)) return true
  if (QUIET.includes(word)) return false
  // Grafana writes the reason behind it: Alerting (NoData), Normal (Error).
  if (FIRES.some((each) => word.startsWith(`${each} (`))) return true
  throw new Unreadable('malformed', `an alert of the rule ${name} is "${plainLine(state)}", and nobody knows whether that fires`)
}

/** Seconds, as the API has it; `1m` as the configuration does. */
function millisOf(interval: number | string | null | undefined): number {
  if (typeof interval === 'string') return parseDuration(interval) ?? MINUTE
  return interval === null || interval === undefined ? MINUTE : interval * 1000
}
