import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'
import { has } from './program.ts'
import { ready } from './until.ts'

export interface Prometheus {
  readonly url: string
  close(): Promise<void>
}

/** Whether Debian's `prometheus` is on this machine. */
export function hasPrometheus(): boolean {
  return has('prometheus')
}

/** A real Prometheus that scrapes one application every second; its data is gone with it, unless they are elsewhere. */
export async function startPrometheus(scraped: string, data?: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-prometheus-'))
  const { host } = new URL(scraped)
  const config = `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: shop, static_configs: [{ targets: ["${host}"] }] }]\n`
  writeFileSync(join(folder, 'prometheus.yml'), config)
  const port = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${data ?? `${folder}/data`}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (part: Buffer) => (said += String(part)))
  const gone = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  const url = `http://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
  await ready('prometheus', child, async () => isReady(url), { said: () => said, close })
  return { url, close }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok
  } catch {
    return false
  }
}
