import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openChannels, openChannelsAnyway } from '../../src/adapters/channels.ts'
import { AUDIENCES } from '../../src/core/values/notice-kind.ts'
import { untold } from '../../src/core/values/untold.ts'
import { testMessage } from '../../src/core/journal/message.ts'
import type { Notice } from '../../src/core/journal/notice.ts'
import type { Channel } from '../../src/core/plan/plan.ts'
import { AT, openInbox } from '../helpers/inbox.ts'
import { lend } from '../helpers/loan.ts'
import { serve } from '../helpers/shell.ts'

const channel = (use: string, options: Channel['options'], more: Partial<Channel> = {}): Channel => ({
  use,
  options,
  audience: 'team',
  events: AUDIENCES.team,
  timeout: 5000,
  ...more,
})
const notice: Notice = {
  kind: 'paused',
  seq: 7,
  id: 'id-7/paused',
  at: AT,
  actor: 'ana',
  about: 'wait',
  changes: [],
  phase: 'core',
  step: 1,
  steps: 2,
}
const lender = (env: Readonly<Record<string, string>> = {}) => ({ ...lend('/'), env })
const never = new AbortController().signal
const only = async (of: Channel, env: Readonly<Record<string, string>> = {}) => {
  const [open] = await openChannels({ name: 'shop', notify: { ops: of } }, lender(env))
  if (!open) throw new Error('there is no channel')
  return open
}

