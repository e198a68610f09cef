import type { Event } from '../../core/journal/event.ts'
import type { SharedTime } from '../../core/judge/track.ts'
import type { Checkpoint, Journal, Lease, Store } from '../../core/journal/store.ts'
import {
  checkBefore,
  checkEvent,
  checkName,
  damaged,
  STORE_DEADLINE,
  parseCheckpoint,
  parseEvent,
  parseLease,
  readChain,
  siteAt,
  untilWoken,
  writeCheckpoint,
  writeLease,
  type Lent,
  type EventBatch,
} from './chain.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { connect, GRANTS, type Cells, type Database } from './database.ts'
import { ofPrimary, orNothing, STANDBY, withTables } from './tables.ts'
import { writeEvent } from './seal.ts'

const PAGE = 500
const CHANNEL = 'rollout_events'

/*
 * One statement, so that it means the same behind a pooler that hands out another session for each transaction. The
 * compare-and-set is the primary key. An acknowledged event is durable even where the server's default does not wait.
 */
const APPEND = `
  with added as (
    insert into rollout_events (rollout, seq, id, hash, event)
    select $1::text, $2::bigint, $3::text, $4::text, $5::text
    where $2::bigint = 1 or exists (select from rollout_events where rollout = $1 and seq = $2::bigint - 1 and hash = $6::text)
    on conflict (rollout, seq) do nothing
    returning seq)
  select (select count(*) from added)::text as added,
    (select hash from rollout_events where rollout = $1 and seq = $2::bigint - 1) as before,
    (select event from rollout_events where rollout = $1 and seq = $2::bigint) as winner,
    case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end,
    (select pg_notify('${CHANNEL}', $1) from added)`

/* The checkpoint and the events are of one moment: an event below the checkpoint that is not there is lost. */
const READ = `
  ${STANDBY}, coalesce(known.seq, 0)::text as known, events.seq::text as seq, events.event as event
  from (select $1::text as rollout) as wanted
  left join rollout_checkpoints as known on known.rollout = wanted.rollout
  left join rollout_events as events on events.rollout = wanted.rollout and events.seq >= $2::bigint
  order by events.seq limit ${PAGE}`

const NAMES = `
  ${STANDBY}, known.rollout as rollout
  from (select) as wanted left join (select distinct rollout from rollout_events) as known on true order by rollout`

/* A slower command must not take back what a quicker one knew: it is what a lost tail is seen by. */
const KEEP = `
  insert into rollout_checkpoints (rollout, seq, checkpoint) values ($1, $2, $3)
  on conflict (rollout) do update set seq = excluded.seq, checkpoint = excluded.checkpoint
  where rollout_checkpoints.seq <= excluded.seq`

/* No lease is taken for longer: one that runs for longer was taken before the clock of the database was set back. */
const LONGEST = 60_000

/* On the database's clock alone: those of the controllers may differ. */
const RUNS = `until between clock_timestamp() and clock_timestamp() + ${LONGEST} * interval '1 millisecond'`
const TAKE = `
  insert into rollout_leases as held (rollout, lease, until)
  values ($1, $2, clock_timestamp() + least($3::integer, ${LONGEST}) * interval '1 millisecond')
  on conflict (rollout) do update set lease = excluded.lease, until = excluded.until
  where not held.${RUNS} or held.lease in ($2, $4)`

const LEASE = `select lease from rollout_leases where rollout = $1 and ${RUNS}`

/* A server that was started anew may have another clock. */
const TIME = `
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as at,
    extract(epoch from pg_postmaster_start_time())::text as started`

/* A table that this user may neither make nor use, if there is one. Events are never changed, the other two are. */
const PROBE = `
  select wanted.name as name, (there.oid is not null)::text as made, current_schema()::text as schema, current_user::text as "user"
  from (values ('rollout_events', array['select', 'insert']), ('rollout_checkpoints', array['select', 'insert', 'update']),
    ('rollout_leases', array['select', 'insert', 'update', 'delete'])) as wanted (name, rights)
  left join pg_class as there on there.relname = wanted.name and pg_table_is_visible(there.oid)
  where not case when there.oid is null then coalesce(has_schema_privilege(current_schema(), 'create'), false)
    else (select bool_and(has_table_privilege(there.oid, needed)) from unnest(wanted.rights) as needed) end
  limit 1`

type Known = Pick<Event, 'seq' | 'hash'>

/**
 * Journals in a PostgreSQL database (9.5 or newer), all in one table. `url` is what libpq takes
 * (`postgres://user:password@host:5432/database?sslmode=verify-full`); a password that is not in it is PGPASSWORD.
 * Works through PgBouncer in transaction mode. With asynchronous replication a failover can lose acknowledged events.
 */
