import { z } from 'zod'
import { RolloutError } from '../../core/errors.ts'
import { Unreadable } from '../../core/reading.ts'
import { formatDuration, type Duration } from '../../core/units.ts'
import { codeOf } from '../disk.ts'
import { isPrivateChannel, request, type Response } from '../http.ts'
import { isDecodable, type Lent } from './chain.ts'

/** One member's share of the time: one that hangs must leave time for the others. */
const ATTEMPT: Duration = 1000
const PAUSE: Duration = 50
const MOST_BYTES = 96 * 1024 * 1024
const URL_FORM = /^etcd(?<tls>\+https)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<members>[^/?#@]+)(?<prefix>\/[^?#]*)?$/
const MEMBER = /^([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

export interface KeyValue {
  readonly key: string
  readonly value: string
  /** Revision of the whole store at which the key was last written. */
  readonly revision: string
}

export interface Found {
  readonly kvs: readonly KeyValue[]
  /** There were more than `limit`. */
  readonly more: boolean
}

export interface Range {
  readonly key: string
  /** Up to this key, itself left out; one key without it. */
  readonly end?: string
  readonly limit?: number
  readonly keysOnly?: boolean
}

/** Revision '0': the key does not exist. */
export interface Compare {
  readonly key: string
  readonly revision: string
}

export interface Cluster {
  /** For messages: without user and password. */
  readonly place: string
  readonly prefix: string
  /** All at one moment, and linearizable: nothing that was acknowledged before is left out. */
  readonly read: (ranges: readonly Range[]) => Promise<readonly Found[]>
  /** Writes one key if every comparison holds, else reads. Sending it again is for the caller's comparisons to make harmless. */
  readonly write: (compare: readonly Compare[], key: string, value: string, otherwise: readonly Range[]) => Promise<Written>
}

export type Written = { readonly written: true; readonly revision: string } | { readonly written: false; readonly found: readonly Found[] }

// Protocol buffers as JSON: 64-bit numbers are texts, bytes are base64, and what is false, zero or empty is left out.
const RANGE = z.object({
  more: z.boolean().default(false),
  kvs: z.array(z.object({ key: z.string(), value: z.string().default(''), mod_revision: z.string() })).default([]),
})
const TXN = z.object({
  header: z.object({ revision: z.string() }),
  succeeded: z.boolean().default(false),
  responses: z.array(z.object({ response_range: RANGE.optional() })).default([]),
})
const TOKEN = z.object({ token: z.string() })
const REFUSED = z.object({ code: z.number(), message: z.string().optional(), error: z.string().optional() })

interface Address {
  readonly members: readonly string[]
  readonly user: { readonly name: string; readonly password: string } | undefined
  readonly prefix: string
  readonly place: string
}

/** etcd's v3 JSON gateway on several members: the next one is asked when one does not answer, until the deadline. */
export function openCluster(url: string, lent: Lent, deadline: Duration): Cluster {
  const address = parse(url)
  const call = caller(address, lent, deadline)
  const txn = async (body: object): Promise<z.infer<typeof TXN>> => checked(TXN, await call('/v3/kv/txn', body), address.place)
  return {
    place: address.place,
    prefix: address.prefix,
    read: async (ranges) => foundIn(await txn({ success: ranges.map(asked) })),
    write: async (compare, key, value, otherwise) => {
      const answer = await txn({
        // A key that does not exist has modification revision 0, as it has creation revision 0.
        compare: compare.map((each) =>
          each.revision === '0'
            ? { key: encode(each.key), target: 'CREATE', result: 'EQUAL', create_revision: '0' }
            : { key: encode(each.key), target: 'MOD', result: 'EQUAL', mod_revision: each.revision },
        ),
        success: [{ request_put: { key: encode(key), value: encode(value) } }],
        failure: otherwise.map(asked),
      })
      return answer.succeeded ? { written: true, revision: answer.header.revision } : { written: false, found: foundIn(answer) }
    },
  }
}

function asked({ key, end, limit, keysOnly }: Range): object {
  const bounds = { ...(end !== undefined && { range_end: encode(end) }), ...(limit !== undefined && { limit: String(limit) }) }
  return { request_range: { key: encode(key), ...bounds, ...(keysOnly === true && { keys_only: true }) } }
}

function foundIn({ responses }: z.infer<typeof TXN>): readonly Found[] {
  return responses.map(({ response_range: range }) => ({
    more: range?.more ?? false,
    kvs: (range?.kvs ?? []).map(({ key, value, mod_revision: revision }) => ({ key: decode(key), value: decode(value), revision })),
  }))
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

function parse(url: string): Address {
  const { tls, user, password, members = '', prefix = '/' } = URL_FORM.exec(url)?.groups ?? {}
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
  }
}

type Call = (path: string, body: object) => Promise<unknown>

/** What one member said: an answer, or that it cannot answer now. */
type Said = { readonly answer: unknown } | { readonly passing: Error; readonly refused?: boolean; readonly unknownToken?: boolean }

function caller({ members, user, place }: Address, { clock, signal }: Lent, deadline: Duration): Call {
  let at = 0
  let token: string | undefined
  const post = async (path: string, body: object, left: Duration): Promise<Said> => {
    const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: token }) }
    try {
      const limits = { deadline: Math.ceil(Math.min(left, ATTEMPT)), maxBytes: MOST_BYTES, redirects: 0, retries: 0 }
      return said(await request(`${members[at]}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal, ...limits }), place)
    } catch (thrown) {
      if (thrown instanceof Unreadable && (thrown.reason === 'unreachable' || thrown.reason === 'timeout'))
        return { passing: thrown, refused: isRefused(thrown) }
      if (thrown instanceof Unreadable) throw notEtcd(thrown.message, place)
      throw thrown
    }
  }
  return async (path, body) => {
    const end = clock.monotonic() + deadline
    let last: Error | undefined
    let refused = 0
    for (let left = deadline; left > 0; left = end - clock.monotonic()) {
      signal.throwIfAborted()
      const login = user !== undefined && token === undefined
      const result = login ? await post('/v3/auth/authenticate', user, left) : await post(path, body, left)
      if ('answer' in result && !login) return result.answer
      if ('answer' in result) {
        token = checked(TOKEN, result.answer, place).token
        continue
      }
      if (result.unknownToken === true) token = undefined
      // That time ran out is said anyway; what a member said before that is the reason.
      if (!isTimeout(result.passing)) last = result.passing
      refused = result.refused === true ? refused + 1 : Number.NEGATIVE_INFINITY
      // Nobody listens at any of them and nothing is under way: waiting would not help.
      if (refused === members.length) throw unreachable(result.passing.message, place, result.passing)
      at = (at + 1) % members.length
      if (at === 0 || refused < 0) await clock.sleep(PAUSE)
    }
    throw unreachable(`${place} did not answer within ${formatDuration(deadline)}${last ? `: ${last.message}` : ''}`, place, last)
  }
}

/** Codes are those of gRPC: 3 invalid, 4 deadline, 7 permission, 8 exhausted, 14 unavailable, 16 unauthenticated. */
function said({ status, body }: Response, place: string): Said {
  const json = parseJson(body)
  if (status === 200 && json !== undefined) return { answer: json }
  const refusal = REFUSED.safeParse(json)
  if (!refusal.success) {
    if (status >= 500) return { passing: new Error(`answered ${status}`) }
    throw notEtcd(`answered ${status}`, place)
  }
  const { code, message, error } = refusal.data
  const text = message ?? error ?? `code ${code}`
  const where = { file: place }
  if (code === 16) return { passing: new Error(text), unknownToken: true }
  if (code === 7 || /authentication|user name is empty|not enabled/.test(text))
    throw new RolloutError('denied', {
      message: `the journal cannot be used: ${text}`,
      where,
      hint: 'etcd://user:password@… of a user who may read and write below the prefix',
    })
  if (code === 4 || code === 14 || /too many requests/.test(text)) return { passing: new Error(text) }
  if (/too large/.test(text))
    throw new RolloutError('config', { message: `the event is larger than etcd takes: ${text}`, where, hint: 'etcd --max-request-bytes' })
  throw unreachable(`the journal cannot be used: ${text}`, place, undefined)
}

function checked<Shape>(shape: z.ZodType<Shape>, answer: unknown, place: string): Shape {
  const result = shape.safeParse(answer)
  if (result.success) return result.data
  throw notEtcd('the answer is not what etcd answers', place)
}

function isTimeout(passing: Error): boolean {
  return passing instanceof Unreadable && passing.reason === 'timeout'
}

function isRefused({ cause }: Error): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND'].includes(codeOf(cause))
}

function notEtcd(what: string, place: string): RolloutError {
  return new RolloutError('config', {
    message: `the journal cannot be used: ${what}`,
    where: { file: place },
    hint: 'it needs the client port of etcd 3.4 or newer, with its JSON gateway (--enable-grpc-gateway)',
  })
}

function unreachable(message: string, place: string, cause: unknown): RolloutError {
  const hint = 'to go back without it: rollout rollback --all --break-glass'
  return new RolloutError('unreachable', { message, where: { file: place }, hint }, { cause })
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
