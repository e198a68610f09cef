import { Client, DatabaseError, Pool, type ClientConfig } from 'pg'
import { isLoopback } from '../../core/values/address.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import { withDeadline } from '../deadline.ts'
import { codeOf } from '../file/disk.ts'
import { WITHOUT, type Lent } from './chain.ts'
import { describeHolder, endingOf, HOLDERS, stop, type Backend } from './given-up.ts'
import { parsePostgresAddress } from './postgres-address.ts'

const PAUSE: Duration = 50
/** For who is in the way. */
const ASIDE: Duration = 1000
const LOGIN = 'the user and the password are those of state:, PGUSER, PGPASSWORD or ~/.pgpass'
/** Needed of the database, for a hint. */
export const GRANTS = 'it needs a user who may read and write the tables rollout_*, and make them the first time'

declare module 'pg' {
  interface Client {
    /** Lets the process end in spite of the connection; @types/pg knows none of these. */
    unref(): void
    readonly processID: number | null
    readonly secretKey: number | null
  }
}

/**
 * Sends no password as it is: whoever can answer at that address can ask for it, and whoever listens on the way hears it.
 * Hangs up where it gives up: the server would wait for a password for a minute, and the command with it.
 */
class GuardedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    this.connection.on('error', () => this.connection.stream.destroy())
    if (this.ssl || this.host.startsWith('/') || isLoopback(this.host)) return
    this.connection.removeAllListeners('authenticationCleartextPassword')
    this.connection.on('authenticationCleartextPassword', () => this.connection.stream.destroy(inTheClear(this.host)))
  }
}

function inTheClear(host: string): RolloutError {
  return new RolloutError('denied', {
    message: `${host} asks for the password in the clear, over a connection without TLS: it was not sent`,
    hint: 'sslmode=verify-full in the address of the state, or scram-sha-256 in pg_hba.conf',
  })
}

export type Cells = { readonly [column: string]: string | null }
export type Ask = (statement: string, values?: readonly (string | number)[]) => Promise<readonly Cells[]>

export interface Database {
  readonly ask: Ask
  /** Calls `heard` at notices with this payload until what it returns is called. Best effort: poolers drop them. */
  readonly hear: (channel: string, payload: string, heard: () => void) => () => void
  /** For messages: without user and password. */
  readonly place: string
}

/**
 * Statements until the deadline. Every statement here may be sent twice: each makes something that is not there yet,
 * under a name of its own, so an answer that was lost is found by asking again.
 */
export function connect(url: string, { clock, env, signal }: Lent, deadline: Duration): Database {
  const { place, ...address } = parsePostgresAddress(url, env)
  const pool = new Pool({
    ...address,
    Client: GuardedClient,
    keepAlive: true,
    max: 4,
    connectionTimeoutMillis: deadline,
    // The command ends when its work is done, not when the connection does.
    allowExitOnIdle: true,
  })
  // One that breaks while nobody waits for it is replaced at the next statement. The pool listens to the idle ones only.
  const ignored = (): void => undefined
  pool.on('error', ignored)
  pool.on('connect', (client) => void client.on('error', ignored))
  const ask: Ask = async (statement, values = []) => {
    let last: unknown
    let holder: Promise<Cells | undefined> | undefined
    const message = `the journal did not answer within ${formatDuration(deadline)}`
    const late = (): RolloutError => unreachable(last === undefined ? message : `${message}: ${messageOf(last)}`, place, last)
    const giveUp = async (client: Backend): Promise<void> => {
      holder = signal.aborted ? undefined : holderOf(client)
      await holder
      await stop(client)
    }
    const insist = async (limit: AbortSignal): Promise<readonly Cells[]> => {
      for (;;) {
        try {
          return await once(pool, statement, values, limit, giveUp)
        } catch (thrown) {
          limit.throwIfAborted()
          // Nobody listens there and nothing is under way: waiting would not help.
          if (!isPassing(thrown) || (last === undefined && isRefused(thrown))) throw explained(thrown, place)
          last = thrown
          await clock.sleep(PAUSE, limit)
        }
      }
    }
    try {
      return await withDeadline(clock, deadline, signal, insist, late)
    } catch (thrown) {
      const found = await holder
      if (!found) throw thrown
      throw unreachable(`${message}: ${describeHolder(found)}`, place, thrown, `${endingOf(found)}; ${WITHOUT}`)
    }
  }
  /** Asked on another connection, and for a moment only: what it says is good to know, and no more. */
  const holderOf = async ({ processID }: Backend): Promise<Cells | undefined> => {
    const asking = async (limit: AbortSignal): Promise<readonly Cells[]> => once(pool, HOLDERS, [processID ?? 0], limit, stop)
    const [holder] = await withDeadline(clock, ASIDE, signal, asking).catch(() => [])
    return holder
  }
  return { ask, hear: openEar(address, deadline), place }
}

