import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { Clock } from '../../core/ports.ts'
import type { Duration } from '../../core/values/units.ts'
import { mountOf, readMounts } from './mount.ts'

/** Files, and the process that has each open for writing: `pid 4711 (vim)`. */
type Writers = ReadonlyMap<string, string>

/** A file that is open for writing, as the system tells of it without asking its file system, which may not answer. */
interface Open {
  readonly path: string
  /** Undefined before Linux 5.14, which does not tell. */
  readonly inode: number | undefined
  /** The number of its mount, among those that its process sees. */
  readonly mount: string
}

type Timer = Pick<Clock, 'sleep' | 'monotonic'>

/** Bits of the flags of an open file that are not O_RDONLY (open(2)). */
const WRITES = 0o3
/** For so long it is looked around: a machine may have a hundred thousand files open. */
const LOOKING: Duration = 500

let waiting: { readonly files: Set<string>; readonly found: Promise<Writers> } | undefined

/**
 * Resolves to the other process that has a file open for writing; undefined where nobody has, and where it cannot be seen:
 * without /proc, of another user's or another machine's process, and among too many open files. The path is the real one.
 * Files that are asked about in one turn are looked up in one walk.
 */
export async function writerOf(file: string, clock: Timer): Promise<string | undefined> {
  waiting ??= begin(clock)
  waiting.files.add(file)
  return (await waiting.found).get(file)
}

function begin(clock: Timer): NonNullable<typeof waiting> {
  const files = new Set<string>()
  const found = clock.sleep(0).then(() => {
    waiting = undefined
    return writersOf(files, clock)
  })
  return { files, found }
}

function writersOf(files: ReadonlySet<string>, clock: Timer): Writers {
  const found = new Map<string, string>()
  const inodes = inodesOf(files)
  const until = clock.monotonic() + LOOKING
  for (const pid of others()) {
    for (const fd of orNone(() => readdirSync(`/proc/${pid}/fd`))) {
      if (clock.monotonic() > until) return found
      const open = openedBy(pid, fd)
      for (const file of open ? namesOf(open, pid, { files, inodes }) : []) found.set(file, named(pid))
    }
  }
  return found
}

/** The other processes, the youngest first: an editor is younger than a database. */
function others(): readonly string[] {
  const [self] = orNone(() => [readlinkSync('/proc/self')])
  const processes = orNone(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== self))
  return processes.toSorted((a, b) => Number(b) - Number(a))
}

/** What a process may write by one of its descriptors, if that has a path; proc_pid_fdinfo(5). */
function openedBy(pid: string, fd: string): Open | undefined {
  const [path] = orNone(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)])
  if (path === undefined || !path.startsWith('/') || path.startsWith('/dev/')) return undefined
  const [info = ''] = orNone(() => [readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')])
  const { flags = '0', mnt_id: mount = '', ino } = Object.fromEntries(info.split('\n').map((line) => line.split(/:\s*/)))
  if ((Number.parseInt(flags, 8) & WRITES) === 0) return undefined
  return { path, mount, inode: ino === undefined ? undefined : Number(ino) }
}

/** Which of the files it is: by inode and device, which a hard link and a container share, or else by name. */
function namesOf(
  { path, inode, mount }: Open,
  pid: string,
  { files, inodes }: { readonly files: ReadonlySet<string>; readonly inodes: ReadonlyMap<number, readonly string[]> },
): readonly string[] {
  if (inode === undefined) return files.has(path) ? [path] : []
  const alike = inodes.get(inode)
  if (!alike) return []
  const device = readMounts(pid).find(({ id }) => id === mount)?.device
  const mounts = readMounts()
  // Not that of stat: btrfs tells another one to who asks for a file.
  return alike.filter((file) => device !== undefined && mountOf(file, mounts)?.device === device)
}

function named(pid: string): string {
  return `pid ${pid} (${orNone(() => [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()]).join('')})`
}

function inodesOf(files: ReadonlySet<string>): ReadonlyMap<number, readonly string[]> {
  const inodes = new Map<number, string[]>()
  for (const file of files) {
    const [stat] = orNone(() => [statSync(file)])
    if (stat) inodes.set(stat.ino, [...(inodes.get(stat.ino) ?? []), file])
  }
  return inodes
}

/** Processes end while they are looked at, and most are none of this user's business. */
function orNone<Result>(look: () => readonly Result[]): readonly Result[] {
  try {
    return look()
  } catch {
    return []
  }
}
