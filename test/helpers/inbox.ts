import type { IncomingHttpHeaders } from 'node:http'
import type { Message } from '../../src/core/values/message.ts'
import type { NotifyAdapter } from '../../src/core/ports.ts'
import { checked, lend } from './loan.ts'
import { serve } from './shell.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Inbox {
  readonly url: string
  readonly received: Received[]
  /** The bodies, as the JSON they are. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a test names the type it goes on to assert
  json<Value>(): Value[]
  /** What it answers from now on: a status, or nothing at all. */
  answer: number | 'never'
  says: string
}

/** A server on loopback that keeps what it is sent. */
export async function openInbox(): Promise<Inbox> {
  const received: Received[] = []
  const url = await serve((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      })
      if (inbox.answer !== 'never') response.writeHead(inbox.answer).end(inbox.says)
    })
  })
  const inbox: Inbox = { url, received, json: () => received.map(({ body }) => JSON.parse(body)), answer: 200, says: 'ok' }
  return inbox
}

export const AT = Date.parse('2026-11-24T12:00:00Z')

/** A rollback that a metric decided. */
export function message(more: Partial<Message> = {}): Message {
  return {
    id: 'id-3/rolled-back',
    kind: 'rolled-back',
    severity: 'critical',
    alert: 'opens',
    key: 'rollout/shop@production',
    title: 'shop@production rolled back',
    text: 'A 10% → 0%: errors 7.8% > 5% (94 of 1204)',
    next: 'rollout explain --env production',
    at: AT,
    rollout: 'shop',
    environment: 'production',
    seq: 3,
    actor: 'auto',
    about: 'errors 7.8% > 5% (94 of 1204)',
    changes: [{ toggle: 'A', from: 10, to: 0 }],
    phase: 'core',
    step: 1,
    steps: 2,
    ...more,
  }
}

/** What names and reasons may hold, and must not do. */
export const NASTY = '<!channel> <b>x</b> [y](http://evil) *bold* &amp; {{text}} "q"'

/** Sends one message through an adapter with these options. */
export async function send<Options>(adapter: NotifyAdapter<Options>, options: unknown, more: Partial<Message> = {}): Promise<unknown> {
  return adapter.send(await checked(adapter, options), message(more), lend('/'))
}
