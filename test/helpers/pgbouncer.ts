import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'
import { asNobody, type Postgres } from './postgres.ts'
import { ready } from './until.ts'

export interface Pgbouncer {
  /** Of the same user of the same database, through the pooler, which asks for no password. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** Debian puts it where only root looks. */
const PROGRAM = '/usr/sbin/pgbouncer'

/** Whether Debian's `pgbouncer` is on this machine. */
export function hasPgbouncer(): boolean {
  return existsSync(PROGRAM)
}

/** A real PgBouncer on a loopback port before a PostgreSQL. */
export async function startPgbouncer(server: Postgres, mode: 'session' | 'transaction' | 'statement'): Promise<Pgbouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const { username, password } = new URL(server.url)
  const settings = { listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '', auth_type: 'any', pool_mode: mode }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const database = `postgres = host=127.0.0.1 port=${server.port} user=${username} password=${password}`
  writeFileSync(join(folder, 'ini'), ['[databases]', database, '[pgbouncer]', ...lines, ''].join('\n'))
  const [program, ...args] = [...asNobody(), PROGRAM, join(folder, 'ini')]
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (part: Buffer) => (said += String(part)))
  await ready('pgbouncer', child, () => said.includes('process up'), { said: () => said })
  return {
    url: `postgres://${username}@127.0.0.1:${port}/postgres`,
    close: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
