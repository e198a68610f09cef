import { got, type BeforeRedirectHook, type OptionsInit } from 'got'
import { Unreadable } from '../../core/values/reading.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import { REAL, withDeadline } from '../deadline.ts'
import { authorities } from './authorities.ts'
import { guardedLookup, isBlockedLiteral } from './blocked.ts'
import { explained } from './explained.ts'
import { lookupOnce, type Lookup } from './lookup.ts'
import type { Environment } from './proxy.ts'
import { openRoutes } from './routes.ts'
import { isSecretHeader, withoutSecrets, type Tls } from './secrets.ts'

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** Media types that are preferred. Any other is taken too (RFC 9110, 12.5.1): a server without them would answer 406. */
  readonly accept?: string
  readonly body?: string
  readonly signal: AbortSignal
  /** Where proxies and authorities are named. */
  readonly env: Environment
  /** For everything: name, connection, redirects, retries, the last byte of the body. */
  readonly deadline: Duration
  /** After decompression. */
  readonly maxBytes?: number
  /** How many to follow; with 0 the redirect itself is the answer. */
  readonly redirects?: number
  /** Only for methods that may be repeated, and only while the deadline allows. */
  readonly retries?: number
  /** It hands something over: with a status of 2xx that has been taken, and whatever is said to it is not read. */
  readonly isHandover?: boolean
  readonly tls?: Tls | undefined
  /** Over a connection of its own: one that is kept leads to the same server again, whatever stands between. */
  readonly isAlone?: boolean
  /** Refuse link-local and metadata addresses, whatever the name resolves to. */
  readonly block?: boolean
  readonly lookup?: Lookup
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Where the answer came from after redirects, without credentials. */
  readonly url: string
}

/** Bytes of an answer, where nobody says. */
export const LARGEST_BODY = 1 << 20
const RETRIED = [429, 502, 503, 504]
const BACKOFF: Duration = 500
const MOST_OF_A_LINE = 16 * 1024 * 1024
/** Anything else may hold a secret, whatever it is called. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'content-type', 'content-length', 'user-agent'])

/** The options that all requests share, merged once: got spends more on them than on asking. */
const client = got.extend({
  headers: { 'user-agent': 'rollout' },
  throwHttpErrors: false,
  responseType: 'buffer',
  resolveBodyOnly: false,
  maxRedirects: 3,
  retry: {
    limit: 2,
    statusCodes: RETRIED,
    methods: ['GET', 'PUT', 'DELETE'],
    backoffLimit: BACKOFF,
    noise: 0,
    // A server that asks for more time than there is gets no second request: its answer stands. got computes with 0 for "never".
    calculateDelay: ({ computedValue, error }) => {
      const { until } = error.options.context
      return typeof until === 'number' && performance.now() + computedValue < until ? computedValue : 0
    },
  },
})

/**
 * The one HTTP client. A status is an answer, never a throw; everything that is no answer throws
 * `Unreadable`: unreachable, timeout, too-large or malformed. Redirects never change the scheme,
 * and no header of ours follows them to another origin but the harmless ones. Credentials that a
 * server sends back at us are blanked out of the body.
 */
export async function request(url: string, asked: Request): Promise<Response> {
  const { headers = {}, deadline, maxBytes = LARGEST_BODY, block = false } = asked
  const routes = await openRoutes(asked.env)
  const shown = withoutSecrets(url)
  const options = optionsOf(url, asked, shown)
  let isTooLarge = false
  let taken: number | undefined
  if (block && isBlockedLiteral(url)) throw new Unreadable('unreachable', `${shown}: link-local addresses are blocked`)
  const ask = async (ended: AbortSignal) => {
    const send = routes.send(ended)
    const pending = client(url, { ...options, ...(send && { request: send }) })
    ended.addEventListener('abort', () => pending.cancel())
    if (asked.isHandover === true)
      void pending.on('request', (sent) =>
        sent.once('response', ({ statusCode = 0 }) => {
          if (statusCode < 200 || statusCode > 299) return
          taken = statusCode
          pending.cancel()
        }),
      )
    void pending.on('downloadProgress', ({ transferred }) => {
      isTooLarge ||= transferred > maxBytes
      if (isTooLarge) pending.cancel()
    })
    return pending
  }
  const late = (): Unreadable => new Unreadable('timeout', `${shown}${routes.through()} did not answer within ${formatDuration(deadline)}`)
  try {
    const answer = await withDeadline(REAL, deadline, asked.signal, ask, late)
    const refusal = routes.refusal(answer.statusCode)
    if (refusal !== undefined) throw new Unreadable('unreachable', `${shown}: ${refusal}`)
    if (answer.rawBody.length > maxBytes) throw new Unreadable('too-large', `${shown} answers with more than ${maxBytes} bytes`)
    return {
      status: answer.statusCode,
      headers: plainHeaders(answer.headers),
      body: withoutCredentials(decode(answer.rawBody, shown), url, headers),
      url: withoutSecrets(answer.url),
    }
  } catch (thrown) {
    if (taken !== undefined) return { status: taken, headers: {}, body: '', url: shown }
    if (isTooLarge) throw new Unreadable('too-large', `${shown} answers with more than ${maxBytes} bytes`)
    if (asked.signal.aborted) throw asked.signal.reason
    throw explained(thrown, `${shown}${routes.through()}`)
  }
}

