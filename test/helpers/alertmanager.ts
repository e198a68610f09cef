import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { freePort } from './port.ts'
import { has } from './program.ts'
import { ready } from './until.ts'

export interface Server {
  readonly url: string
  close(): Promise<void>
}

/** Whether Debian's `prometheus-alertmanager` is on this machine. */
export function hasAlertmanager(): boolean {
  return has('prometheus-alertmanager')
}

/** A real Alertmanager, alone; its data is gone with it. */
export async function startAlertmanager(): Promise<Server> {
  const config = 'route: { receiver: none, group_wait: 1s }\nreceivers: [{ name: none }]\n'
  return startServer('prometheus-alertmanager', { 'alertmanager.yml': config }, (folder, port) => [
    `--config.file=${folder}/alertmanager.yml`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ])
}

/** A real Prometheus that only evaluates these rules, every second. */
export async function startRules(rules: string): Promise<Server> {
  const files = { 'prometheus.yml': 'global: { evaluation_interval: 1s }\nrule_files: [rules.yml]\n', 'rules.yml': rules }
  return startServer('prometheus', files, (folder, port) => [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ])
}

/** A server of Debian's in a folder of its own, with these files. */
export async function startServer(
  program: string,
  files: Readonly<Record<string, string>>,
  argv: (folder: string, port: number) => string[],
  { env, readyAt = '/-/ready' }: { readonly env?: (folder: string) => NodeJS.ProcessEnv; readonly readyAt?: string } = {},
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `rollout-${basename(program)}-`))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const port = await freePort()
  const child = spawn(program, argv(folder, port), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(env && { env: { ...process.env, ...env(folder) } }),
  })
  let said = ''
  child.stderr.on('data', (part: Buffer) => (said += String(part)))
  const close = async (): Promise<void> => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  await ready(program, child, async () => isReady(url + readyAt), { said: () => said, close })
  return { url, close }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  child.kill('SIGKILL')
  await gone
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
