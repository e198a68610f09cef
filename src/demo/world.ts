import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startLoad, type LoadStats } from './load.ts'

export type DemoFault = 'errors' | 'latency' | 'nodata' | 'shadow' | 'none'

export interface DemoWorldOptions {
  readonly folder: string
  readonly fault: DemoFault
  /** Folder of the package: the shop runs from its bundle, or from the source where there is none. */
  readonly home: string
  readonly signal: AbortSignal
  /** Requests per second. */
  readonly rate?: number
}

/** A shop on a free loopback port, and users who visit it. */
export interface DemoWorld {
  readonly url: string
  readonly envFile: string
  readonly stats: () => LoadStats
  /** Ends both, and resolves when they are gone. */
  close(): Promise<void>
}

const ENV_FILE = `# The shop reads its toggles from here, again and again.
# Everything around them stays as it is.
PORT=8080
export GREETING="Hello"

FEATURE_TOGGLE_SYSTEM=false
FEATURE_SEARCH_READ=false
FEATURE_AI_GENERATION=false   # the texts of the model
FEATURE_LEGACY_SEARCH=true
`

/** Starts the shop as a process of its own, and the load. */
export async function openDemoWorld({ folder, fault, home, signal, rate = 400 }: DemoWorldOptions): Promise<DemoWorld> {
  const envFile = join(folder, 'deploy/web.env')
  mkdirSync(dirname(envFile), { recursive: true })
  writeFileSync(envFile, ENV_FILE)
  const child = start(home, { ROLLOUT_FILE: envFile, SHOP_FAULT: fault })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = (): void => void child.kill()
  signal.addEventListener('abort', end, { once: true })
  const url = `http://127.0.0.1:${await portOf(child)}`
  const load = startLoad({ url, rate, users: 5000 })
  return {
    url,
    envFile,
    stats: load.stats,
    close: async () => {
      load.close()
      signal.removeEventListener('abort', end)
      end()
      await gone
    },
  }
}

function start(home: string, env: Readonly<Record<string, string>>): ChildProcess {
  const bundle = join(home, 'dist/shop.cjs')
  const argv = existsSync(bundle) ? [bundle] : ['--import', 'tsx', join(home, 'src/demo/shop.ts')]
  return spawn(process.execPath, argv, { cwd: home, env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
}

async function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the shop ended with ${code} before it was ready`)))
    child.stdout?.once('data', (line: Buffer) => {
      const said: unknown = JSON.parse(line.toString())
      if (typeof said === 'object' && said !== null && 'port' in said) resolve(Number(said.port))
    })
  })
}
