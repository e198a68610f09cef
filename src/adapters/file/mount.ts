import { readFileSync } from 'node:fs'

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

/** As proc_pid_mountinfo(5) calls them. */
const ASKING = /^(?:nfs|cifs|smb|fuse|9p|ceph|gluster|lustre|afs|beegfs|virtiofs|vboxsf)(?!ctl)/

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
      asks: ASKING.test(type),
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

/** Blanks and the like stand as `\040`. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
