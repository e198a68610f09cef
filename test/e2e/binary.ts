import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const binary = join(import.meta.dirname, '../../bin/rollout.cjs')
if (!existsSync(join(import.meta.dirname, '../../dist/main.cjs'))) throw new Error('the binary is not built: npm run build')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly ended: Promise<Ended>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves once it has printed this, on either stream. */
  readonly printed: (text: string) => Promise<void>
}

/** A folder of its own in which the built binary is typed. Removed after the test file. */
export function place(files: Readonly<Record<string, string>> = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollout-e2e-')))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text)
  for (const [path, text] of Object.entries(files)) write(path, text)
  const launch = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running => {
    const child = spawn(process.execPath, [binary, ...argv], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ROLLOUT_ACTOR: 'ana', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    const waiting = new Set<() => void>()
    const heard = (): void => {
      for (const look of waiting) look()
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((out += text), heard()))
    child.stderr.setEncoding('utf8').on('data', (text: string) => ((err += text), heard()))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, out, err }))
    })
    return {
      ended,
      kill: (signal) => void child.kill(signal),
      printed: async (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            if (`${out}${err}`.includes(text)) resolve()
          }
          waiting.add(look)
          look()
          void ended.then(() => reject(new Error(`ended without printing ${text}:\n${out}${err}`)))
        }),
    }
  }
  return {
    folder,
    write,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    launch,
    rollout: async (...argv: readonly string[]) => launch(argv).ended,
  }
}
