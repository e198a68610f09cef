import { z } from 'zod'
import type { Loan } from '../../core/ports.ts'
import { Unreadable, type Measured } from '../../core/values/reading.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { ageOf } from '../http/age.ts'
import { askApi } from '../measure/api.ts'
import { firingIn } from '../measure/firing-in.ts'
import { parseDocument } from '../measure/document.ts'
import { describeRefusal } from '../measure/refused.ts'
import { plainLine } from '../plain.ts'

const LARGEST = 4 * 1024 * 1024
const MOST_NAMES = 5

const options = z.strictObject({
  of: z.enum(['alertmanager', 'prometheus']).default('alertmanager').describe('Whose alerts; those of an Alertmanager can be silenced'),
  url: z.url({ protocol: /^https?$/ }).describe('Base URL of the Alertmanager or the Prometheus'),
  match: z
    .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]))
    .default({})
    .describe('Labels an alert must have; a list means any of them: { service: shop, severity: [critical, page] }'),
  watchdog: z
    .string()
    .min(1)
    .optional()
    .describe('An alert that always fires; without it nothing is known, because nobody evaluates the rules any more'),
  ...access,
})

type Options = z.infer<typeof options>
type Labels = Readonly<Record<string, string>>

const labels = z.record(z.string(), z.string())
const active = z.array(z.object({ labels, status: z.object({ state: z.string() }).nullish() }))

/**
 * How many alerts fire: `success: "<= 0"` makes them a gate, `critical: "> 0"` a reason to roll back. Alertmanager: `GET /api/v2/alerts`,
 * what is silenced or inhibited does not count. Prometheus: `GET /api/v1/rules?type=alert`, which also says whether a rule that could
 * fire is evaluated at all: a rule with an error, or none that fits, is no evidence of health.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const { document, age, now } = await get(given, loan)
    const { watchdog, match } = given
    const firing = given.of === 'alertmanager' ? activeIn(document) : firingIn(document, (known) => mayFit(known, match), now)
    const heard = given.of === 'alertmanager' || watchdog === undefined ? firing : firingIn(document, isCalled(watchdog), now)
    if (watchdog !== undefined && !heard.some(isCalled(watchdog)))
      throw new Unreadable('empty', `${watchdog} does not fire: nobody evaluates the rules`)
    const found = firing.filter((each) => each['alertname'] !== watchdog && fits(each, match))
    return {
      is: 'value',
      value: found.length,
      ...(age > 0 && { at: loan.clock.now() - age }),
      ...(found.length > 0 && { note: namesOf(found) }),
    }
  },
  asks: serverOf,
})

function activeIn(document: unknown): readonly Labels[] {
  const found = active.safeParse(document)
  if (!found.success) throw new Unreadable('malformed', 'the answer is not that of an Alertmanager')
  // A server that does not know the parameters lists what is silenced too.
  return found.data.filter(({ status }) => status?.state.toLowerCase() !== 'suppressed').map((each) => each.labels)
}

function isCalled(name: string): (known: Labels) => boolean {
  return ({ alertname }) => alertname === name
}

/** A label that the series bring is not known before the rule fires. */
function mayFit(known: Labels, match: Options['match']): boolean {
  return Object.entries(match).every(([name, wanted]) => {
    const value = known[name]
    // `{{ $labels.x }}` in a rule is filled in when it fires.
    return value === undefined || value.includes('{{') || [wanted].flat().includes(value)
  })
}

function fits(found: Labels, match: Options['match']): boolean {
  return Object.entries(match).every(([name, wanted]) => {
    const value = found[name]
    return value !== undefined && [wanted].flat().includes(value)
  })
}

/** `HighErrorRate ×3, SlowCheckout`. */
function namesOf(found: readonly Labels[]): string {
  const counts = new Map<string, number>()
  for (const { alertname = 'an alert without a name' } of found) counts.set(alertname, (counts.get(alertname) ?? 0) + 1)
  const names = [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).toSorted((a, b) => (a < b ? -1 : 1))
  const shown = names.slice(0, MOST_NAMES).join(', ')
  return plainLine(names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown)
}

/** Resolves to the answer, how long a cache has kept it, and what time it is there: rules are evaluated by the server's clock. */
async function get(given: Options, loan: Loan) {
  const isAlertmanager = given.of === 'alertmanager'
  const asked = isAlertmanager ? { active: 'true', silenced: 'false', inhibited: 'false' } : { type: 'alert' }
  const path = isAlertmanager ? '/api/v2/alerts' : '/api/v1/rules'
  const { status, body, headers } = await askApi(given, path, new URLSearchParams(asked), loan, LARGEST)
  if (status !== 200) throw new Unreadable('unreachable', describeRefusal(given.of, status, body))
  const age = ageOf(headers)
  const made = Date.parse(headers['date'] ?? '')
  return { document: parseDocument(body), age, now: (Number.isFinite(made) ? made : loan.clock.now()) + age }
}
