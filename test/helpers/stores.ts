import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { openEtcdStore as openEtcd } from '../../src/adapters/state/etcd.ts'
import { openFileStore as openFile } from '../../src/adapters/state/file.ts'
import { openPostgresStore as openPostgres } from '../../src/adapters/state/postgres.ts'
import { seal } from '../../src/adapters/state/seal.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Store } from '../../src/core/journal/store.ts'
import { hasEtcd, startEtcd } from './etcd.ts'
import { lend } from './loan.ts'
import { postgresPrograms, startPostgres } from './postgres.ts'

/** A password that no message may hold. */
export const CANARY = 's3cret-canary'

/** One kind of store, running. */
export interface Engine {
  /** A store of its own, as another process would open it. */
  readonly open: (options?: { readonly deadline?: number; readonly port?: number; readonly signal?: AbortSignal }) => Store
  /** Puts another text in place of an event, or takes the event away, behind the store's back. */
  readonly tamper: (name: string, seq: number, text: string | undefined) => Promise<void>
  /** Writes these events without the store, for a test that only reads: it takes a fraction of the time. */
  readonly plant: (name: string, events: readonly Event[]) => Promise<void>
  readonly close: () => Promise<void>
  readonly server?: {
    readonly port: number
    /** A text that only an append sends. */
    readonly marker: string
    readonly kill: () => Promise<void>
    readonly start: () => Promise<void>
  }
}

export interface Kind {
  readonly kind: string
  /** Why it cannot run here. */
  readonly absent?: string
  readonly start: () => Promise<Engine>
}

export const KINDS: readonly Kind[] = [
  { kind: 'file', start: startFile },
  { kind: 'PostgreSQL', start: startPostgresEngine, ...(postgresPrograms() === undefined && { absent: 'Debian package postgresql' }) },
  { kind: 'etcd', start: startEtcdEngine, ...(!hasEtcd() && { absent: 'Debian package etcd-server' }) },
]

/** The event that follows; its reason is a text that stores like to change. */
export function follow(before: Event | undefined, id = `id-${(before?.seq ?? 0) + 1}`, reason = 'ä “why” 🚀 \u0000 \ud800'): Event {
  const seq = (before?.seq ?? 0) + 1
  return seal({ type: 'resumed', seq, id, previous: before?.hash ?? '', at: 1, actor: 'ana', reason, version: 'test' })
}

async function startFile(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-store-'))
  return {
    open: () => openFile(folder, lend('/')),
    tamper: async (name, seq, text) => {
      const path = join(folder, name, `${String(seq).padStart(12, '0')}.json`)
      if (text === undefined) unlinkSync(path)
      else writeFileSync(path, text)
    },
    plant: async (name, events) => {
      mkdirSync(join(folder, name), { recursive: true })
      for (const event of events) writeFileSync(join(folder, name, `${String(event.seq).padStart(12, '0')}.json`), JSON.stringify(event))
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function startPostgresEngine(): Promise<Engine> {
  const { url, port, kill, start, close } = await startPostgres(CANARY)
  return {
    open: ({ deadline, port: other, signal } = {}) =>
      openPostgres(url.replace(`:${port}/`, `:${other ?? port}/`), lend('/', { ...(signal && { signal }) }), deadline),
    tamper: async (name, seq, text) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      if (text === undefined) await client.query('delete from rollout_events where rollout = $1 and seq = $2', [name, seq])
      else await client.query('update rollout_events set event = $3 where rollout = $1 and seq = $2', [name, seq, text])
      await client.end()
    },
    plant: async (name, events) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      const rows = events.map(({ seq, id, hash }) => ({ seq, id, hash }))
      await client.query(
        `insert into rollout_events select $1, seq, id, hash, event
         from rows from (jsonb_to_recordset($2) as (seq bigint, id text, hash text), unnest($3::text[])) as given (seq, id, hash, event)`,
        [name, JSON.stringify(rows), events.map((event) => JSON.stringify(event))],
      )
      await client.end()
    },
    close,
    server: { port, marker: 'insert into rollout_events', kill, start },
  }
}

async function startEtcdEngine(): Promise<Engine> {
  const etcd = await startEtcd(1)
  const port = Number(etcd.members[0]?.split(':')[1])
  return {
    open: ({ deadline, port: other, signal } = {}) =>
      openEtcd(`etcd://127.0.0.1:${other ?? port}/test`, lend('/', { ...(signal && { signal }) }), deadline),
    tamper: async (name, seq, text) => {
      const key = btoa(`/test/events/${name}/${String(seq).padStart(12, '0')}`)
      if (text === undefined) await etcd.ask('/v3/kv/deleterange', { key })
      else await etcd.ask('/v3/kv/put', { key, value: Buffer.from(text).toString('base64') })
    },
    plant: async (name, events) => {
      // At most 128 operations in one transaction.
      for (let from = 0; from < events.length; from += 100) {
        const success = events.slice(from, from + 100).map((event) => ({
          request_put: {
            key: btoa(`/test/events/${name}/${String(event.seq).padStart(12, '0')}`),
            value: Buffer.from(JSON.stringify(event)).toString('base64'),
          },
        }))
        await etcd.ask('/v3/kv/txn', { success })
      }
    },
    close: etcd.close,
    server: { port, marker: 'request_put', kill: async () => etcd.kill(0), start: async () => etcd.start(0) },
  }
}