export function openPostgresStore(url: string, lent: Lent, deadline = STORE_DEADLINE): Store {
  const database = connect(url, lent, deadline)
  return {
    names: async () => {
      const rows = await ofPrimary(database, NAMES)
      return rows.flatMap(({ rollout }) => (rollout ? [rollout] : []))
    },
    open: async (name) => openJournal(database, checkName(name), lent),
  }
}

async function probe({ ask, place }: Pick<Database, 'ask' | 'place'>): Promise<void> {
  const [lacking] = await ask(PROBE)
  if (!lacking) return
  const { name, made, schema, user } = lacking
  const what = made === 'true' ? `read and write ${name}` : `make its tables in ${schema === null ? 'any schema' : `schema ${schema}`}`
  throw new RolloutError('denied', { message: `the journal cannot be used: ${user} may not ${what}`, where: { file: place }, hint: GRANTS })
}

function openJournal(database: Database, name: string, lent: Lent): Journal {
  const { ask, hear } = database
  const place = `${database.place}#${name}`
  const site = siteAt(place)
  /** The newest event that this process has checked or written: events never change, so it stays true. */
  let newest: Known | undefined

  const lookUp = async (seq: number): Promise<Known | undefined> => {
    const [row] = await orNothing(ask('select event from rollout_events where rollout = $1 and seq = $2', [name, seq]))
    return row?.['event'] ? { seq, hash: parseEvent(site, { seq, text: row['event'] }).hash } : undefined
  }

  const append = async (event: Event): Promise<'appended' | 'taken'> => {
    checkEvent(site, event)
    const { seq, id, hash, previous } = event
    if (seq > 1) {
      newest = newest?.seq === seq - 1 ? newest : await lookUp(seq - 1)
      checkBefore(site, event, newest?.hash)
    }
    // Another writer's row that was committed during the statement is not in its snapshot: the second time it is.
    for (let nth = 0; nth < 5; nth += 1) {
      const [row] = await withTables(ask, APPEND, [name, seq, id, hash, writeEvent(event), previous])
      if (row?.['added'] === '1') {
        newest = { seq, hash }
        return 'appended'
      }
      if (seq > 1) checkBefore(site, event, row?.['before'] ?? undefined)
      const winner = row?.['winner']
      // Its own id: it is the answer to an earlier attempt that was lost.
      if (winner) return parseEvent(site, { seq, text: winner }).id === id ? 'appended' : 'taken'
    }
    throw damaged(site, seq, 'is neither there nor free')
  }

  const readFrom = async (after: number): Promise<readonly Event[]> => {
    const events = await readChain(site, after, async (from) => pageOf(await ofPrimary(database, READ, [name, from])))
    newest = events.at(-1) ?? newest
    return events
  }

  const checkpoint = async (): Promise<Checkpoint | undefined> => {
    const [row] = await orNothing(ask('select checkpoint from rollout_checkpoints where rollout = $1', [name]))
    const kept = parseCheckpoint(row?.['checkpoint'] ?? '')
    return kept && (await lookUp(kept.seq))?.hash === kept.hash ? kept : undefined
  }

  const lease = async (): Promise<Lease | undefined> => {
    const [row] = await orNothing(ask(LEASE, [name]))
    return parseLease(row?.['lease'] ?? '')
  }

  const time = async (): Promise<SharedTime> => {
    const [row] = await ask(TIME)
    return { at: Number(row?.['at']), domain: `${database.place} ${row?.['started'] ?? ''}` }
  }

  return {
    place,
    time,
    probe: async () => probe(database),
    lease,
    takeLease: async (mine, ttl, instead = mine) => {
      await withTables(ask, TAKE, [name, writeLease(mine), ttl, writeLease(instead)])
      return (await lease()) ?? mine
    },
    dropLease: async (mine) => {
      await orNothing(ask('delete from rollout_leases where rollout = $1 and lease = $2', [name, writeLease(mine)]))
    },
    changed: async (after, limit, signal) =>
      untilWoken(lent, limit, signal, (wake) => {
        const stop = hear(CHANNEL, name, wake)
        // What was appended before it began to listen.
        orNothing(ask('select 1 as found from rollout_events where rollout = $1 and seq = $2', [name, after + 1])).then(
          (rows) => rows.length > 0 && wake(),
          () => undefined,
        )
        return stop
      }),
    append,
    read: async (after = 0) => readFrom(after),
    checkpoint,
    keep: async (kept) => {
      try {
        await withTables(ask, KEEP, [name, kept.seq, writeCheckpoint(kept)])
      } catch {
        // It only saves time.
      }
    },
  }
}

function pageOf(rows: readonly Cells[]): EventBatch {
  return {
    known: Number(rows[0]?.['known'] ?? 0),
    more: rows.length === PAGE,
    rows: rows.flatMap(({ seq, event }) => (seq && event ? [{ seq: Number(seq), text: event }] : [])),
  }
}
