import { connect } from 'node:net'
import type { Duration } from '../../core/values/units.ts'
import { REAL } from '../deadline.ts'

/** How long one takes at most that nobody waits for. */
const LIMIT: Duration = 1000
/** In the place of a protocol version, from the description of the message CancelRequest. */
const CANCEL = 80_877_102

/** A connection by what the server has called it, and by what it must be shown to stop it: null before it has said so. */
export interface Backend {
  readonly host: string
  readonly port: number
  readonly processID: number | null
  readonly secretKey: number | null
}

/**
 * Stops the statement that a connection waits for, and resolves when that was heard, after a second at most. A server whose
 * table is locked does not see that the other side has hung up: the statement would wait on, hold a connection, and be carried
 * out long after it was said to have failed. Who hangs up before it is heard is not known to a pooler any more.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function stop({ host, port, processID, secretKey }: Backend): Promise<void> {
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(16)
  for (const [nth, number] of [16, CANCEL, processID, secretKey].entries()) request.writeInt32BE(number, nth * 4)
  const line = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
  const stopWaiting = REAL.timer(LIMIT, () => line.destroy())
  line.on('error', () => line.destroy())
  const closed = new Promise<void>((done) => line.on('close', () => done()))
  // To a pooler the end of this side is the end of the wish, and PgBouncer 1.18 ends with it (pgbouncer/pgbouncer#846).
  line.write(request)
  line.resume()
  await closed
  stopWaiting()
}

/** Who has locked what a connection waits for, the first in the queue. Behind a pooler nobody is found. */
export const HOLDERS = `
  select holder.pid::text as pid, holder.usename::text as name, holder.application_name as application
  from unnest(pg_blocking_pids($1::integer)) as blocking (pid) join pg_stat_activity as holder using (pid)
  order by holder.wait_event_type is not distinct from 'Lock', holder.xact_start limit 1`

type Holder = { readonly [column: string]: string | null }

export function describeHolder({ pid, name, application }: Holder): string {
  return `pid ${pid} of the database (${[name, application].filter(Boolean).join(', ')}) has locked its table`
}

/** Returns what ends it, for a hint. */
export function endingOf({ pid }: Holder): string {
  return `select pg_terminate_backend(${pid}) there ends that`
}
