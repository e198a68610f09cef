import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import email from '../../../src/adapters/notify/email.ts'
import { untold } from '../../../src/core/values/untold.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { message, NASTY, send } from '../../helpers/inbox.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { LIMITS } from '../../helpers/limits.ts'

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly user: unknown
  readonly secure: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
}

const open: SMTPServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise<void>((done) => server.close(() => done()))
})

/** A real SMTP server on loopback that keeps what it is sent. */
async function listen(options: SMTPServerOptions = {}): Promise<{ readonly port: number; readonly mails: Mail[] }> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let raw = ''
      stream.on('data', (part: Buffer) => (raw += part.toString()))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          user: session.user,
          secure: session.secure,
          headers: headersOf(raw),
          raw,
        })
        done()
      })
    },
    ...options,
  })
  open.push(server)
  server.on('error', () => undefined)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.server.address()
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, mails }
}

/** Unfolded, names in small letters (RFC 5322, 2.2.3). */
function headersOf(raw: string): Readonly<Record<string, string>> {
  const [head = ''] = raw.split('\r\n\r\n')
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
}

type Answer = (error?: Error | null) => void

function refusal(responseCode: number): Error {
  return Object.assign(new Error('not so'), { responseCode })
}

/** Takes the mail and then refuses it. */
function closing(responseCode: number): NonNullable<SMTPServerOptions['onData']> {
  return (stream, _, done) => stream.on('end', () => done(refusal(responseCode))).resume()
}

const given = { host: '127.0.0.1', from: 'rollout@example.com', to: ['ana@example.com', 'ben@example.com'], tls: 'none' }

describe('email, to a real SMTP server', () => {
  it('is one mail to all, with an id that is the same at every attempt', async () => {
    const { port, mails } = await listen()
    await send(email, { ...given, port }, { text: NASTY, title: 'shop rolled back' })
    await send(email, { ...given, port }, { text: NASTY, title: 'shop rolled back' })
    expect(mails).toHaveLength(2)
    const [mail] = mails
    expect([mail?.from, mail?.to]).toEqual(['rollout@example.com', ['ana@example.com', 'ben@example.com']])
    expect(mail?.headers).toMatchObject({
      subject: '[rollout] shop rolled back',
      'message-id': '<id-3.rolled-back@example.com>',
      'auto-submitted': 'auto-generated',
    })
    expect(mails[1]?.headers['message-id']).toBe(mail?.headers['message-id'])
    // The part that is HTML holds nothing of what a name or a reason brings.
    expect(mail?.raw.replaceAll('=\r\n', '')).toContain('&lt;!channel&gt; &lt;b&gt;x&lt;/b&gt;')
    expect(mail?.raw).not.toContain('<b>x</b> [y](http://evil) *bold* &amp;amp;')
  })

  it('no name adds a header or a recipient', async () => {
    const { port, mails } = await listen()
    await send(
      email,
      { ...given, port },
      { title: 'shop\r\nBcc: eve@evil.example\r\n\r\nbody', text: 'x\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n' },
    )
    expect(mails.map(({ to }) => to)).toEqual([given.to])
    expect(mails[0]?.headers['bcc']).toBeUndefined()
    expect(mails[0]?.headers['subject']).toBe('[rollout] shop Bcc: eve@evil.example body')
    await expect(checked(email, { ...given, port, to: ['ana@example.com\r\nBcc: eve@evil.example'] })).rejects.toThrow(
      'Invalid email address',
    )
  })

  it('logs in, and says what the server said when it may not', async () => {
    const { port, mails } = await listen({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) => {
        if (username === 'ana' && password === 'right-password') done(null, { user: 'ana' })
        else done(new Error('nobody by that name'))
      },
    })
    await send(email, { ...given, port, user: 'ana', password: 'right-password' })
    expect(mails.map(({ user }) => user)).toEqual(['ana'])
    await expect(send(email, { ...given, port, user: 'ana', password: 'wrong-password' })).rejects.toThrow('nobody by that name')
  })

  it('goes over TLS unless it is told not to: a certificate that nobody vouches for is refused', async () => {
    const folder = ownFolder('rollout-smtp-')
    const made = spawnSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '1', '-subj', '/CN=localhost'],
      { cwd: folder },
    )
    expect(made.status).toBe(0)
    const files = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }
    const { port, mails } = await listen({ ...files, disabledCommands: [] })
    await expect(send(email, { ...given, port, tls: 'require' })).rejects.toThrow('self-signed certificate')
    const plain = await listen()
    await expect(send(email, { ...given, port: plain.port, tls: 'require' })).rejects.toThrow(/STARTTLS|TLS/)
    expect([...mails, ...plain.mails]).toEqual([])
  })

  it('sends no password over an open line to another machine', async () => {
    await expect(send(email, { ...given, host: 'mail.example.com', port: 25, user: 'ana', password: 'right-password' })).rejects.toThrow(
      'a password would go to mail.example.com unencrypted',
    )
  })

  it('goes to the others where one address is refused, and says whom it missed', async () => {
    const { port, mails } = await listen({
      onRcptTo: ({ address }, _, done) => done(address === 'ben@example.com' ? new Error('no such user') : undefined),
    })
    expect(await send(email, { ...given, port })).toEqual({ missed: '127.0.0.1 takes no mail for ben@example.com' })
    expect(mails.map(({ to }) => to)).toEqual([['ana@example.com']])
  })

  it.each([
    ['a mail that is too large', { onData: closing(552) }, true],
    ['a mail that is to come again', { onData: closing(451) }, false],
    ['a sender that may not', { onMailFrom: (_: unknown, __: unknown, done: Answer) => done(refusal(550)) }, true],
    ['people who are all unknown', { onRcptTo: (_: unknown, __: unknown, done: Answer) => done(refusal(550)) }, true],
    [
      'people of whom one is to be tried again',
      { onRcptTo: ({ address }: { address: string }, _: unknown, done: Answer) => done(refusal(address.startsWith('ana') ? 450 : 550)) },
      false,
    ],
    [
      'a login',
      { authOptional: false, allowInsecureAuth: true, onAuth: (_: unknown, __: unknown, done: Answer) => done(refusal(535)) },
      false,
    ],
  ])('refused: %s', async (_, options, refused) => {
    const { port } = await listen(options)
    const login = 'onAuth' in options ? { user: 'ana', password: 'wrong-password' } : {}
    const error: unknown = await send(email, { ...given, port, ...login }).catch((thrown: unknown) => thrown)
    expect(untold(error)).toEqual({ refused })
  })

  it('ends with its signal although the server never answers', async () => {
    const { port } = await listen({ onConnect: () => undefined })
    const options = await checked(email, { ...given, port })
    const stop = new AbortController()
    const sending = email.send(options, message(), lend('/', { signal: stop.signal, timeout: 2 * LIMITS.test }))
    sending.catch(() => undefined)
    stop.abort(new Error('stopped'))
    // Longer than this test may last: no other limit has ended it.
    await expect(sending).rejects.toThrow()
  })
})