/** One connection that listens, made at the first wish for it and made anew after it broke. */
function openEar(address: ClientConfig, deadline: Duration): Database['hear'] {
  const waiting = new Map<() => void, string>()
  let ear: Client | undefined
  const listen = (channel: string): void => {
    const client = new GuardedClient({ ...address, connectionTimeoutMillis: deadline, keepAlive: true })
    const deaf = (): void => {
      if (ear === client) ear = undefined
      client.end().catch(() => undefined)
    }
    ear = client
    client.on('error', deaf)
    client.on('end', deaf)
    client.on('notification', ({ payload }) => {
      for (const [heard, wanted] of waiting) if (wanted === payload) heard()
    })
    // The command ends when its work is done, not when the connection does.
    client
      .connect()
      .then(async () => (client.unref(), client.query(`listen ${channel}`)), deaf)
      .catch(deaf)
  }
  return (channel, payload, heard) => {
    waiting.set(heard, payload)
    if (!ear) listen(channel)
    return () => void waiting.delete(heard)
  }
}

/** One attempt. Whoever asked has gone when `limit` ends: the connection is closed as soon as it was given up. */
async function once(
  pool: Pool,
  statement: string,
  values: readonly (string | number)[],
  limit: AbortSignal,
  giveUp: (client: Backend) => Promise<void>,
): Promise<readonly Cells[]> {
  const client = await pool.connect()
  let isHeld = true
  const release = (isBroken: boolean): void => {
    if (isHeld) client.release(isBroken)
    isHeld = false
  }
  const leave = (): void => void giveUp(client).finally(() => release(true))
  limit.addEventListener('abort', leave)
  try {
    limit.throwIfAborted()
    const { rows } = await client.query<Cells>(statement, [...values])
    release(limit.aborted)
    return rows
  } catch (thrown) {
    // One that the server still talks on may not be used again; one whose statement was refused may.
    release(limit.aborted || !(thrown instanceof DatabaseError) || isPassing(thrown))
    throw thrown
  } finally {
    limit.removeEventListener('abort', leave)
  }
}

/** The server is gone, starting, stopping or busy: it may answer when asked again. */
function isPassing(thrown: unknown): boolean {
  if (thrown instanceof DatabaseError) return /^(08|57P0[123]|53300|40001|40P01)/.test(thrown.code ?? '')
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'].includes(codeOf(thrown)) ||
    /terminated|timeout|ended/i.test(messageOf(thrown))
  )
}

function isRefused(thrown: unknown): boolean {
  return ['ECONNREFUSED', 'EHOSTUNREACH'].includes(codeOf(thrown))
}

function explained(thrown: unknown, place: string): RolloutError {
  if (thrown instanceof RolloutError) return thrown
  const state = sqlStateOf(thrown)
  const where = { file: place }
  const message = `the journal cannot be used: ${messageOf(thrown) || codeOf(thrown)}`
  if (/client password must be/.test(messageOf(thrown)))
    return new RolloutError(
      'denied',
      {
        message: 'the journal cannot be used: the database asks for a password, and none is given',
        where,
        hint: `PGPASSWORD, \${NAME} in the address of state:, or a line of ~/.pgpass; ${WITHOUT}`,
      },
      { cause: thrown },
    )
  if (/^(28|42501)/.test(state))
    return new RolloutError(
      'denied',
      {
        message,
        where,
        hint: `${state.startsWith('28') ? LOGIN : GRANTS}; ${WITHOUT}`,
      },
      { cause: thrown },
    )
  // At once, and not as an error of the plan: after a failover the same address leads to the primary again.
  if (state === '25006') {
    const hint = `a standby is, and a primary while default_transaction_read_only is on there; name the primary in state:; ${WITHOUT}`
    return new RolloutError(
      'unreachable',
      { message: 'the journal cannot be written: the database is read-only', where, hint },
      { cause: thrown },
    )
  }
  if (state === '3D000')
    return new RolloutError('config', { message, where, hint: 'createdb makes one; the tables come by themselves' }, { cause: thrown })
  if (/^(42(?!P01)|22)/.test(state))
    return new RolloutError('config', { message, where, hint: 'is there another table of that name?' }, { cause: thrown })
  // A certificate or key that the address names; a socket that is not there says "connect".
  if (codeOf(thrown) === 'ENOENT' && !messageOf(thrown).startsWith('connect'))
    return new RolloutError('config', { message, where, hint: 'sslrootcert, sslcert and sslkey name files' }, { cause: thrown })
  if (/CERT|SIGNATURE/.test(codeOf(thrown))) {
    const hint = `sslrootcert= in the address of state: names who vouches for it, sslmode=no-verify asks nobody; ${WITHOUT}`
    return new RolloutError('unreachable', { message, where, hint }, { cause: thrown })
  }
  return unreachable(message, place, thrown)
}

/** Returns the error of a journal that a standby answers for. */
export function standbyAt(place: string): RolloutError {
  const message = 'the journal cannot be used: a standby of the database answers, and what it holds may be old'
  return unreachable(message, place, undefined, `name the primary in state:; ${WITHOUT}`)
}

function unreachable(message: string, place: string, cause: unknown, hint = WITHOUT): RolloutError {
  return new RolloutError('unreachable', { message, where: { file: place }, hint }, { cause })
}

/** SQLSTATE of what was thrown, if the server said it. */
export function sqlStateOf(thrown: unknown): string {
  const said = thrown instanceof RolloutError ? thrown.cause : thrown
  return said instanceof DatabaseError ? (said.code ?? '') : ''
}
