import { z } from 'zod'
import type { Loan } from '../../core/ports.ts'
import { Unreadable, type Measured } from '../../core/values/reading.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { askApi } from '../measure/api.ts'
import { parseDocument } from '../measure/document.ts'
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
const active = z.array(z.object({ labels }))
const rules = z.object({
  status: z.literal('success'),
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            labels: labels.default({}),
            health: z.string(),
            lastError: z.string().optional(),
            alerts: z.array(z.object({ labels, state: z.string() })).default([]),
          }),
        ),
      }),
    ),
  }),
})

/**
 * How many alerts fire: `success: "<= 0"` makes them a gate, `critical: "> 0"` a reason to roll back. Alertmanager: `GET /api/v2/alerts`,
 * what is silenced or inhibited does not count. Prometheus: `GET /api/v1/rules?type=alert`, which also says whether a rule that could
 * fire is evaluated at all: a rule with an error, or none that fits, is no evidence of health.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const firing = given.of === 'alertmanager' ? await ofAlertmanager(given, loan) : await ofPrometheus(given, loan)
    const { watchdog } = given
    if (watchdog !== undefined && !firing.some(({ alertname }) => alertname === watchdog))
      throw new Unreadable('empty', `${watchdog} does not fire: nobody evaluates the rules`)
    const found = firing.filter((each) => each['alertname'] !== watchdog && fits(each, given.match))
    return { is: 'value', value: found.length, ...(found.length > 0 && { note: namesOf(found) }) }
  },
  asks: serverOf,
})

async function ofAlertmanager(given: Options, loan: Loan): Promise<readonly Labels[]> {
  const found = active.safeParse(await get(given, '/api/v2/alerts', { active: 'true', silenced: 'false', inhibited: 'false' }, loan))
  if (!found.success) throw new Unreadable('malformed', 'the answer is not that of an Alertmanager')
  return found.data.map((each) => each.labels)
}

async function ofPrometheus(given: Options, loan: Loan): Promise<readonly Labels[]> {
  const found = rules.safeParse(await get(given, '/api/v1/rules', { type: 'alert' }, loan))
  if (!found.success) throw new Unreadable('malformed', 'the answer is not that of a Prometheus')
  const all = found.data.data.groups.flatMap((group) => group.rules)
  // A label that the series bring is not known before the rule fires.
  const possible = all.filter((rule) =>
    Object.entries(given.match).every(([name, wanted]) => mayFit({ ...rule.labels, alertname: rule.name }, name, wanted)),
  )
  if (possible.length === 0) throw new Unreadable('empty', 'no alerting rule has such labels')
  const broken = possible.find(({ health }) => health !== 'ok')
  if (broken)
    throw new Unreadable('malformed', `the rule ${broken.name} is not evaluated: ${plainLine(broken.lastError ?? '') || broken.health}`)
  return all.flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing').map((each) => each.labels))
}

function mayFit(known: Labels, name: string, wanted: string | readonly string[]): boolean {
  const value = known[name]
  // `{{ $labels.x }}` in a rule is filled in when it fires.
  return value === undefined || value.includes('{{') || [wanted].flat().includes(value)
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

async function get(given: Options, path: string, asked: Readonly<Record<string, string>>, loan: Loan): Promise<unknown> {
  const { status, body } = await askApi(given, path, new URLSearchParams(asked), {
    folder: loan.folder,
    maxBytes: LARGEST,
    signal: loan.signal,
    env: loan.env,
    deadline: loan.timeout ?? 10_000,
  })
  if (status !== 200) throw new Unreadable('unreachable', `${given.of} answered ${status}`)
  return parseDocument(body)
}
