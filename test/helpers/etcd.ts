import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'
import { until } from './until.ts'

export interface Etcd {
  readonly url: string
  /** `host:port` of each member. */
  readonly members: readonly string[]
  /** Which member leads now; -1 where none says so. */
  readonly leader: () => Promise<number>
  /** kill -9 of one member. */
  readonly kill: (member: number) => Promise<void>
  readonly start: (member: number) => Promise<void>
  /** One request to the gateway of the first member. */
  readonly ask: (path: string, body: object, token?: string) => Promise<Readonly<Record<string, unknown>>>
  readonly close: () => Promise<void>
}

/** Whether Debian's `etcd` is on this machine. */
export function hasEtcd(): boolean {
  return spawnSync('etcd', ['--version'], { stdio: 'ignore' }).status === 0
}

/** PEM files; a client must show a certificate of `ca` too. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/**
 * A real etcd of that many members on loopback ports; its data is gone with it. With certificates each has a second address,
 * for TLS. `authToken` is what etcd takes as `--auth-token`.
 */
export async function startEtcd(
  size: number,
  { tls, authToken = 'simple' }: { readonly tls?: Certificates; readonly authToken?: string } = {},
): Promise<Etcd & { readonly secure: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-etcd-'))
  const clients: string[] = []
  const peers: string[] = []
  const secure: string[] = []
  for (let nth = 0; nth < size; nth += 1) {
    if (tls) secure.push(`127.0.0.1:${await freePort()}`)
    clients.push(`127.0.0.1:${await freePort()}`)
    peers.push(`127.0.0.1:${await freePort()}`)
  }
  const children: (ChildProcess | undefined)[] = clients.map(() => undefined)
  const ask = async (path: string, body: object, token?: string, member = 0): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { ...(token !== undefined && { authorization: token }) }
    const answer = await fetch(`http://${clients[member]}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
  const leader = async (): Promise<number> => {
    for (let member = 0; member < size; member += 1) {
      try {
        const status = await ask('/v3/maintenance/status', {}, undefined, member)
        const header = status['header'] as { readonly member_id: string }
        if (status['leader'] === header.member_id) return member
      } catch {}
    }
    return -1
  }
  const start = async (member: number): Promise<void> => {
    const options = {
      name: `m${member}`,
      'data-dir': join(folder, `m${member}`),
      'listen-client-urls': [`http://${clients[member]}`, ...(tls ? [`https://${secure[member]}`] : [])].join(','),
      ...(tls && { 'cert-file': tls.cert, 'key-file': tls.key, 'trusted-ca-file': tls.ca, 'client-cert-auth': 'true' }),
      'advertise-client-urls': `http://${clients[member]}`,
      'listen-peer-urls': `http://${peers[member]}`,
      'initial-advertise-peer-urls': `http://${peers[member]}`,
      'initial-cluster': peers.map((peer, nth) => `m${nth}=http://${peer}`).join(','),
      'initial-cluster-token': folder,
      'auth-token': authToken,
      'log-level': 'error',
    }
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    children[member] = spawn('etcd', args, { cwd: folder, stdio: 'ignore' })
  }
  const kill = async (member: number): Promise<void> => {
    const child = children[member]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((done) => child.once('exit', () => done()))
    child.kill('SIGKILL')
    await gone
  }
  const close = async (): Promise<void> => {
    await Promise.all(clients.map(async (_, member) => kill(member)))
    rmSync(folder, { recursive: true, force: true })
  }
  await Promise.all(clients.map(async (_, member) => start(member)))
  await until('etcd has elected a leader', async () => (await leader()) >= 0).catch(async (thrown: unknown) => {
    await close()
    throw thrown
  })
  return { url: `etcd://${clients.join(',')}/test`, members: clients, leader, kill, start, ask, close, secure }
}
