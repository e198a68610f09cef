import { readFileSync } from 'node:fs'

/** File systems that ask somebody else: a call to one may never return. As proc_pid_mountinfo(5) calls them. */
export const ASKING = / - (?:nfs|cifs|smb|fuse|9p|ceph|gluster|lustre|afs|beegfs|virtiofs|vboxsf)(?!ctl)/

/** Returns whether such a file system is mounted; false where the system does not say. */
export function isAnyAsking(): boolean {
  try {
    return ASKING.test(readFileSync('/proc/self/mountinfo', 'utf8'))
  } catch {
    return false
  }
}
