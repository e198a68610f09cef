import { z } from 'zod'
import type { Duration } from '../../core/values/units.ts'
import type { Lent } from './chain.ts'
import { openMembers, parseAddress } from './members.ts'

export interface KeyValue {
  readonly key: string
  readonly value: string
  /** Revision of the whole store at which the key was last written. */
  readonly revision: string
  /** The lease it ends with; '0' without one. */
  readonly lease: string
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
  readonly write: (compare: readonly Compare[], put: Put, otherwise: readonly Range[]) => Promise<TransactionResult>
  readonly remove: (compare: Compare) => Promise<void>
  /** A lease that ends after `ttl` unless it is kept alive. */
  readonly grant: (ttl: Duration) => Promise<string>
  /** For how long that lease has run, on the clock of the leader; after an election it begins anew. Undefined when it has ended. */
  readonly age: (lease: string) => Promise<Duration | undefined>
  /** False when it has ended. */
  readonly keepAlive: (lease: string) => Promise<boolean>
  /** Calls `heard` when a key from `key` up to `end` is written, until what it returns is called. Best effort. */
  readonly hear: (range: { readonly key: string; readonly end: string }, heard: () => void) => () => void
}

export interface Put {
  readonly key: string
  readonly value: string
  readonly lease?: string
}

export type TransactionResult =
  | { readonly written: true; readonly revision: string }
  | { readonly written: false; readonly found: readonly Found[] }

// Protocol buffers as JSON: 64-bit numbers are texts, bytes are base64, and what is false, zero or empty is left out.
const RANGE = z.object({
  more: z.boolean().default(false),
  kvs: z
    .array(z.object({ key: z.string(), value: z.string().default(''), mod_revision: z.string(), lease: z.string().default('0') }))
    .default([]),
})
const TXN = z.object({
  header: z.object({ revision: z.string() }),
  succeeded: z.boolean().default(false),
  responses: z.array(z.object({ response_range: RANGE.optional() })).default([]),
})
const LEASE = z.object({ ID: z.string() })
// A lease that has ended is left as one of no time.
const ALIVE = z.object({ result: z.object({ TTL: z.string().default('0') }) })

const LEFT = z.object({ TTL: z.string().default('0'), grantedTTL: z.string().default('0') })

/** etcd's v3 JSON gateway on several members. */
export function openCluster(url: string, lent: Lent, deadline: Duration): Cluster {
  const address = parseAddress(url, lent)
  const { ask, hear } = openMembers(address, lent, deadline)
  const txn = async (body: object): Promise<z.infer<typeof TXN>> => ask('/v3/kv/txn', body, TXN)
  return {
    place: address.place,
    prefix: address.prefix,
    read: async (ranges) => foundIn(await txn({ success: ranges.map(asked) })),
    write: async (compare, { key, value, lease }, otherwise) => {
      const answer = await txn({
        compare: compare.map(compared),
        success: [{ request_put: { key: encode(key), value: encode(value), ...(lease !== undefined && { lease }) } }],
        failure: otherwise.map(asked),
      })
      return answer.succeeded ? { written: true, revision: answer.header.revision } : { written: false, found: foundIn(answer) }
    },
    remove: async (compare) => {
      await txn({ compare: [compared(compare)], success: [{ request_delete_range: { key: encode(compare.key) } }] })
    },
    grant: async (ttl) => (await ask('/v3/lease/grant', { TTL: String(Math.ceil(ttl / 1000)) }, LEASE)).ID,
    age: async (lease) => {
      const { TTL, grantedTTL } = await ask('/v3/lease/timetolive', { ID: lease }, LEFT)
      return Number(TTL) > 0 ? (Number(grantedTTL) - Number(TTL)) * 1000 : undefined
    },
    keepAlive: async (lease) => (await ask('/v3/lease/keepalive', { ID: lease }, ALIVE)).result.TTL !== '0',
    hear: ({ key, end }, heard) => {
      const stopping = new AbortController()
      hear({ create_request: { key: encode(key), range_end: encode(end) } }, heard, stopping.signal).catch(() => undefined)
      return () => stopping.abort()
    },
  }
}

// A key that does not exist has modification revision 0, as it has creation revision 0.
function compared({ key, revision }: Compare): object {
  return revision === '0'
    ? { key: encode(key), target: 'CREATE', result: 'EQUAL', create_revision: '0' }
    : { key: encode(key), target: 'MOD', result: 'EQUAL', mod_revision: revision }
}

function asked({ key, end, limit, keysOnly }: Range): object {
  const bounds = { ...(end !== undefined && { range_end: encode(end) }), ...(limit !== undefined && { limit: String(limit) }) }
  return { request_range: { key: encode(key), ...bounds, ...(keysOnly === true && { keys_only: true }) } }
}

function foundIn({ responses }: z.infer<typeof TXN>): readonly Found[] {
  return responses.map(({ response_range: range }) => ({
    more: range?.more ?? false,
    kvs: (range?.kvs ?? []).map(({ key, value, mod_revision: revision, lease }) => ({
      key: decode(key),
      value: decode(value),
      revision,
      lease,
    })),
  }))
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
