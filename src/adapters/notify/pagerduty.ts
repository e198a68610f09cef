import { z } from 'zod'
import type { Message } from '../../core/values/message.ts'
import { channel } from '../define.ts'
import { cut } from '../plain.ts'
import { post, secretUrl } from '../http/post.ts'

/**
 * PagerDuty Events API v2 (developer.pagerduty.com/docs/events-api-v2-overview). What is no alarm is a change event, which pages
 * nobody; an alarm is a `trigger` whose `dedup_key` names the rollout, so that any number of them is one incident; going on, or
 * completing, is its `resolve`.
 */
export default channel({
  options: z.strictObject({
    key: z.string().min(1).describe('Routing key of an Events API v2 integration: ${NAME}'),
    url: secretUrl.default('https://events.pagerduty.com').describe('Another region, or a proxy'),
  }),
  send: async ({ key, url }, message, loan) => {
    const { alert, severity, title, text, key: dedup } = message
    const base = url.replace(/\/+$/, '')
    const summary = cut(`${title}: ${text}`, 1024)
    const timestamp = new Date(message.at).toISOString()
    const routed = { routing_key: key }
    if (alert === 'none') {
      const payload = { summary, timestamp, source: message.rollout, custom_details: detailsOf(message) }
      return post(`${base}/v2/change/enqueue`, { body: { ...routed, payload } }, loan)
    }
    if (alert === 'closes') {
      return post(`${base}/v2/enqueue`, { body: { ...routed, event_action: 'resolve', dedup_key: cut(dedup, 255) } }, loan)
    }
    const payload = { summary, timestamp, source: message.rollout, severity, class: message.kind, custom_details: detailsOf(message) }
    await post(`${base}/v2/enqueue`, { body: { ...routed, event_action: 'trigger', dedup_key: cut(dedup, 255), payload } }, loan)
  },
})

function detailsOf({ id, kind, phase, step, steps, actor, reason, environment, next }: Message) {
  return {
    id,
    event: kind,
    phase,
    step: `${step} of ${steps}`,
    actor,
    next,
    ...(reason !== undefined && { reason }),
    ...(environment !== undefined && { environment }),
  }
}
