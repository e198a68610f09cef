import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'

/** A place where a file system is mounted. */
export interface Mount {
  /** Its number among the mounts that a process sees. */
  readonly id: string
  /** The device, as `254:0`: everything mounted of one file system has the same. */
  readonly device: string
  readonly at: string
  /** It asks somebody else, behind a network or in another process: a call to it may never return. */
  readonly asks: boolean
}

/** So many links on the way to a file the system follows (path_resolution(7)). */
const LINKS = 40
/** As proc_pid_mountinfo(5) calls them. What autofs mounts once it is asked for is one of the others. */
const ASKING = /^(?:autofs|nfs|cifs|smb|fuse|9p|ceph|gluster|lustre|afs|beegfs|virtiofs|vboxsf)(?!ctl)/

/**
 * Returns what is mounted, the longest path first and at each what lies on top; nothing where the system does not say. Another
 * process may see other mounts.
 */
export function readMounts(pid = 'self'): readonly Mount[] {
  try {
    const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').matchAll(/^(\S+) \S+ (\S+) \S+ (\S+) .* - (\S+) /gm)
    const mounts = [...lines].map(([, id = '', device = '', at = '', type = '']) => ({
      id,
      device,
      at: unescaped(at),
      // systemd mounts /proc/sys/fs/binfmt_misc like that, on every machine.
      asks: ASKING.test(type) && !at.startsWith('/proc/'),
    }))
    // Of two at the same place the later one covers the other, as a file system does what has mounted it when it was asked for.
    return mounts.toReversed().toSorted((a, b) => b.at.length - a.at.length)
  } catch {
    return []
  }
}

/** Returns the mount that a path lies on; undefined where nothing is known of it. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts.find(({ at }) => path === at || path.startsWith(at === '/' ? at : `${at}/`))
}

/**
 * Returns whether a call to the file system of a path may never return: it lies on a mount that asks somebody else, or a link on
 * the way leads there. Asks none of those itself. The path is absolute; it need not exist.
 */
export function mayHang(path: string, mounts: readonly Mount[]): boolean {
  if (!mounts.some(({ asks }) => asks)) return false
  const isAsking = (at: string): boolean => mountOf(at, mounts)?.asks === true
  let at = path
  for (let links = 0; links <= LINKS; links += 1) {
    const stop = prefixesOf(at).find((each) => isAsking(each) || linkAt(each) !== undefined)
    if (stop === undefined) return false
    if (isAsking(stop)) return true
    at = resolve(dirname(stop), linkAt(stop) ?? '', relative(stop, at))
  }
  // The system refuses such a path by itself.
  return false
}

/** `/a`, `/a/b` and `/a/b/c` of `/a/b/c`. */
function prefixesOf(path: string): readonly string[] {
  const names = path.split(sep).filter((name) => name !== '')
  return names.map((_, nth) => sep + names.slice(0, nth + 1).join(sep))
}

/** Undefined where there is no link, or none that can be read: then there is no way on either. */
function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Blanks and the like stand as `\040`. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
