import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from './limits.ts'

const binary = join(import.meta.dirname, '../../bin/rollout.cjs')
if (!existsSync(join(import.meta.dirname, '../../dist/main.cjs'))) throw new Error('the binary is not built: npm run build')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves once it has printed this, on either stream. */
  readonly printed: (text: string) => Promise<void>
}

export interface How {
  readonly env?: Readonly<Record<string, string>>
  /** A program and its arguments that the binary is started through, such as `strace -f`. */
  readonly through?: readonly string[]
  /** A file descriptor that is stdout and stderr instead. */
  readonly output?: number
  /** Another copy of the program. */
  readonly program?: string
  /** Milliseconds after which it is killed, together with the program it was started through. */
  readonly timeout?: number
}

/** Types the built binary in a folder. */
export function launch(
  folder: string,
  argv: readonly string[],
  { env, through = [], output, timeout, program = binary }: How = {},
): Running {
  const [first = process.execPath, ...rest] = [...through, process.execPath, program, ...argv]
  const child = spawn(first, rest, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ROLLOUT_ACTOR: 'ana', ...env },
    stdio: ['ignore', output ?? 'pipe', output ?? 'pipe'],
    // A group of its own: who is traced outlives its tracer, and keeps the streams open that are waited for.
    detached: timeout !== undefined,
  })
  let isLate = false
  const late = setTimeout(() => {
    isLate = timeout === undefined
    if (isLate) child.kill('SIGKILL')
    else killGroup(child.pid)
  }, timeout ?? LIMITS.program)
  let [out, err] = ['', '']
  const waiting = new Set<() => void>()
  const heard = (): void => {
    for (const look of waiting) look()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => ((out += text), heard()))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => ((err += text), heard()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(late)
      if (isLate) reject(new Error(`rollout ${argv.join(' ')} had not ended after ${LIMITS.program / 1000} s:\n${out}${err}`))
      else resolve({ code, signal, out, err })
    })
  })
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    printed: async (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (`${out}${err}`.includes(text)) resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without printing ${text}:\n${out}${err}`)), reject)
      }),
  }
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
