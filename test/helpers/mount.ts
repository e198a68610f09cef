import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this user may mount a disk of its own. */
export const CAN_MOUNT = may(['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs'])

/** Mounts; throws when that is not allowed. */
export function mount(...argv: readonly string[]): void {
  execFileSync('mount', argv, { stdio: 'pipe' })
}

export function unmount(place: string): void {
  execFileSync('umount', [place], { stdio: 'pipe' })
}

function may(argv: readonly string[]): boolean {
  const place = mkdtempSync(join(tmpdir(), 'rollout-mount-'))
  try {
    mount(...argv, place)
    unmount(place)
    return true
  } catch {
    return false
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
