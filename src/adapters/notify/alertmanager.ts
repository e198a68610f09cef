import { z } from 'zod'
import { parseDuration } from '../../core/values/units.ts'
import { access } from '../http/access.ts'
import { channel } from '../define.ts'
import { httpUrl, post } from '../http/post.ts'

const lasts = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|[smhdw]))+$/, 'write a unit: 30m, 12h or 7d')
  .default('24h')
  .transform((text) => parseDuration(text) ?? 0)

/**
 * Prometheus Alertmanager, API v2 (`POST /api/v2/alerts`). An alert is known by its labels, so they are the same from the moment
 * something is wrong until the rollout goes on: routing and silences work as for any other alert. What is no alarm is not
 * sent. An alert that nobody resolves ends after `lasts`.
 */
export default channel({
  options: z.strictObject({
    url: httpUrl.describe('Base URL of the Alertmanager'),
    labels: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'use letters, digits and underscore'), z.string())
      .default({ severity: 'critical' })
      .describe('Further labels, for routing ({ severity: critical })'),
    lasts: lasts.describe('After this long an alert that nothing resolved is over (24h)'),
    ...access,
  }),
  send: async ({ url, labels, lasts: length, ...given }, message, loan) => {
    const { alert, kind, at, rollout, environment, title, text, next } = message
    if (alert === 'none' && kind !== 'test') return
    const name = kind === 'test' ? 'RolloutTest' : 'RolloutStopped'
    // A test is over at once: it shows that the way is open and calls nobody.
    const times =
      alert === 'opens' ? { startsAt: iso(at), endsAt: iso(at + length) } : { endsAt: iso(kind === 'test' ? at : loan.clock.now()) }
    const body = [
      {
        labels: { ...labels, alertname: name, rollout, ...(environment !== undefined && { environment }) },
        annotations: { summary: title, description: text, next, event: kind },
        ...times,
      },
    ]
    await post(`${url.replace(/\/+$/, '')}/api/v2/alerts`, { body, access: given }, loan)
  },
})

function iso(at: number): string {
  return new Date(at).toISOString()
}
