import { promisify } from 'node:util'
import { REAL, withDeadline } from '../adapters/deadline.ts'
import type { Shell } from '../shell.ts'

/** Longer than this nobody who must roll back waits for a name, in milliseconds. */
const PATIENCE = 1000
/** What git needs to find its settings. */
const PASSED = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']

/** Returns what git calls the person who works in this folder: `user.email`; undefined where it does not say, or is not there. */
export async function gitUser({ cwd, env, signal }: Pick<Shell, 'cwd' | 'env' | 'signal'>): Promise<string | undefined> {
  try {
    // Not by what runs the commands of a plan: to load that takes longer than git does.
    const { execFile } = await import('node:child_process')
    const passed = Object.fromEntries(PASSED.map((name) => [name, env[name]]))
    const ask = async (both: AbortSignal): Promise<{ readonly stdout: string }> =>
      promisify(execFile)('git', ['config', '--get', 'user.email'], {
        cwd,
        env: passed,
        signal: both,
        killSignal: 'SIGKILL',
        maxBuffer: 1024,
      })
    const { stdout } = await withDeadline(REAL, PATIENCE, signal, ask)
    return stdout.trim()
  } catch {
    return undefined
  }
}