describe('a channel', () => {
  it('whose secret is missing is one clear error, and for a rollback one that fails with it', async () => {
    const notify = { ops: channel('slack', { url: '${SLACK_URL}' }), log: channel('webhook', { url: 'http://127.0.0.1:9' }) }
    await expect(openChannels({ name: 'shop', notify }, lender())).rejects.toThrow('notify.ops: SLACK_URL is not set')
    const [ops] = await openChannelsAnyway({ name: 'shop', notify }, lender())
    await expect(ops?.send(notice, never)).rejects.toThrow('notify.ops: SLACK_URL is not set')
  })

  it('of a file that is not there is another', async () => {
    const [ops] = await openChannelsAnyway({ name: 'shop', notify: { ops: channel('./none.mjs', {}) } }, lender())
    await expect(ops?.send(notice, never)).rejects.toThrow('./none.mjs cannot be loaded')
  })

  it('never says its secret, whatever the server says back', async () => {
    const inbox = await openInbox()
    const url = `${inbox.url}/services/T000/B000/k4naryInThePath`
    Object.assign(inbox, { answer: 500, says: `POST ${url} failed, k4naryInThePath` })
    const open = await only(channel('slack', { url: '${SLACK_URL}' }), { SLACK_URL: url })
    const error: unknown = await open.send(notice, never).catch((thrown: unknown) => thrown)
    expect(String(error)).not.toMatch(/k4nary/)
    expect(String(error)).toContain('answered 500')
    const refused = await only(channel('slack', { url: '${SLACK_URL}' }), { SLACK_URL: 'http://127.0.0.1:9/services/k4naryInThePath' })
    const gone: unknown = await refused.send(notice, never).catch((thrown: unknown) => thrown)
    expect(String(gone)).toBe('Error: http://127.0.0.1:9: connection refused')
  })

  it.each([
    [400, {}, { refused: true }],
    [401, {}, { refused: true }],
    [404, {}, { refused: true }],
    [413, {}, { refused: true }],
    [302, {}, { refused: false }],
    [408, {}, { refused: false }],
    [425, {}, { refused: false }],
    [429, {}, { refused: false }],
    [500, {}, { refused: false }],
    [429, { 'retry-after': '90' }, { refused: false, retryAfter: 90_000 }],
    [
      503,
      { 'retry-after': 'Tue, 24 Nov 2026 12:02:00 GMT', date: 'Tue, 24 Nov 2026 12:00:00 GMT' },
      { refused: false, retryAfter: 120_000 },
    ],
    // A limit that some APIs answer so (docs.github.com, "Rate limits for the REST API").
    [403, { 'retry-after': '60' }, { refused: false, retryAfter: 60_000 }],
  ])('that is answered %d with %j says whether to try again, and when', async (status, headers, said) => {
    const url = await serve((_, response) => response.writeHead(status, headers).end())
    const open = await only(channel('webhook', { url }))
    const error: unknown = await open.send(notice, never).catch((thrown: unknown) => thrown)
    expect([error instanceof Error ? error.message : '', untold(error)]).toEqual([`${url} answered ${status}`, said])
  })

  it('that never answers ends by its own deadline, and with whoever asked', async () => {
    const inbox = await openInbox()
    inbox.answer = 'never'
    const open = await only(channel('webhook', { url: inbox.url }, { timeout: 100 }))
    await expect(open.send(notice, never)).rejects.toThrow('no answer within 100ms')
    const stop = new AbortController()
    const sending = (await only(channel('webhook', { url: inbox.url }))).send(notice, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(sending).rejects.toThrow('stopped')
  })

  it('is sent no control characters, nothing that reorders text, and no megabyte', async () => {
    const inbox = await openInbox()
    const open = await only(channel('webhook', { url: inbox.url }))
    await open.send({ ...notice, actor: 'ana\u001b[31m\u202e', reason: `a\u0007b${'x'.repeat(1_000_000)}`, about: 'one\r\ntwo' }, never)
    const [sent] = inbox.json<{ data: { actor: string; reason: string; about: string; text: string } }>()
    expect(sent?.data).toMatchObject({ actor: 'ana', about: 'one\ntwo' })
    expect([sent?.data.reason.length, sent?.data.reason.slice(0, 3), (sent?.data.text.length ?? 0) <= 2000]).toEqual([500, 'abx', true])
  })

  it('says what its own template says', async () => {
    const inbox = await openInbox()
    const open = await only(channel('webhook', { url: inbox.url }, { message: '{{event}} {{rollout}}: {{about}} -> {{next}}' }))
    await open.send(notice, never)
    expect(inbox.json()).toMatchObject([{ data: { text: 'paused shop: wait -> rollout resume' } }])
  })

  it("may be a file of the user's own", async () => {
    const own = mkdtempSync(join(tmpdir(), 'own-'))
    const source = `import { appendFileSync } from 'node:fs'
export default {
  options: { '~standard': { version: 1, vendor: 'me', validate: (value) => ({ value }) } },
  send: async ({ path }, { title, text }) => appendFileSync(path, title + ': ' + text + '\\n'),
}`
    writeFileSync(join(own, 'mine.mjs'), source)
    const path = join(own, 'log')
    const [open] = await openChannels({ name: 'shop', notify: { log: channel('./mine.mjs', { path }) } }, { ...lend(own), env: {} })
    await open?.send(notice, never)
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(path, 'utf8')).toBe('shop paused: wait · step 1 of 2, phase core · by ana\n')
  })

  it.each([
    ["({ missed: 'no mail for \u001B[31mben' })", 'no mail for ben'],
    ["'ok'", undefined],
    ['({ missed: 7 })', undefined],
    ['undefined', undefined],
  ])('that resolves to %s missed %s, and a test fails with it', async (answer, missed) => {
    const own = mkdtempSync(join(tmpdir(), 'own-'))
    writeFileSync(join(own, 'mine.mjs'), `export default { options: () => ({}), send: async () => ${answer} }`)
    const [open] = await openChannels({ name: 'shop', notify: { log: channel('./mine.mjs', {}) } }, { ...lend(own), env: {} })
    expect(await open?.send(notice, never)).toBe(missed)
    const test = open?.probe(testMessage({ name: 'shop' }, AT, 'ana', 'test-1'), never)
    await (missed === undefined ? expect(test).resolves.toBe('was sent a test message') : expect(test).rejects.toThrow(missed))
  })

  it('is tried with a message that alarms nobody', async () => {
    const inbox = await openInbox()
    inbox.answer = 202
    const open = await only(channel('pagerduty', { key: 'k', url: inbox.url }))
    expect(await open.probe(testMessage({ name: 'shop' }, AT, 'ana', 'test-1'), never)).toBe('was sent a test message')
    expect(inbox.received.map(({ path }) => path)).toEqual(['/v2/change/enqueue'])
  })
})
