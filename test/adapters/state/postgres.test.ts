import { once } from 'node:events'
import { createServer } from 'node:net'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePostgresAddress } from '../../../src/adapters/state/postgres-address.ts'
import { openPostgresStore } from '../../../src/adapters/state/postgres.ts'
import { seal } from '../../../src/adapters/state/seal.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Lease } from '../../../src/core/journal/store.ts'
import { openStore } from '../../../src/adapters/state/open.ts'
import { freePort } from '../../helpers/port.ts'
import { openCut } from '../../helpers/cut.ts'
import { lend } from '../../helpers/loan.ts'
import { hasPgbouncer, startPgbouncer } from '../../helpers/pgbouncer.ts'
import { postgresPrograms, startPostgres, type Postgres } from '../../helpers/postgres.ts'
import { CANARY, follow } from '../../helpers/stores.ts'
import { until } from '../../helpers/until.ts'

/** For one round trip, in milliseconds: on a busy machine a server takes seconds to answer. */
const PATIENT = 60_000

const isHere = postgresPrograms() !== undefined
if (!hasPgbouncer()) console.warn('SKIPPED: what a pooler does needs the Debian package pgbouncer')
if (!isHere) console.warn('SKIPPED: PostgreSQL on its own needs the Debian package postgresql')

it.each([
  'postgres',
  'http://10.0.0.1/db',
  `mysql://a:${CANARY}@b/c`,
  `postgres://a:%zz${CANARY}@b/c`,
  `postgres://a:%ff${CANARY}@b/c`,
  `postgres://a:1?${CANARY}@b/c`,
  `postgres://a:1#${CANARY}@b/c`,
  '',
])('%s is no address of PostgreSQL', (url) => {
  expect(() => openPostgresStore(url, lend('/'))).toThrow(/^the address of the state is not one of PostgreSQL$/)
})

it('its place shows neither user, password nor options', async () => {
  const journal = await openPostgresStore(`postgresql://ana:${CANARY}@db.example:6432/rollouts?sslmode=require`, lend('/')).open('shop')
  expect(journal.place).toBe('postgres://db.example:6432/rollouts#shop')
})

it.each([
  ['postgres:///db?host=/run/pg&user=ana', 'postgres://%2Frun%2Fpg/db'],
  ['postgres://ana@/db?host=/run/pg&port=5433', 'postgres://%2Frun%2Fpg/db'],
  ['postgres://ana@/db', 'postgres://localhost/db'],
])('%s is at %s', (url, place) => {
  expect(parsePostgresAddress(url, {}).place).toBe(place)
})

it.each([
  ['sslmod=require', 'did you mean sslmode?'],
  ['schema=teams', 'a schema is options=-csearch_path%3DNAME'],
  ['pgbouncer=true', expect.stringContaining('known are host, port')],
])('?%s, which the driver would pass over, is refused', (option, hint) => {
  const parse = (): unknown => parsePostgresAddress(`postgres://ana@a/db?sslmode=verify-full&${option}`, {})
  const message = `"${option.split('=')[0]}" in the address of the state is not known to PostgreSQL`
  expect(parse).toThrow(expect.objectContaining({ code: 'config', problems: [{ message, hint }] }))
})

it.each([
  ['require', 'verify-full'],
  ['prefer', 'verify-full'],
  ['verify-ca', 'verify-full'],
  ['verify-full', 'verify-full'],
  ['no-verify', 'no-verify'],
  ['disable', 'disable'],
])('sslmode=%s is %s to the driver, which has nothing to warn of', (mode, meant) => {
  expect(parsePostgresAddress(`postgres://a/db?sslmode=${mode}`, {}).connectionString).toContain(`sslmode=${meant}`)
})

it.each([
  ['postgres://a:5432,b:5432/db', 'names several hosts'],
  ['postgres://ana@a,b/db?target_session_attrs=read-write', 'names several hosts'],
  ['postgres:///db?host=a,b', 'names several hosts'],
  ['postgres://a/db?target_session_attrs=read-write', 'asks for target_session_attrs=read-write'],
])('%s is refused: it %s', (url, what) => {
  expect(() => openPostgresStore(url, lend('/'))).toThrow(`the address of the state ${what}, which it cannot`)
})

