import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import { Unreadable } from '../../core/values/reading.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import { withController } from '../deadline.ts'
import { codeOf } from '../file/disk.ts'
import { follow, request, type Response } from '../http/http.ts'
import { isPrivateChannel, type Tls } from '../http/secrets.ts'
import { isDecodable, WITHOUT, type Lent } from './chain.ts'
import { openTls } from './open-tls.ts'

/** One member's share of the time: one that hangs must leave time for the others. */
const ATTEMPT: Duration = 1000
const PAUSE: Duration = 50
const MOST_BYTES = 96 * 1024 * 1024
const URL_FORM =
  /^etcd(?<tls>\+https)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<members>[^/?#@]+)(?<prefix>\/[^?#]*)?(?:\?(?<files>[^#]*))?$/
const MEMBER = /^([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

const FOREIGN = 'the answer is not what etcd answers'
const TOKEN = z.object({ token: z.string() })
/** Where nobody has to log in: etcd's own clients go on without a token as well. */
const OPEN = { token: '' }
const NOTICE = z.object({ result: z.object({ events: z.array(z.unknown()).min(1) }) })
const REFUSED = z.object({ code: z.number(), message: z.string().optional(), error: z.string().optional() })

export interface Address {
  readonly members: readonly string[]
  readonly user: { readonly name: string; readonly password: string } | undefined
  readonly prefix: string
  readonly place: string
  /** As its files are now: certificates are renewed while a rollout goes on. */
  readonly tls: () => Tls | undefined
}

/** The members that answer for each other. */
export interface Members {
  /** Resolves to the answer of the first member that can give one, until the deadline. Throws `unreachable`, `denied` or `config`. */
  readonly ask: <Shape>(path: string, body: object, shape: z.ZodType<Shape>) => Promise<Shape>
  /** Calls `heard` at every notice of a watch, until the signal ends. Throws when it breaks. */
  readonly hear: (body: object, heard: () => void, signal: AbortSignal) => Promise<void>
}

/**
 * The members an address names: `etcd://user:password@a:2379,b:2379/prefix`, with TLS
 * `etcd+https://a:2379/prefix?cacert=ca.pem&cert=own.pem&key=own.key` (files as etcdctl calls them, relative to the
 * plan). Throws `config`.
 */
export function parseAddress(url: string, { folder }: Pick<Lent, 'folder'>): Address {
  const { tls, user, password, members = '', prefix = '/', files = '' } = URL_FORM.exec(url)?.groups ?? {}
  const scheme = tls === undefined ? 'http' : 'https'
  const hosts = members.split(',')
  // The URL may hold a password: it is not shown.
  if (!hosts.every((each) => MEMBER.test(each)) || !isDecodable(url))
    throw new RolloutError('config', {
      message: 'the address of the state is not one of etcd',
      hint: 'state: etcd://10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379/rollout',
    })
  const urls = hosts.map((each) => `${scheme}://${/:\d+$/.test(each) ? each : `${each}:2379`}`)
  if (user !== undefined && !urls.every(isPrivateChannel))
    throw new RolloutError('config', {
      message: 'a password would go over the network unencrypted',
      where: { file: `etcd://${members}` },
      hint: 'etcd+https://… uses TLS',
    })
  const path = prefix.replace(/\/+$/, '')
  return {
    members: urls,
    user: user === undefined ? undefined : { name: decodeURIComponent(user), password: decodeURIComponent(password ?? '') },
    prefix: path === '' ? '/rollout' : path,
    place: `etcd${tls ?? ''}://${members}${path}`,
    tls: openTls(new URLSearchParams(files), folder),
  }
}

/** The outcome of asking one member: its answer, or that it cannot answer now. */
type Said<Shape = unknown> = { readonly answer: Shape } | Passing

interface Passing {
  readonly passing: Error
  readonly refused?: boolean
  readonly unknownToken?: boolean
}

/** The next one is asked when one does not answer. */
export function openMembers({ members, user, place, tls }: Address, { clock, signal, env }: Lent, deadline: Duration): Members {
  let at = 0
  let token: string | undefined
  // Once it has answered, what something on the way says is an outage, and no other server.
  let isKnown = false
  const to = (path: string, body: object) => ({
    url: `${members[at]}${path}`,
    headers: { 'content-type': 'application/json', ...(token && { authorization: token }) },
    body: JSON.stringify(body),
    tls: tls(),
    env,
  })
  const post = async (path: string, body: object, left: Duration): Promise<Said> => {
    const { url, ...sent } = to(path, body)
    try {
      const limits = { deadline: Math.ceil(Math.min(left, ATTEMPT)), maxBytes: MOST_BYTES, redirects: 0, retries: 0 }
      return said(await request(url, { method: 'POST', ...sent, signal, ...limits }), place, { isKnown, isOpen: token === OPEN.token })
    } catch (thrown) {
      if (thrown instanceof Unreadable && (thrown.reason === 'unreachable' || thrown.reason === 'timeout' || isCutOff(thrown)))
        return { passing: thrown, refused: isRefused(thrown) }
      if (thrown instanceof Unreadable && isKnown) return { passing: thrown }
      if (thrown instanceof Unreadable) throw notEtcd(thrown.message, place)
      throw thrown
    }
  }
  const taken = <Shape>(shape: z.ZodType<Shape>, result: Said): Said<Shape> => {
    if (!('answer' in result)) return result
    const { success, data } = shape.safeParse(result.answer)
    isKnown ||= success
    if (success) return { answer: data }
    if (!isKnown) throw notEtcd(FOREIGN, place)
    return { passing: new Error(FOREIGN) }
  }
  const attempt = async <Shape>(path: string, body: object, shape: z.ZodType<Shape>, left: Duration): Promise<Said<Shape>> => {
    if (user !== undefined && token === undefined) {
      const login = taken(TOKEN, await post('/v3/auth/authenticate', user, left))
      if (!('answer' in login)) return login
      ;({ token } = login.answer)
      return attempt(path, body, shape, left)
    }
    return taken(shape, await post(path, body, left))
  }
  const ask = async <Shape>(path: string, body: object, shape: z.ZodType<Shape>): Promise<Shape> => {
    const end = clock.monotonic() + deadline
    let last: Error | undefined
    let refused = 0
    for (let left = deadline; left > 0; left = end - clock.monotonic()) {
      signal.throwIfAborted()
      const result = await attempt(path, body, shape, left)
      if ('answer' in result) return result.answer
      if (result.unknownToken === true) token = undefined
      // That time ran out is said anyway; what a member said before that is the reason.
      if (!isTimeout(result.passing)) last = result.passing
      refused = result.refused === true ? refused + 1 : Number.NEGATIVE_INFINITY
      // Nobody listens at any of them and nothing is under way: waiting would not help.
      if (refused === members.length) throw unreachable(result.passing.message, place, result.passing)
      at = (at + 1) % members.length
      if (at === 0 || refused < 0) await clock.sleep(PAUSE)
    }
    throw unreachable(`the journal did not answer within ${formatDuration(deadline)}${last ? `: ${last.message}` : ''}`, place, last)
  }
  return {
    ask,
    hear: async (body, heard, until) => {
      const { url, ...sent } = to('/v3/watch', body)
      await withController(signal, async (ending) => {
        until.addEventListener('abort', () => ending.abort())
        for await (const line of follow(url, { ...sent, signal: ending.signal })) if (isNotice(parseJson(line))) heard()
      })
    },
  }
}

/** The first line only says that the watch was made. */
function isNotice(line: unknown): boolean {
  return NOTICE.safeParse(line).success
}

/** Codes are those of gRPC: 3 invalid, 4 deadline, 7 permission, 8 exhausted, 14 unavailable, 16 unauthenticated. */
function said(
  { status, body }: Response,
  place: string,
  { isKnown, isOpen }: { readonly isKnown: boolean; readonly isOpen: boolean },
): Said {
  const json = parseJson(body)
  if (status === 200 && json !== undefined) return { answer: json }
  const refusal = REFUSED.safeParse(json)
  if (!refusal.success) {
    if (status >= 500 || isKnown) return { passing: new Error(`answered ${status}`) }
    throw notEtcd(`answered ${status}`, place)
  }
  const { code, message, error } = refusal.data
  const text = message ?? error ?? `code ${code}`
  const where = { file: place }
  // A signed token is of one revision of the users and roles: any change of them ends it.
  if (code === 16 || /revision of auth store is old/.test(text) || (isOpen && /user name is empty/.test(text)))
    return { passing: new Error(text), unknownToken: true }
  if (/authentication is not enabled/.test(text)) return { answer: OPEN }
  if (code === 7 || /authentication|user name is empty/.test(text))
    throw new RolloutError('denied', {
      message: `the journal cannot be used: ${text}`,
      where,
      hint: `etcd://user:password@… of a user who may read and write below the prefix; ${WITHOUT}`,
    })
  if (code === 4 || code === 14 || /too many requests/.test(text)) return { passing: new Error(text) }
  if (/too large/.test(text))
    throw new RolloutError('config', { message: `the event is larger than etcd takes: ${text}`, where, hint: 'etcd --max-request-bytes' })
  if (/space exceeded/.test(text)) {
    const hint = `etcdctl compact, defrag and alarm disarm make room; ${WITHOUT}`
    throw new RolloutError('unreachable', { message: 'the journal cannot be written: etcd is out of space', where, hint })
  }
  throw unreachable(`the journal cannot be used: ${text}`, place, undefined)
}

function isTimeout(passing: Error): boolean {
  return passing instanceof Unreadable && passing.reason === 'timeout'
}

function isRefused({ cause }: Error): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND'].includes(codeOf(cause))
}

/** A member that dies in the middle of an answer has said nothing wrong. */
function isCutOff({ cause }: Error): boolean {
  return codeOf(cause) === 'ECONNRESET'
}

function notEtcd(what: string, place: string): RolloutError {
  return new RolloutError('config', {
    message: `the journal cannot be used: ${what}`,
    where: { file: place },
    hint: 'it needs the client port of etcd 3.4 or newer, with its JSON gateway (--enable-grpc-gateway)',
  })
}

function unreachable(message: string, place: string, cause: unknown): RolloutError {
  return new RolloutError('unreachable', { message, where: { file: place }, hint: WITHOUT }, { cause })
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
