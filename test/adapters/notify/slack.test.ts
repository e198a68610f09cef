import { describe, expect, it } from 'vitest'
import slack from '../../../src/adapters/notify/slack.ts'
import { NASTY, openInbox, send } from '../../helpers/inbox.ts'
import { checked } from '../../helpers/loan.ts'

interface Payload {
  readonly text: string
  readonly blocks: readonly {
    readonly type: string
    readonly text?: { readonly type: string; readonly text: string }
    readonly elements?: readonly { readonly type: string }[]
  }[]
}

describe('slack', () => {
  it('is a payload of an incoming webhook in which no name or reason is markup', async () => {
    const inbox = await openInbox()
    await send(slack, { url: `${inbox.url}/services/T/B/x` }, { text: NASTY })
    const [payload] = inbox.json<Payload>()
    // & < > are the three characters that Slack reads as control characters (api.slack.com/docs/message-formatting).
    expect(payload?.text).toBe(
      'shop@production rolled back: &lt;!channel&gt; &lt;b&gt;x&lt;/b&gt; [y](http://evil) *bold* &amp;amp; {{text}} "q"',
    )
    const texts = payload?.blocks.flatMap(({ text, elements = [] }) => [...(text ? [text] : []), ...elements]) ?? []
    expect(texts.map(({ type }) => type)).toEqual(['plain_text', 'plain_text', 'plain_text'])
    expect(payload).toMatchObject({
      mrkdwn: false,
      unfurl_links: false,
      blocks: [
        { type: 'header', text: { text: '⛔ shop@production rolled back' } },
        { type: 'section', text: { text: NASTY } },
        { type: 'context' },
      ],
    })
  })

  it('keeps to the lengths that Slack takes', async () => {
    const inbox = await openInbox()
    await send(slack, { url: inbox.url }, { title: 't'.repeat(5000), text: 'x'.repeat(1_000_000) })
    const [payload] = inbox.json<Payload>()
    const lengths = payload?.blocks.flatMap(({ text }) => (text ? [text.text.length] : []))
    expect([...(lengths ?? []), payload?.text.length]).toEqual([150, 2900, 2900])
  })

  it('is refused where its URL, which is its secret, would go unencrypted', async () => {
    await expect(checked(slack, { url: 'http://hooks.slack.com/services/T/B/x' })).rejects.toThrow('would go unencrypted')
  })

  it('says what Slack said', async () => {
    const inbox = await openInbox()
    Object.assign(inbox, { answer: 404, says: 'no_service' })
    await expect(send(slack, { url: `${inbox.url}/services/T/B/secret` })).rejects.toThrow(
      new RegExp(`^${inbox.url} answered 404: no_service$`),
    )
  })
})
