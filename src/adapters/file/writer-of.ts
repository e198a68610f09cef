import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { Clock } from '../../core/ports.ts'

/** Files by device and inode, and the process that has each open for writing: `pid 4711 (vim)`. */
type Writers = ReadonlyMap<string, string>

/** Bits of the flags of an open file that are not O_RDONLY (open(2)). */
const WRITES = 0o3

let waiting: Promise<Writers> | undefined

/**
 * Resolves to the other process that has a file open for writing; undefined where nobody has, and where it cannot be seen:
 * without /proc, and of another user's or another machine's process. Files that are asked about in one turn are looked up in one walk.
 */
export async function writerOf(file: string, clock: Pick<Clock, 'sleep'>): Promise<string | undefined> {
  waiting ??= clock.sleep(0).then(() => {
    waiting = undefined
    return writers()
  })
  const found = await waiting
  const key = keyOf(file)
  return key === undefined ? undefined : found.get(key)
}

function writers(): Writers {
  const found = new Map<string, string>()
  const [self] = orNone(() => [readlinkSync('/proc/self')])
  const processes = orNone(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== self))
  for (const pid of processes) {
    for (const fd of orNone(() => readdirSync(`/proc/${pid}/fd`))) {
      const key = writtenBy(pid, fd)
      if (key !== undefined) found.set(key, `pid ${pid} (${orNone(() => [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()]).join('')})`)
    }
  }
  return found
}

/** What a process writes by one of its descriptors, if that is a file; proc_pid_fdinfo(5). */
function writtenBy(pid: string, fd: string): string | undefined {
  const [path] = orNone(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)])
  if (path === undefined || !path.startsWith('/') || path.startsWith('/dev/')) return undefined
  const [info = ''] = orNone(() => [readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')])
  const flags = Number.parseInt(/^flags:\s*(\d+)$/m.exec(info)?.[1] ?? '0', 8)
  return (flags & WRITES) === 0 ? undefined : keyOf(`/proc/${pid}/fd/${fd}`)
}

function keyOf(path: string): string | undefined {
  const [stat] = orNone(() => [statSync(path)])
  return stat?.isFile() === true ? `${stat.dev}:${stat.ino}` : undefined
}

/** Processes end while they are looked at, and most are none of this user's business. */
function orNone<Result>(look: () => readonly Result[]): readonly Result[] {
  try {
    return look()
  } catch {
    return []
  }
}
