import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { access } from '../http/access.ts'
import { channel } from '../define.ts'
import { httpUrl, post } from '../http/post.ts'

/** 24 to 64 bytes in base64, as the specification has it. */
const KEY = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/

/**
 * The message as JSON, signed as Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md):
 * HMAC-SHA256 over `id.timestamp.body`. The id is the same at every attempt: it is the idempotency key.
 */
export default channel({
  options: z.strictObject({
    url: httpUrl.describe('Where the message is posted'),
    secret: z
      .string()
      .regex(KEY, 'is not a key of Standard Webhooks: whsec_ and 24 to 64 bytes in base64')
      .optional()
      .describe('Signing key: ${NAME}'),
    ...access,
  }),
  send: async ({ url, secret, ...given }, message, loan) => {
    const { at, kind, alert: _, ...rest } = message
    const body = JSON.stringify({ type: `rollout.${kind}`, timestamp: new Date(at).toISOString(), data: rest })
    const timestamp = String(Math.floor(loan.clock.now() / 1000))
    const headers = { 'webhook-id': message.id, 'webhook-timestamp': timestamp }
    const signature = secret === undefined ? {} : { 'webhook-signature': sign(secret, `${message.id}.${timestamp}.${body}`) }
    await post(url, { body, headers: { ...headers, ...signature }, access: given }, loan)
  },
})

function sign(secret: string, text: string): string {
  const key = Buffer.from(KEY.exec(secret)?.[1] ?? '', 'base64')
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}
