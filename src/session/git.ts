import { spawn } from '../adapters/spawn.ts'
import type { Shell } from '../shell.ts'

/** Longer than this nobody who must roll back waits for a name, in milliseconds. */
const PATIENCE = 1000

/** Returns what git calls the person who works in this folder: `user.email`; undefined where it does not say, or is not there. */
export async function gitUser({ cwd, env, signal }: Pick<Shell, 'cwd' | 'env' | 'signal'>): Promise<string | undefined> {
  try {
    const pass = ['XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']
    const { stdout } = await spawn(['git', 'config', '--get', 'user.email'], { cwd, env, signal, pass, timeout: PATIENCE, maxBytes: 1024 })
    return stdout.trim()
  } catch {
    return undefined
  }
}
