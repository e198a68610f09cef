import { connect, type Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import { z } from 'zod'
import { isLoopback } from '../../core/values/address.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { channel } from '../define.ts'
import { htmlEntities } from '../../core/values/html.ts'
import { plainLine } from '../plain.ts'

/** A bare address: in a header nothing else can hide behind it. */
const address = z.email()

const options = z.strictObject({
  host: z.string().min(1).describe('The SMTP server'),
  port: z.int().min(1).max(65_535).default(587).describe('465 speaks TLS from the start, others by STARTTLS'),
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional().describe('${NAME}; is sent over TLS only, or to this very machine'),
  from: address.describe('The sender'),
  to: z.array(address).min(1).describe('Who is told'),
  tls: z.enum(['require', 'try', 'none']).default('require').describe('require: never without TLS'),
})

type Options = z.infer<typeof options>

/** Mail over SMTP. The Message-ID is made of the event's id, so that a mail that comes twice is seen to be one. */
export default channel({
  options,
  send: async (given, message, loan) => {
    const { title, text, next, id, severity } = message
    const subject = plainLine(`[rollout] ${title}`)
    const lines = [title, '', text, '', next]
    const domain = given.from.split('@').at(-1) ?? 'localhost'
    const refused = await deliver(given, loan, {
      subject,
      messageId: `<${id.replaceAll(/[^\w.-]/g, '.')}@${domain}>`,
      text: `${lines.join('\n')}\n`,
      html: `<p><b>${htmlEntities(title)}</b></p><p>${htmlEntities(text)}</p><p><code>${htmlEntities(next)}</code></p>`,
      // RFC 3834: no holiday notice answers to it.
      headers: { 'auto-submitted': 'auto-generated' },
      priority: severity === 'info' ? 'normal' : 'high',
    })
    // The others are not told again and again because one address is refused.
    return refused.length === 0 ? undefined : { missed: `${given.host} takes no mail for ${refused.join(', ')}` }
  },
})

/** Milliseconds for one answer of the server, where the plan says nothing. */
const TIMEOUT = 10_000

type Dialled = (error: Error | null, opened: { readonly connection?: Socket }) => void

type Mail = Parameters<ReturnType<typeof createTransport>['sendMail']>[0]

/** Resolves to the addresses that the server refused; throws where it refused all. */
async function deliver(given: Options, loan: Loan, mail: Mail): Promise<readonly string[]> {
  const { timeout = TIMEOUT } = loan
  const { host, port, user, password, from, to, tls } = given
  if (password !== undefined && tls !== 'require' && !isLoopback(host))
    throw new RolloutError('denied', { message: `a password would go to ${host} unencrypted`, hint: 'tls: require' })
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    requireTLS: tls === 'require',
    ignoreTLS: tls === 'none',
    getSocket: (_, done) => dial(given, loan, done),
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
  })
  try {
    const { rejected } = await transport.sendMail({ ...mail, from, to })
    return rejected
  } catch (thrown) {
    throw thrown instanceof Error ? Object.assign(thrown, { refused: isRefused(thrown) }) : thrown
  } finally {
    transport.close()
  }
}

/** Tells whether the mail was refused for good (5xx). A login that is refused is none of the mail's. */
function isRefused({ code, permanent }: Error & { readonly code?: unknown; readonly permanent?: unknown }): boolean {
  return permanent === true && code !== 'EAUTH'
}

/** Connects by itself, as nodemailer ends no connection whose server has not greeted yet: this one ends with the signal. */
function dial({ host, port }: Options, { signal, timeout = TIMEOUT }: Loan, done: Dialled): void {
  const socket = connect({ host, port, signal })
  const failed = (error: Error): void => done(error, {})
  socket.setTimeout(timeout, () => socket.destroy(new Error(`${host}:${port} does not answer`)))
  socket.once('error', failed)
  socket.once('connect', () => {
    socket.off('error', failed)
    done(null, { connection: socket })
  })
}
