import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RolloutError } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'

const FILE = 'rollout.yaml'
const STORE = '.rollout'

/** Where the plan is (it need not exist) and the folder everything is relative to. */
export interface Place {
  readonly file: string
  readonly folder: string
}

/** Returns where `--file` is (a file or its folder), or else the nearest rollout.yaml from here upwards. Throws `denied` for a stranger's above. */
export function locate(shell: Pick<Shell, 'cwd' | 'uid' | 'env'>, given: string | undefined): Place {
  if (given !== undefined) {
    const path = resolve(shell.cwd, given)
    const file = isDirectory(path) ? join(path, FILE) : path
    return { file, folder: dirname(file) }
  }
  for (let folder = shell.cwd; ; folder = dirname(folder)) {
    const [file, kept] = [join(folder, FILE), join(folder, STORE)]
    const isHere = folder === shell.cwd
    // Here the plan decides alone: where the journal lies, nobody may answer.
    const found = isHere && existsSync(file) ? [file] : [file, kept].filter((each) => existsSync(each))
    if (!isHere) for (const each of found) checkOwner(shell, each)
    if (found.length > 0) return { file, folder }
    if (folder === dirname(folder)) return { file: join(shell.cwd, FILE), folder: shell.cwd }
  }
}

/** What cannot be looked at, a name that is too long for one, is no folder: whoever reads the file says what is wrong with it. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Tells whether there is anything to look at: a plan, a journal beside it, or a store that is named for all. */
export function isRolloutHere(shell: Pick<Shell, 'cwd' | 'uid' | 'env'>, given: string | undefined): boolean {
  const { file, folder } = locate(shell, given)
  return shell.env['ROLLOUT_STATE'] !== undefined || [file, join(folder, STORE)].some((each) => existsSync(each))
}

/**
 * What lies above was not asked for by name: in a folder that everybody may write, somebody else may have put it there, and
 * a plan runs commands (as a repository does in git: CVE-2022-24765). Root, and whoever became root, is no stranger.
 */
function checkOwner({ uid, env }: Pick<Shell, 'uid' | 'env'>, path: string): void {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  if (uid === undefined || owner === undefined || owner === uid || owner === 0) return
  if (uid === 0 && env['SUDO_UID'] === String(owner)) return
  throw new RolloutError('denied', {
    message: `${path} belongs to another user (uid ${owner}): it is not taken up from a folder below`,
    hint: `-f ${dirname(path)} takes it all the same: it may run commands as you`,
  })
}
