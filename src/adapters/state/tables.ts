import { sqlStateOf, standbyAt, type Ask, type Cells, type Database } from './database.ts'

/*
 * `event` is text and not jsonb: jsonb refuses \u0000 and half surrogates, which the reason of a failed command may
 * hold. `event::jsonb` works in a query for every other event. `hash` is beside it so that an append can compare it.
 */
const TABLES = [
  `create table if not exists rollout_events (
     rollout text not null, seq bigint not null, id text not null, hash text not null, event text not null, primary key (rollout, seq))`,
  `create table if not exists rollout_checkpoints (rollout text primary key, seq bigint not null, checkpoint text not null)`,
  `create table if not exists rollout_leases (rollout text primary key, lease text not null, until timestamptz not null)`,
]

/** Who answers: the begin of a statement that has a row in any case. */
export const STANDBY = 'select pg_is_in_recovery()::text as standby'

/**
 * Returns the rows of a statement that begins with `STANDBY`; a row without anything else where there are no events. Throws
 * `unreachable` where a standby answers: what was acknowledged may not have come to it yet.
 */
export async function ofPrimary({ ask, place }: Pick<Database, 'ask' | 'place'>, ...asked: Parameters<Ask>): Promise<readonly Cells[]> {
  const rows = await ask(...asked).catch(async (thrown: unknown) => {
    if (!isNoTable(thrown)) throw thrown
    const [here = {}] = await ask(`${STANDBY}, to_regclass('rollout_events')::text as events`)
    // Where one is gone that is beside the events, these are still there.
    return here['events'] && here['standby'] === 'false' ? withTables(ask, ...asked) : [here]
  })
  if (rows[0]?.['standby'] === 'true') throw standbyAt(place)
  return rows
}

/** Before the first append there are no tables, and so no journals. Reading does not make them: it may not be allowed to. */
export async function orNothing(rows: Promise<readonly Cells[]>): Promise<readonly Cells[]> {
  try {
    return await rows
  } catch (thrown) {
    if (isNoTable(thrown)) return []
    throw thrown
  }
}

export async function withTables(ask: Ask, statement: string, values: readonly (string | number)[] = []): Promise<readonly Cells[]> {
  try {
    return await ask(statement, values)
  } catch (thrown) {
    if (!isNoTable(thrown)) throw thrown
    for (const table of TABLES) await made(ask, table)
    return ask(statement, values)
  }
}

/** Of two that make a table at once PostgreSQL lets one fail, in spite of `if not exists`: on the table, its row type or an index of the catalogue. */
async function made(ask: Ask, table: string): Promise<void> {
  try {
    await ask(table)
  } catch (thrown) {
    if (!['23505', '42710', '42P07'].includes(sqlStateOf(thrown))) throw thrown
  }
}

function isNoTable(thrown: unknown): boolean {
  return sqlStateOf(thrown) === '42P01'
}
