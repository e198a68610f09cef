import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import ignore from 'ignore'
import { RolloutError } from '../../core/values/errors.ts'
import { mayHang, mountOf, readMounts } from '../file/mount.ts'
import { askGit, type GitLoan } from './git.ts'

/** The files of a project as its people see them. */
export interface CodeTree {
  /** Where paths begin; no link leads there. */
  readonly root: string
  /** With `/`, sorted by whoever listed them. Links are among them; nothing behind a link is. */
  readonly paths: readonly string[]
  /** Absent outside a repository. */
  readonly git?: { readonly commit?: string; readonly remote?: string }
}

/** Outside of a repository a folder with more files is no project: somebody's home, or all of the machine. */
const MOST_FILES = 100_000

/** Lists the repository that a folder belongs to, without what it ignores; outside of one the folder, by its .gitignore files. Throws `usage` where that is no project by its size. */
export async function listTree(folder: string, loan: GitLoan): Promise<CodeTree> {
  const git = async (cwd: string, ...args: readonly string[]): Promise<string | undefined> => askGit(cwd, args, loan)
  const top = (await git(folder, 'rev-parse', '--show-toplevel'))?.replace(/\r?\n$/, '')
  const root = top === undefined || top === '' ? folder : top
  const listed = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate')
  if (listed === undefined || top === undefined) {
    loan.signal.throwIfAborted()
    return { root: realpathSync(folder), paths: walk(folder) }
  }
  const commit = (await git(root, 'rev-parse', 'HEAD'))?.trim()
  const remote = (await git(root, 'remote', 'get-url', 'origin'))?.trim()
  return { root, paths: listed.split('\0').slice(0, -1), git: { ...(commit && { commit }), ...(remote && { remote }) } }
}

/**
 * Returns the path of a file below a root of a tree, with `/`: by where it is, whatever links lead there. A file server that the
 * tree is not on is not asked.
 */
export function pathBelow(root: string, path: string): string {
  const found = onServer(root)(path) ? path : withoutLinks(path)
  return relative(root, found).split(sep).join('/')
}

/** Returns what tells paths on a file server, which may not answer, where the tree itself is on none. */
function onServer(root: string): (path: string) => boolean {
  const mounts = readMounts()
  return mountOf(root, mounts)?.asks === true ? () => false : (path) => mayHang(path, mounts)
}

/** Of a file that is not there yet, the folder counts. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(withoutLinks(folder), basename(path))
  }
}

/** Returns those of these paths that .gitattributes calls generated or vendored (linguist-generated, linguist-vendored). */
export async function attributedTo(root: string, paths: readonly string[], loan: GitLoan): Promise<ReadonlySet<string>> {
  const answer = await askGit(
    root,
    ['check-attr', '-z', '--stdin', 'linguist-generated', 'linguist-vendored'],
    loan,
    `${paths.join('\0')}\0`,
  )
  const words = (answer ?? '').split('\0')
  return new Set(words.filter((_, nth) => nth % 3 === 0 && ['set', 'true'].includes(words[nth + 2] ?? '')))
}

function tooMany(root: string): RolloutError {
  const message = `${root} is no git repository and holds more than ${MOST_FILES} files`
  return new RolloutError('usage', { message, hint: 'the plan belongs beside the code: -f names its folder' })
}

/** Without git: folder by folder, each .gitignore for what is below it. No file server that is mounted below the root is asked. */
function walk(root: string): readonly string[] {
  const found: string[] = []
  const isOnServer = onServer(root)
  const enter = (folder: string, isIgnoredAbove: (path: string) => boolean): void => {
    const own = rulesIn(join(root, folder))
    const isIgnored = (path: string): boolean => {
      // The nearest file decides: `!a.js` in a folder takes back what one above has said.
      const said = own?.test(folder === '' ? path : path.slice(folder.length + 1))
      return said?.ignored === true || (said?.unignored !== true && isIgnoredAbove(path))
    }
    for (const entry of entriesOf(join(root, folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!ALWAYS.has(entry.name) && !isOnServer(join(root, path)) && !isIgnored(`${path}/`)) enter(path, isIgnored)
      } else if (entry.isFile() && !isIgnored(path)) found.push(path)
      if (found.length > MOST_FILES) throw tooMany(root)
    }
  }
  enter('', () => false)
  return found
}

/** A folder that may not be entered holds nothing for us. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** Nobody's code, whether ignored or not. */
const ALWAYS = new Set(['.git', '.hg', '.svn', 'node_modules'])

function rulesIn(folder: string) {
  try {
    return ignore().add(readFileSync(join(folder, '.gitignore'), 'utf8'))
  } catch {
    return undefined
  }
}
