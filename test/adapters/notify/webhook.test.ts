import type { ServerResponse } from 'node:http'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import webhook from '../../../src/adapters/notify/webhook.ts'
import { AT, NASTY, openInbox, send } from '../../helpers/inbox.ts'
import { checked } from '../../helpers/loan.ts'
import { serve } from '../../helpers/shell.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`

describe('webhook', () => {
  it('is signed so that the reference library of Standard Webhooks verifies it, and refuses it when it was changed', async () => {
    const inbox = await openInbox()
    await send(webhook, { url: `${inbox.url}/hook?x=1`, secret: SECRET }, { reason: NASTY })
    const [got] = inbox.received
    if (!got) throw new Error('nothing came')
    expect([got.method, got.path, got.headers['content-type']]).toEqual(['POST', '/hook?x=1', 'application/json'])
    const headers = Object.fromEntries(
      Object.entries(got.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    )
    expect(new Webhook(SECRET).verify(got.body, headers)).toMatchObject({
      type: 'rollout.rolled-back',
      timestamp: new Date(AT).toISOString(),
      data: {
        id: 'id-3/rolled-back',
        rollout: 'shop',
        environment: 'production',
        reason: NASTY,
        changes: [{ toggle: 'A', from: 10, to: 0 }],
      },
    })
    expect(got.headers['webhook-id']).toBe('id-3/rolled-back')
    expect(() => new Webhook(SECRET).verify(`${got.body} `, headers)).toThrow(WebhookVerificationError)
  })

  it('is not signed without a key, and has the same id at every attempt', async () => {
    const inbox = await openInbox()
    await send(webhook, { url: inbox.url })
    await send(webhook, { url: inbox.url })
    expect(inbox.received.map(({ headers }) => [headers['webhook-id'], headers['webhook-signature']])).toEqual([
      ['id-3/rolled-back', undefined],
      ['id-3/rolled-back', undefined],
    ])
  })

  it.each(['secret', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(100)}`])('refuses the key %s', async (secret) => {
    await expect(checked(webhook, { url: 'https://x', secret })).rejects.toThrow('24 to 64 bytes')
  })

  it.each(['ftp://x/y', 'x'])('refuses the URL %s', async (url) => {
    await expect(checked(webhook, { url })).rejects.toThrow('is not an http or https URL')
  })

  it('does not follow a redirect: a message is not handed on to strangers', async () => {
    const inbox = await openInbox()
    inbox.answer = 302
    await expect(send(webhook, { url: inbox.url })).rejects.toThrow('answered 302: ok')
  })

  it.each([
    ['more than anybody reads', (response: ServerResponse) => response.end('x'.repeat(200_000))],
    ['what is no UTF-8', (response: ServerResponse) => response.end(Buffer.from([0xe4, 0xff]))],
    ['what is no gzip', (response: ServerResponse) => response.setHeader('content-encoding', 'gzip').end('ok')],
    ['without an end', (response: ServerResponse) => response.write('o')],
  ])('is told with 2xx, whatever is said to it: %s', async (_, says) => {
    const url = await serve((__, response) => void says(response))
    await expect(send(webhook, { url })).resolves.toBeUndefined()
  })
})
