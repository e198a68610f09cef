import { BlockList, isIP } from 'node:net'
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { got, HTTPError, MaxRedirectsError, RequestError, TimeoutError, type OptionsInit } from 'got'
import { Unreadable } from '../core/reading.ts'
import { formatDuration, type Duration } from '../core/units.ts'

export interface Tls {
  /** PEM text. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** For everything: name, connection, redirects, retries, the last byte of the body. */
  readonly deadline: Duration
  /** After decompression. */
  readonly maxBytes?: number
  /** How many to follow; with 0 the redirect itself is the answer. */
  readonly redirects?: number
  /** Only for methods that may be repeated, and only while the deadline allows. */
  readonly retries?: number
  readonly tls?: Tls | undefined
  /** Refuse link-local and metadata addresses, whatever the name resolves to. */
  readonly block?: boolean
  readonly lookup?: typeof systemLookup
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Where the answer came from after redirects, without credentials. */
  readonly url: string
}

const RETRIED = [429, 502, 503, 504]

/**
 * The one HTTP client. A status is an answer, never a throw; everything that is no answer throws
 * `Unreadable`: unreachable, timeout, too-large or malformed. Redirects never change the scheme,
 * and got drops credentials when they lead to another origin.
 */
export async function request(url: string, asked: Request): Promise<Response> {
  const { method = 'GET', headers = {}, body, deadline, maxBytes = 1 << 20, redirects = 3, retries = 2, tls, block = false } = asked
  const shown = withoutSecrets(url)
  const limit = AbortSignal.timeout(deadline)
  const tooLarge = new AbortController()
  const options: OptionsInit = {
    method,
    headers: { 'user-agent': 'rollout', ...headers },
    ...(body !== undefined && { body }),
    signal: AbortSignal.any([asked.signal, limit, tooLarge.signal]),
    timeout: { request: deadline },
    followRedirect: redirects > 0,
    maxRedirects: redirects,
    throwHttpErrors: false,
    responseType: 'buffer',
    https: {
      rejectUnauthorized: tls?.insecure !== true,
      ...(tls?.ca && { certificateAuthority: tls.ca }),
      ...(tls?.cert && { certificate: tls.cert }),
      ...(tls?.key && { key: tls.key }),
    },
    retry: {
      limit: method === 'POST' || method === 'PATCH' ? 0 : retries,
      statusCodes: RETRIED,
      methods: ['GET', 'PUT', 'DELETE'],
      backoffLimit: 500,
      calculateDelay: ({ computedValue }) => Math.min(computedValue, 500),
    },
    ...((block || asked.lookup) && { dnsLookup: guarded(asked.lookup ?? systemLookup, block) }),
    hooks: {
      beforeRedirect: [
        (next) => {
          if (next.url instanceof URL && next.url.protocol !== new URL(url).protocol)
            throw new Unreadable('malformed', `${shown} redirects to another scheme`)
        },
      ],
    },
  }
  if (block) refuseLiteral(url)
  try {
    const pending = got(url, { ...options, isStream: false, resolveBodyOnly: false, responseType: 'buffer' })
    void pending.on('downloadProgress', ({ transferred }) => {
      if (transferred > maxBytes) tooLarge.abort()
    })
    const answer = await pending
    if (answer.rawBody.length > maxBytes) throw new Unreadable('too-large', `${shown} answers with more than ${maxBytes} bytes`)
    return {
      status: answer.statusCode,
      headers: plainHeaders(answer.headers),
      body: decode(answer.rawBody, shown),
      url: withoutSecrets(answer.url),
    }
  } catch (thrown) {
    if (tooLarge.signal.aborted) throw new Unreadable('too-large', `${shown} answers with more than ${maxBytes} bytes`)
    if (asked.signal.aborted && !limit.aborted) throw asked.signal.reason
    if (limit.aborted || thrown instanceof TimeoutError)
      throw new Unreadable('timeout', `${shown} did not answer within ${formatDuration(deadline)}`)
    throw explained(thrown, shown)
  }
}

/** Whether a token may be sent there: over TLS, or to this very machine. */
export function isPrivateChannel(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** A URL for people: user, password and the values of the query are left out. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'the URL'
  const { protocol, host, pathname, search } = new URL(url)
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : pathname}`
}

function explained(thrown: unknown, shown: string): unknown {
  if (thrown instanceof Unreadable) return thrown
  if (thrown instanceof MaxRedirectsError) return new Unreadable('malformed', `${shown} redirects for ever`, { cause: thrown })
  if (thrown instanceof HTTPError)
    return new Unreadable('unreachable', `${shown} answered ${thrown.response.statusCode}`, { cause: thrown })
  if (!(thrown instanceof RequestError)) return thrown
  if (thrown.cause instanceof Unreadable) return thrown.cause
  const text: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was cut off',
    EPIPE: 'the connection was cut off',
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'the name could not be looked up',
    ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is self-signed',
    CERT_HAS_EXPIRED: 'the certificate has expired',
  }
  const malformed =
    thrown.code.startsWith('HPE_') ||
    thrown.code.startsWith('Z_') ||
    thrown.code === 'ERR_UNSUPPORTED_PROTOCOL' ||
    /aborted|content-length/i.test(thrown.message)
  const said = thrown.message.split('\n')[0]?.replaceAll(/\/\/[^/\s@]*@/g, '//') ?? ''
  return new Unreadable(malformed ? 'malformed' : 'unreachable', `${shown}: ${text[thrown.code] ?? said}`, { cause: thrown })
}

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('malformed', `${shown} does not answer with UTF-8 text`)
  }
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

/** Link-local addresses, where clouds keep their metadata, and the ways to write them in IPv6. */
const BLOCKED = new BlockList()
BLOCKED.addSubnet('169.254.0.0', 16, 'ipv4')
BLOCKED.addSubnet('fe80::', 10, 'ipv6')
BLOCKED.addSubnet('::ffff:169.254.0.0', 112, 'ipv6')
BLOCKED.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6')
BLOCKED.addAddress('fd00:ec2::254', 'ipv6')

/** Whether `block` refuses this numeric address. */
export function isBlocked(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && BLOCKED.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function refuseLiteral(url: string): void {
  // The URL parser has turned decimal, hexadecimal and octal spellings into the usual one.
  const host = new URL(url).hostname.replaceAll(/^\[|\]$/g, '')
  if (isBlocked(host)) throw new Unreadable('unreachable', `${withoutSecrets(url)}: link-local addresses are blocked`)
}

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** Looks the name up and refuses the answer, so that what is checked is what is connected to. */
function guarded(lookup: typeof systemLookup, block: boolean) {
  const wrapped = (hostname: string, options: object, done: Found): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '')
      const bad = block ? addresses.find(({ address }) => isBlocked(address)) : undefined
      if (bad) return done(Object.assign(new Error('link-local addresses are blocked'), { code: 'EBLOCKED' }), '')
      if ('all' in options && options.all === true) return done(null, addresses)
      const [first] = addresses
      return first ? done(null, first.address, first.family) : done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
    })
  }
  return wrapped
}
