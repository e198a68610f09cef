import { execFile } from 'node:child_process'
import type { Clock } from '../../core/ports.ts'

/** Arguments that surely fit into one command line. */
const AT_ONCE = 500

let waiting: { readonly files: string[]; readonly answer: Promise<ReadonlySet<string>> } | undefined

/**
 * Resolves to whether a file has an access list. Node.js knows none; `ls` marks them with a + behind the mode (POSIX, ls,
 * "alternate access method flag"). Files that are asked about in one turn are shown to one `ls`: beginning it takes longer
 * than all the rest.
 */
export async function hasAccessList(file: string, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
  waiting ??= begin(clock)
  waiting.files.push(file)
  return (await waiting.answer).has(file)
}

function begin(clock: Pick<Clock, 'sleep'>): NonNullable<typeof waiting> {
  const files: string[] = []
  const answer = clock.sleep(0).then(async () => {
    waiting = undefined
    return new Set(await marked([...new Set(files)]))
  })
  return { files, answer }
}

async function marked(files: readonly string[]): Promise<readonly string[]> {
  // In this order ls prints what it was given.
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const groups = Array.from({ length: Math.ceil(sorted.length / AT_ONCE) }, (_, nth) => sorted.slice(nth * AT_ONCE, (nth + 1) * AT_ONCE))
  return (await Promise.all(groups.map(async (group) => markedIn(group)))).flat()
}

async function markedIn(group: readonly string[]): Promise<readonly string[]> {
  const lines = await list(group)
  if (group.every((file, nth) => lines[nth]?.endsWith(` ${file}`))) return group.filter((_, nth) => isMarked(lines[nth]))
  // One that has gone meanwhile has no line, and a name may go over several.
  const [only] = group
  if (group.length === 1 && only !== undefined) return isMarked(lines[0]) ? [only] : []
  return (await Promise.all(group.map(async (file) => markedIn([file])))).flat()
}

function isMarked(line = ''): boolean {
  return /^\S{10}\+/.test(line)
}

async function list(files: readonly string[]): Promise<readonly string[]> {
  const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, timeout: 5000, maxBuffer: 1 << 24 }
  return new Promise((resolve) => {
    // What it could not look at is what the write itself will complain of.
    execFile('ls', ['-ldn', '--', ...files], options, (_, stdout) => resolve(stdout.split('\n').slice(0, -1)))
  })
}
