import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'
import { ready, until } from './until.ts'

const VERSIONS = '/usr/lib/postgresql'

export interface Postgres {
  /** Of a superuser whose password is asked for. */
  readonly url: string
  readonly port: number
  /** kill -9 of the server and of every process of it. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** The server's processes, the first the one that listens. */
  readonly processes: () => readonly number[]
  readonly close: () => Promise<void>
}

/** Folder of Debian's PostgreSQL programs (they are not in the PATH), or undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  return readdirSync(VERSIONS)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/**
 * A real PostgreSQL on a loopback port; its data is gone with it. It refuses to run as root, so root runs it as nobody. Of
 * another one it is a hot standby.
 */
export async function startPostgres(password: string, primary?: Postgres): Promise<Postgres> {
  const programs = postgresPrograms()
  if (programs === undefined) throw new Error('PostgreSQL is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'rollout-postgres-'))
  const as = asNobody()
  if (as.length > 0) chownSync(folder, 65_534, 65_534)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const run = (program: string, ...args: readonly string[]): readonly [string, readonly string[]] => {
    const [first = '', ...rest] = [...as, join(programs, program), ...args]
    return [first, rest]
  }
  const secret = join(folder, 'password')
  writeFileSync(secret, password)
  const fresh = (): ReturnType<typeof run> =>
    run('initdb', '-D', data, '-U', 'owner', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-N', '--locale=C', '-E', 'UTF8')
  const copyOf = ({ url }: Postgres): ReturnType<typeof run> => run('pg_basebackup', '-d', url, '-D', data, '-N', '-R', '-c', 'fast')
  // Without waiting for the disk: nobody needs this data after a power loss.
  const [init, args] = primary ? copyOf(primary) : fresh()
  const made = spawnSync(init, args, { cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`${init}: ${made.stderr}`)
  }
  const port = await freePort()
  let server: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'max_connections=200', 'shared_buffers=16MB']
    const [program, more] = run('postgres', '-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each]))
    const child = spawn(program, more, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (part: Buffer) => (said += String(part)))
    server = child
    await ready('postgres', child, () => /ready to accept (read-only )?connections/.test(said), { said: () => said })
  }
  const processes = (): readonly number[] => (server?.pid === undefined ? [] : [server.pid, ...childrenOf(server.pid)])
  const kill = async (): Promise<void> => {
    const child = server
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((done) => child.once('exit', () => done()))
    // A child that outlives its parent keeps the shared memory, and the next start is refused: none may be born meanwhile.
    send(child.pid, 'SIGSTOP')
    const all = processes()
    for (const pid of all) send(pid, 'SIGKILL')
    await gone
    await until('every process of PostgreSQL is gone', () => all.every(hasEnded))
  }
  await start()
  return {
    url: `postgres://owner:${password}@127.0.0.1:${port}/postgres`,
    port,
    kill,
    start,
    processes,
    close: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What runs the rest as nobody where this is root, whom these servers refuse. */
export function asNobody(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function send(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal)
  } catch {}
}

/** A zombie that nobody has waited for yet holds nothing any more. */
function hasEnded(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === true
  } catch {
    return true
  }
}