describe('a server that asks for the password in the clear', () => {
  /** All that it heard from whoever came: it asks everybody (AuthenticationCleartextPassword). */
  const open = async () => {
    let heard = ''
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        heard += String(bytes)
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
        if (heard.includes(CANARY)) socket.destroy()
      })
    })
    server.listen(await freePort(), '0.0.0.0')
    await once(server, 'listening')
    const address = server.address()
    return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, heard: () => heard, close: () => void server.close() }
  }

  it.each([
    // Leads to loopback as well, but is not called so.
    ['0.0.0.0', false],
    ['127.0.0.1', true],
  ])('on %s hears it: %s', async (host, isTold) => {
    const { port, heard, close } = await open()
    const journal = await openPostgresStore(`postgres://owner:${CANARY}@${host}:${port}/db`, lend('/'), 2000).open('shop')
    const thrown: unknown = await journal.read().catch((reason: unknown) => reason)
    close()
    expect(heard()).toContain('owner')
    expect(heard().includes(CANARY)).toBe(isTold)
    const refusal = `${host} asks for the password in the clear, over a connection without TLS: it was not sent`
    if (!isTold) expect(thrown).toMatchObject({ code: 'denied', message: refusal })
  })
})

describe.skipIf(!isHere)('PostgreSQL', () => {
  let server: Postgres
  let admin: Client
  let running: Postgres | undefined

  beforeAll(async () => {
    running = await startPostgres(CANARY)
    server = running
    admin = new Client({ connectionString: server.url })
    await admin.connect()
  })
  afterAll(async () => {
    await admin?.end()
    await running?.close()
  })

  const as = (user: string, database = 'postgres'): string => `postgres://${user}@127.0.0.1:${server.port}/${database}`
  const env = { PGPASSWORD: CANARY }

  it('reading makes no table; twenty that append the first event at once do, and one wins', async () => {
    const reader = openPostgresStore(server.url, lend('/'), PATIENT)
    expect([await reader.names(), await (await reader.open('shop')).read()]).toEqual([[], []])
    expect((await admin.query("select to_regclass('rollout_events') as made")).rows).toEqual([{ made: null }])
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, nth) =>
        (await openPostgresStore(server.url, lend('/'), PATIENT).open('shop')).append(follow(undefined, `w${nth}`)),
      ),
    )
    expect(outcomes.toSorted()).toEqual(['appended', ...Array.from({ length: 19 }, () => 'taken')])
  })

  it('two that keep the first checkpoint at once both can', async () => {
    const [event] = await (await openPostgresStore(server.url, lend('/'), PATIENT).open('shop')).read()
    if (!event) throw new Error('there is one')
    await admin.query('drop table rollout_checkpoints')
    const kept = { seq: 1, hash: event.hash, fold: '1', state: {} }
    const journals = await Promise.all([1, 2].map(async () => openPostgresStore(server.url, lend('/'), PATIENT).open('shop')))
    await Promise.all(journals.map(async (journal) => journal.keep(kept)))
    expect(await journals[0]?.checkpoint()).toEqual(kept)
  })

  it('a table that is gone from beside the events comes again: they are not said to be none', async () => {
    const store = openPostgresStore(server.url, lend('/'), PATIENT)
    const journal = await store.open('shop')
    const events = await journal.read()
    await admin.query('drop table rollout_checkpoints')
    expect([await journal.read(), events.length]).toEqual([events, 1])
    await admin.query('drop table rollout_leases')
    expect([await journal.lease(), await journal.read()]).toEqual([undefined, events])
  })

  it('the hash survives jsonb: unicode, numbers, the order of keys', async () => {
    const numbers = { c: 1e21, b: -0, a: 1.7976931348623157e308, é: 5e-324, Z: 0.1, '10': 1, '9': 2, B: 100.0, aa: [], aB: {} }
    const event = follow(undefined, 'one', 'ä “why” 🚀 \u2028 \\ "')
    const { hash, ...stamped } = { ...event, numbers }
    const sealed = seal(stamped)
    expect(sealed.hash).not.toBe(hash)
    const { rows } = await admin.query<{ text: string }>('select $1::jsonb::text as text', [JSON.stringify(sealed)])
    const back: Event = JSON.parse(rows[0]?.text ?? '')
    expect(Object.keys(back)).not.toEqual(Object.keys(sealed))
    const { hash: kept, ...rest } = back
    expect([kept, seal(rest).hash]).toEqual([sealed.hash, sealed.hash])
  })

  it.each<[string, () => string, string, string]>([
    ['a wrong password', () => as('owner').replace('owner', 'owner:wrong-secret'), 'denied', 'password authentication failed'],
    ['a user who may not', () => as('guest'), 'denied', 'permission denied'],
    ['no such database', () => as('owner', 'nowhere'), 'config', 'database "nowhere" does not exist'],
    ['another table of that name', () => as('owner', 'other'), 'config', 'does not exist'],
    ['a missing certificate', () => `${as('owner')}?sslrootcert=/nowhere/ca.pem`, 'config', 'no such file'],
    ['a server without TLS', () => `${as('owner')}?sslmode=verify-full`, 'unreachable', 'SSL'],
  ])('%s', async (_, url, code, message) => {
    await admin.query(`drop role if exists guest`)
    await admin.query(`create role guest login password '${CANARY}'`)
    if (url().endsWith('/other')) {
      await admin.query('create database other')
      const at = new URL(server.url)
      at.pathname = '/other'
      const maker = new Client({ connectionString: at.href })
      await maker.connect()
      await maker.query('create table rollout_events (what text)')
      await maker.end()
    }
    const journal = await openPostgresStore(url(), lend('/', { env }), PATIENT).open('shop')
    const thrown: unknown = await journal.append(follow(undefined)).catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(JSON.stringify(thrown)).not.toContain(CANARY)
    expect(JSON.stringify(thrown)).not.toContain('wrong-secret')
    // It is not said to be none.
    await expect(journal.read()).rejects.toMatchObject({ code })
  })

  it('without a password where one is asked for says so', async () => {
    const journal = await openPostgresStore(as('owner'), lend('/'), PATIENT).open('shop')
    const message = 'the journal cannot be used: the database asks for a password, and none is given'
    const thrown: unknown = await journal.read().catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({ code: 'denied', problems: [{ message, hint: expect.stringContaining('PGPASSWORD') }] })
  })

  it('a password may have any character, in PGPASSWORD and behind a reference', async () => {
    const password = `a@b/c#d?e:f%41%zz +&='ä[]{}\\ ${CANARY}`
    await admin.query(`create role odd login in role pg_read_all_data password '${password.replaceAll("'", "''")}'`)
    const written = ['postgres://odd:${SECRET}@', 'postgres://${WHO}:${SECRET}@', 'postgres://odd@']
    for (const each of written) {
      const lent = lend('/', { env: { SECRET: password, WHO: 'odd', ...(each.endsWith('odd@') && { PGPASSWORD: password }) } })
      const store = await openStore(`${each}127.0.0.1:${server.port}/postgres`, lent)
      expect(await store.names().then(() => 'let in')).toBe('let in')
    }
  })

  it('a reader who may only read can read', async () => {
    await admin.query(`create role reader login password '${CANARY}'`)
    await admin.query('grant select on rollout_events, rollout_checkpoints to reader')
    const journal = await openPostgresStore(as('reader'), lend('/', { env }), PATIENT).open('shop')
    expect((await journal.read()).length).toBe(1)
    // One that may write half of it is told at once how to go back all the same.
    const thrown: unknown = await journal.append(follow((await journal.read())[0])).catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({ code: 'denied', problems: [{ hint: expect.stringContaining('rollback --all --break-glass') }] })
  })

  it('one that is read-only can be read, and says so at once when it is written', async () => {
    const url = `${server.url}?options=-c%20default_transaction_read_only%3Don`
    const journal = await openPostgresStore(url, lend('/'), 60_000).open('shop')
    const [event] = await journal.read()
    const thrown: unknown = await journal.append(follow(event)).catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({
      code: 'unreachable',
      problems: [{ message: 'the journal cannot be written: the database is read-only', hint: expect.stringContaining('--break-glass') }],
    })
  })

  it('keeps nothing in its session: a pooler may hand out another one for each transaction', async () => {
    const cut = await openCut(server.port)
    const journal = await openPostgresStore(server.url.replace(`:${server.port}/`, `:${cut.port}/`), lend('/'), PATIENT).open('pooled')
    const first = follow(undefined)
    expect([await journal.append(first), await journal.append(follow(first)), (await journal.read()).length]).toEqual([
      'appended',
      'appended',
      2,
    ])
    const { startup, statements } = sentTo(cut.sent)
    // PgBouncer refuses a connection whose start names any other setting, unless it is told to ignore it.
    expect(startup.toSorted()).toEqual(['client_encoding', 'database', 'user'])
    expect(statements.map(({ name }) => name)).toEqual(['', '', ''])
    for (const { text } of statements) expect(text).not.toMatch(/^\s*(set|listen|begin|prepare|declare)\b|advisory|temp /i)
    await cut.close()
  })

  it('a connection whose answer is waited for by nobody any more is given up', async () => {
    const cut = await openCut(server.port)
    const url = `${server.url.replace(`:${server.port}/`, `:${cut.port}/`)}?application_name=gone`
    const journal = await openPostgresStore(url, lend('/'), 1000).open('shop')
    const connections = async () => (await admin.query("select from pg_stat_activity where application_name = 'gone'")).rowCount
    await journal.read()
    expect(await connections()).toBe(1)
    cut.freeze()
    await expect(journal.read()).rejects.toMatchObject({ code: 'unreachable' })
    await until('it is closed', async () => (await connections()) === 0)
    await cut.close()
  })

  it('a table that is locked: says by whom, and nothing of what was given up is carried out later', async () => {
    const url = `${server.url}?application_name=late`
    const journal = await openPostgresStore(url, lend('/'), 1000).open('locked')
    const [first] = [follow(undefined)]
    await journal.append(first)
    const migration = new Client({ connectionString: server.url, application_name: 'migrate' })
    await migration.connect()
    await migration.query('begin')
    await migration.query('lock table rollout_events in share mode')
    const thrown: unknown = await journal.append(follow(first)).catch((reason: unknown) => reason)
    const pid = String((await migration.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid)
    expect(thrown).toMatchObject({
      code: 'unreachable',
      message: `the journal did not answer within 1s: pid ${pid} of the database (owner, migrate) has locked its table`,
      problems: [{ hint: expect.stringMatching(`select pg_terminate_backend\\(${pid}\\).*--break-glass`) }],
    })
    const waiting = "select from pg_stat_activity where application_name = 'late' and state = 'active'"
    await until('nobody waits for the lock', async () => (await admin.query(waiting)).rowCount === 0)
    await migration.query('commit')
    await migration.end()
    expect((await journal.read()).length).toBe(1)
  })

  it.skipIf(!hasPgbouncer()).each(['session', 'transaction', 'statement'] as const)(
    'a table that is locked, behind a pooler of %ss: nothing of what was given up is carried out later',
    async (mode) => {
      const pooler = await startPgbouncer(server, mode)
      try {
        const journal = await openPostgresStore(pooler.url, lend('/'), 1000).open(`pooled-${mode}`)
        const first = follow(undefined)
        await journal.append(first)
        await admin.query('begin; lock table rollout_events in share mode')
        const thrown: unknown = await journal.append(follow(first)).catch((reason: unknown) => reason)
        expect(thrown).toMatchObject({ code: 'unreachable', message: 'the journal did not answer within 1s' })
        const waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
        await until('nobody waits for the lock', async () => (await admin.query(waiting)).rowCount === 0)
        await admin.query('commit')
        expect(await journal.read()).toEqual([first])
      } finally {
        await admin.query('rollback')
        await pooler.close()
      }
    },
  )

  it('a standby, which may be behind: nothing it holds is taken for true before it is the primary', async () => {
    const [primary, shop] = [await startPostgres(CANARY), follow(undefined)]
    const standby = await startPostgres(CANARY, primary)
    try {
      const replica = new Client({ connectionString: standby.url })
      await replica.connect()
      const store = openPostgresStore(standby.url, lend('/'), PATIENT)
      const journal = await store.open('shop')
      const refusal = { code: 'unreachable', message: expect.stringContaining('a standby of the database answers') }
      const refused = async () => {
        await expect(journal.read()).rejects.toMatchObject(refusal)
        await expect(store.names()).rejects.toMatchObject(refusal)
      }
      // It has no tables yet, and they are not to be said to be none.
      await refused()
      await (await openPostgresStore(primary.url, lend('/'), PATIENT).open('shop')).append(shop)
      const made = "select from pg_class where relname = 'rollout_events'"
      await until('its tables have come to the standby', async () => (await replica.query(made)).rowCount === 1)
      await refused()
      await replica.query('select pg_promote()')
      await replica.end()
      expect([await journal.read(), await store.names()]).toEqual([[shop], ['shop']])
    } finally {
      await Promise.all([standby.close(), primary.close()])
    }
  })

  it.each([
    ['closed', 'revoke create on schema public from public', 'newcomer may not make its tables in schema public'],
    ['taken', 'create table rollout_events (what text)', 'newcomer may not read and write rollout_events'],
    ['granted', 'grant create on schema public to newcomer', undefined],
  ])('before the first event a user who may not begin is told so: the database is %s', async (name, statement, refusal) => {
    const at = new URL(server.url)
    at.pathname = `/${name}`
    if (name === 'closed') await admin.query(`create role newcomer login password '${CANARY}'`)
    await admin.query(`create database ${name}`)
    const owner = new Client({ connectionString: at.href })
    await owner.connect()
    await owner.query(statement)
    await owner.end()
    const journal = await openPostgresStore(as('newcomer', name), lend('/', { env }), PATIENT).open('shop')
    const thrown: unknown = await journal.probe?.().catch((reason: unknown) => reason)
    if (refusal === undefined) expect([thrown, await journal.append(follow(undefined))]).toEqual([undefined, 'appended'])
    else expect(thrown).toMatchObject({ code: 'denied', message: `the journal cannot be used: ${refusal}` })
  })

  it('no connection keeps the command from ending', async () => {
    const journal = await openPostgresStore(server.url, lend('/'), PATIENT).open('ending')
    await journal.append(follow(undefined))
    // Those of the tests before are closing; one that is kept would be for ten seconds. The one is this test's own.
    await expect.poll(() => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length).toBe(1)
  })

  it('an acknowledged event is durable even where the server does not wait for its disk', async () => {
    // Told at the very end of the transaction, which is when the setting counts.
    await admin.query('create table seen (setting text)')
    await admin.query(`create function see() returns trigger language plpgsql as $$
      begin insert into seen values (current_setting('synchronous_commit')); return null; end $$`)
    await admin.query(`create constraint trigger see after insert on rollout_events deferrable initially deferred
      for each row execute function see()`)
    await admin.query('alter role owner set synchronous_commit = off')
    const journal = await openPostgresStore(server.url, lend('/'), PATIENT).open('durable')
    expect(await journal.append(follow(undefined))).toBe('appended')
    expect((await admin.query('select setting from seen')).rows).toEqual([{ setting: 'on' }])
    await admin.query('alter role owner set synchronous_commit = remote_apply')
    const careful = await openPostgresStore(server.url, lend('/'), PATIENT).open('careful')
    expect(await careful.append(follow(undefined))).toBe('appended')
    expect((await admin.query('select setting from seen')).rows).toEqual([{ setting: 'on' }, { setting: 'remote_apply' }])
  })

  it('a lease of a controller that died runs out although the clock of the server was set back', async () => {
    const journal = await openPostgresStore(server.url, lend('/'), PATIENT).open('set-back')
    const leaseOf = (pid: number): Lease => ({ holder: { host: 'there', pid, domain: 'boot ns', began: '1' }, since: 1000 + pid })
    expect(await journal.takeLease(leaseOf(1), 20_000)).toEqual(leaseOf(1))
    expect(await journal.takeLease(leaseOf(2), 20_000)).toEqual(leaseOf(1))
    // What a clock leaves that is now ten minutes behind.
    await admin.query("update rollout_leases set until = until + interval '10 minutes' where rollout = 'set-back'")
    expect([await journal.lease(), await journal.takeLease(leaseOf(2), 20_000)]).toEqual([undefined, leaseOf(2)])
  })

  it('another start of the server is another clock: its machine may be another', async () => {
    const own = await startPostgres(CANARY)
    try {
      const journal = await openPostgresStore(own.url, lend('/')).open('clock')
      const domain = async () => (await journal.time?.())?.domain
      const before = await domain()
      expect(await domain()).toBe(before)
      await own.kill()
      await own.start()
      expect(await domain()).not.toBe(before)
    } finally {
      await own.close()
    }
  })

  it('a serialization failure is tried again', async () => {
    await admin.query("alter role owner set default_transaction_isolation = 'serializable'")
    const opened = await Promise.all(
      Array.from({ length: 8 }, async () => openPostgresStore(server.url, lend('/'), PATIENT).open('serial')),
    )
    const outcomes = await Promise.all(opened.map(async (journal, nth) => journal.append(follow(undefined, `s${nth}`))))
    expect(outcomes.filter((outcome) => outcome === 'appended').length).toBe(1)
    await admin.query('alter role owner reset default_transaction_isolation')
  })
})

/** What a client sent, as the protocol lays it out: the settings named in its start, and every statement it had parsed. */
function sentTo(bytes: Buffer): { readonly startup: readonly string[]; readonly statements: readonly { name: string; text: string }[] } {
  const begin = bytes.readInt32BE(0)
  const words = bytes.toString('utf8', 8, begin).split('\0')
  const statements: { name: string; text: string }[] = []
  for (let at = begin; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    const [name = '', text = ''] = bytes.toString('utf8', at + 5, at + 1 + bytes.readInt32BE(at + 1)).split('\0')
    if (bytes[at] === 'P'.charCodeAt(0)) statements.push({ name, text })
    // A simple query has no name.
    if (bytes[at] === 'Q'.charCodeAt(0)) statements.push({ name: '', text: name })
  }
  return { startup: words.filter((word, nth) => nth % 2 === 0 && word !== ''), statements }
}

it('an option of libpq that the driver may pass over is taken', () => {
  expect(parsePostgresAddress('postgres://a/db?gssencmode=disable&sslcompression=0', {}).place).toBe('postgres://a/db')
})
