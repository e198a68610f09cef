import { dirname } from 'node:path'
import type { Clock } from '../../core/ports.ts'

/** Arguments that surely fit into one command line. */
const AT_ONCE = 250
const BLOCK = 512
/** How tar writes down an access list or an attribute in the header before an entry: `28 SCHILY.xattr.user.note=hi`. */
const ATTRIBUTE = /^\d+ (?:SCHILY|LIBARCHIVE)\.(?:acl|xattr)\./
const LABEL = /^\d+ SCHILY\.xattr\.security\.selinux=[^:]*:[^:]*:/

/** Attributes as tar writes them down, in the order of the files. */
type Attributes = readonly (readonly string[])[]

let waiting: { readonly files: string[]; readonly answer: Promise<ReadonlySet<string>> } | undefined

/**
 * Resolves to whether a file has what a new one in its place would lack: an access list, or other extended attributes.
 * Node.js knows neither, and `tar` is on every machine that has them: it writes them down before each entry (pax(1), POSIX; GNU
 * tar manual, "Extended File Attributes"). Files that are asked about in one turn are shown to one `tar`: beginning it takes
 * longer than all the rest.
 */
export async function hasAttributes(file: string, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
  waiting ??= begin(clock)
  waiting.files.push(file)
  return (await waiting.answer).has(file)
}

function begin(clock: Pick<Clock, 'sleep'>): NonNullable<typeof waiting> {
  const files: string[] = []
  const answer = clock.sleep(0).then(async () => {
    waiting = undefined
    const asked = [...new Set(files)]
    const groups = Array.from({ length: Math.ceil(asked.length / AT_ONCE) }, (_, nth) => asked.slice(nth * AT_ONCE, (nth + 1) * AT_ONCE))
    return new Set((await Promise.all(groups.map(losing))).flat())
  })
  return { files, answer }
}

/** The files that would lose something. */
async function losing(group: readonly string[]): Promise<readonly string[]> {
  const folders = [...new Set(group.map((file) => dirname(file)))]
  const found = attributesIn(await archive([...folders, ...group]))
  if (found.length === folders.length + group.length) {
    const inherited = new Map(folders.map((folder, nth) => [folder, labelOf(found[nth])]))
    return group.filter((file, nth) => isLost(found[folders.length + nth] ?? [], inherited.get(dirname(file))))
  }
  // One that has gone meanwhile, or cannot be read, is no entry.
  if (group.length === 1 || found.length === 0) return []
  return (await Promise.all(group.map(async (file) => losing([file])))).flat()
}

/** A new file has the SELinux type of its folder: where that is what the old one has, nothing is lost. */
function isLost(attributes: readonly string[], inherited: string | undefined): boolean {
  return attributes.some((each) => !LABEL.test(each) || labelOf([each]) !== inherited)
}

function labelOf(attributes: readonly string[] = []): string | undefined {
  return attributes.find((each) => LABEL.test(each))?.replace(LABEL, '')
}

/** What stands in the headers of an archive (pax(1), "ustar Interchange Format"), entry by entry. */
function attributesIn(bytes: Buffer): Attributes {
  const found: string[][] = []
  let next: string[] = []
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
    const kind = bytes.toString('latin1', at + 156, at + 157)
    if (kind === 'x') next = recordsIn(bytes.subarray(at + BLOCK, at + BLOCK + size)).filter((record) => ATTRIBUTE.test(record))
    else if (kind !== 'g') {
      found.push(next)
      next = []
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return found
}

/** Each begins with its length in bytes; a value may have line ends in it. */
function recordsIn(header: Buffer): readonly string[] {
  const records: string[] = []
  for (let at = 0; at < header.length;) {
    const length = Number.parseInt(header.toString('latin1', at, at + 10), 10)
    if (!(length > 0)) break
    records.push(header.toString('latin1', at, at + length - 1))
    at += length
  }
  return records
}

async function archive(files: readonly string[]): Promise<Buffer> {
  const args = ['--create', '--file=-', '--format=pax', '--acls', '--xattrs', '--no-recursion', '-P', '--', ...files]
  // Loaded here alone: what only reads a file starts nothing.
  const { execFile } = await import('node:child_process')
  const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, encoding: 'buffer', timeout: 5000, maxBuffer: Infinity } as const
  return new Promise((resolve) => {
    // What it could not look at is what the write itself will complain of.
    execFile('tar', args, options, (_, stdout) => resolve(stdout))
  })
}
