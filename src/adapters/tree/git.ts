import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { spawn } from '../spawn.ts'

/** What asking git needs of the world. */
export interface GitLoan {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** Bytes that git may print, and milliseconds it may take. */
const MOST = 256 << 20
const PATIENCE = 60_000

/** Runs git in a folder, with everything that the environment says to it. Throws what `spawn` throws. */
export async function git(cwd: string, args: readonly string[], { env, signal }: GitLoan, input?: string): Promise<string> {
  // A monitor of files would be started, and outlive us; and `[id].ts` is the name of a file, no pattern.
  const argv = ['git', '--literal-pathspecs', '-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', ...args] as const
  const how = { cwd, env, signal, pass: Object.keys(env), timeout: PATIENCE, maxBytes: MOST, ...(input !== undefined && { input }) }
  return (await spawn([argv[0], ...argv.slice(1)], how)).stdout
}

/** Returns what git prints; undefined where it is not there, or has nothing to say of this place. */
export async function askGit(cwd: string, args: readonly string[], loan: GitLoan, input?: string): Promise<string | undefined> {
  try {
    return await git(cwd, args, loan, input)
  } catch {
    loan.signal.throwIfAborted()
    return undefined
  }
}

/** Returns the tracked files that differ from the last commit, and those of some others that are in none; undefined outside of a repository. */
export async function dirtyFiles(root: string, others: readonly string[], loan: GitLoan): Promise<readonly string[] | undefined> {
  const printed = await askGit(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'], loan)
  const lines = printed?.split('\0').filter((line) => line !== '' && (!line.startsWith('??') || others.includes(line.slice(3))))
  return lines?.map((line) => line.slice(3))
}

/** A commit of some files on a branch of its own. */
export interface Commit {
  readonly branch: string
  readonly message: string
  readonly files: readonly string[]
}

/** Throws `usage` for a name that is no branch's, or a branch that is there already. */
export async function checkNewBranch(root: string, branch: string, loan: GitLoan): Promise<void> {
  const hint = 'another name: --branch'
  if ((await askGit(root, ['check-ref-format', '--branch', branch], loan)) === undefined)
    throw new RolloutError('usage', { message: `${JSON.stringify(branch)} is no name of a branch`, hint })
  if ((await askGit(root, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], loan)) !== undefined)
    throw new RolloutError('usage', { message: `there is a branch ${branch} already`, hint })
}

/** Commits these files, and no others, on a new branch, which is then the one that is checked out. Throws `conflict`; what was checked out before is back then. */
export async function commitOnBranch(root: string, { branch, message, files }: Commit, loan: GitLoan): Promise<void> {
  try {
    await git(root, ['switch', '--quiet', '--create', branch], loan)
  } catch (thrown) {
    throw new RolloutError('conflict', { message: `the branch ${branch} cannot be made: ${saidBy(thrown)}` }, { cause: thrown })
  }
  try {
    await git(root, ['add', '--', ...files], loan)
    await git(root, ['commit', '--quiet', '-m', message, '--', ...files], loan)
  } catch (thrown) {
    await askGit(root, ['reset', '--quiet', '--', ...files], loan)
    // Not `switch`: before may be a commit without a branch.
    await askGit(root, ['checkout', '--quiet', '-'], loan)
    await askGit(root, ['branch', '--quiet', '-D', branch], loan)
    throw new RolloutError('conflict', { message: `git does not commit it: ${saidBy(thrown)}` }, { cause: thrown })
  }
}

/** Pushes a branch to `origin`, with options that its server is told. Throws `unreachable`; the branch stays. */
export async function pushBranch(root: string, branch: string, options: readonly string[], loan: GitLoan): Promise<void> {
  try {
    await git(root, ['push', '--quiet', ...options.flatMap((option) => ['-o', option]), '--set-upstream', 'origin', branch], loan)
  } catch (thrown) {
    loan.signal.throwIfAborted()
    const message = `it is committed on ${branch}, which was not pushed: ${saidBy(thrown)}`
    throw new RolloutError('unreachable', { message, hint: `git push --set-upstream origin ${branch}` }, { cause: thrown })
  }
}

function saidBy(thrown: unknown): string {
  return messageOf(thrown).replaceAll(/\s*\|\s*/g, ' ')
}