/** What this request wants otherwise than the others. */
function optionsOf(url: string, asked: Request, shown: string) {
  const { method, headers, accept, body, deadline, redirects, retries, tls, isAlone, block = false, env, lookup } = asked
  return {
    ...(method && { method }),
    headers: { ...(accept !== undefined && { accept: `${accept},*/*;q=0.1` }), ...headers },
    ...(body !== undefined && { body }),
    ...(redirects !== undefined && { followRedirect: redirects > 0, maxRedirects: redirects }),
    ...(retries !== undefined && { retry: { limit: retries } }),
    ...(isAlone === true && { agent: { http: false, https: false } }),
    // A redirect never leaves the scheme, and bundles of authorities are large.
    ...(url.startsWith('https:') && { https: httpsOf(tls, env) }),
    dnsLookup: guardedLookup(lookup ?? lookupOnce, block),
    context: { until: performance.now() + deadline },
    hooks: { beforeRedirect: [guardRedirect(url, shown, block)] },
  } satisfies OptionsInit
}

function guardRedirect(url: string, shown: string, block: boolean): BeforeRedirectHook {
  return (next, { url: from }) => {
    const to = new URL(String(next.url))
    if (to.protocol !== new URL(url).protocol) throw new Unreadable('malformed', `${shown} redirects to another scheme`)
    if (block && isBlockedLiteral(to)) throw new Unreadable('unreachable', `${shown} redirects to a link-local address: they are blocked`)
    if (to.origin === new URL(from).origin) return
    for (const name of Object.keys(next.headers)) if (!HARMLESS.has(name.toLowerCase())) delete next.headers[name]
  }
}

/** The lines of an answer that goes on and on, until `signal` ends; a POST. Throws `Unreadable` when it breaks, and for a line over 16 MB. */
export async function* follow(
  url: string,
  { headers, body, tls, signal, env }: Pick<Request, 'headers' | 'body' | 'tls' | 'signal' | 'env'>,
): AsyncGenerator<string> {
  const routes = await openRoutes(env)
  const shown = withoutSecrets(url)
  const options = {
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    https: httpsOf(tls, env),
    request: routes.send(signal),
  }
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const part of got.stream.post(url, { ...options, signal, retry: { limit: 0 }, followRedirect: false })) {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MOST_OF_A_LINE) throw new Unreadable('too-large', `${shown} sends a line without end`)
      yield* lines
    }
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    throw explained(thrown, `${shown}${routes.through()}`)
  }
}

function httpsOf(tls: Tls | undefined, env: Environment): NonNullable<OptionsInit['https']> {
  const ca = tls?.ca ?? authorities(env)
  return {
    rejectUnauthorized: tls?.insecure !== true,
    ...(ca && { certificateAuthority: ca }),
    ...(tls?.cert && { certificate: tls.cert }),
    ...(tls?.key && { key: tls.key }),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Unreadable('malformed', `${shown} does not answer with UTF-8 text`)
  }
}

/** Blanks out what we sent to be let in, in case the server says it back in an error that is then shown. */
function withoutCredentials(body: string, url: string, headers: Readonly<Record<string, string>>): string {
  const { username, password } = new URL(url)
  const sent = Object.entries(headers).flatMap(([name, value]) => (isSecretHeader(name) ? [value, ...value.split(' ').slice(1)] : []))
  const secrets = [...sent, password, password && btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)]
  // What is shorter says nothing, and would blank out half of the numbers.
  return secrets.filter((secret) => secret.length >= 6).reduce((text, secret) => text.replaceAll(secret, '[hidden]'), body)
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
