import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../core/ports.ts'

/** Opens to read what is there now: without it a named pipe is waited for until somebody writes to it, and no deadline ends that. */
export const READ_NOW = constants.O_RDONLY | constants.O_NONBLOCK

/** Made once: a long journal is as many files as it has events. Node takes numbers for flags, its types know only letters. */
const NOW = { encoding: 'utf8', flag: READ_NOW } as const
const TEXT: { readonly encoding: 'utf8' } = NOW

/** Returns the text of a file as it is now; '' for a pipe that nobody writes to. */
export function readNow(path: string): string {
  return readFileSync(path, TEXT)
}

/** Writes a new file and makes its bytes durable. */
export function writeDurably(path: string, bytes: Uint8Array, mode = 0o600): void {
  const file = openSync(path, 'wx', mode)
  try {
    fillDurably(file, bytes)
  } catch (thrown) {
    discard(path)
    throw thrown
  } finally {
    closeSync(file)
  }
}

/** Writes bytes to a new file that is open, durably. Loops until every byte is written: a short write is no error to the kernel. */
export function fillDurably(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  fsyncSync(file)
}

/** Gives a durable temporary file its name, unless the name is taken: false then. The temporary file is gone either way. */
export function claim(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path)
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw thrown
  } finally {
    discard(temporary)
  }
  syncFolder(dirname(path))
  return true
}

/** Replaces a file by a durable temporary one. */
export function replace(temporary: string, path: string): void {
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Not every file system can sync a folder, and not every folder that may be written may be opened. */
const CANNOT_SYNC: ReadonlySet<string> = new Set(['EINVAL', 'EBADF', 'ENOTSUP', 'ENOSYS', 'EACCES'])

/**
 * A new name in a folder survives power loss only once the folder itself is synced. Where that cannot be done the name is as
 * lasting as the file system makes it, as databases have it too (PostgreSQL, `fsync_fname_ext`).
 */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (thrown) {
    if (!CANNOT_SYNC.has(codeOf(thrown))) throw thrown
  }
}

const syncing = new Map<string, Promise<void>>()

/** Does the same once for everybody who asks in one turn: a folder with a thousand new names is synced as soon as one with one. */
export async function syncFolderOnce(folder: string, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const sync = async (): Promise<void> => {
    await clock.sleep(0)
    syncing.delete(folder)
    syncFolder(folder)
  }
  const soon = syncing.get(folder) ?? sync()
  syncing.set(folder, soon)
  return soon
}

/** Makes a folder and those above it, for this user alone, each durable in the one that holds it. One that is there stays as it is. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
  }
  syncFolder(parent)
}

/** Removes a file; one that is not there is fine. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch (thrown) {
    // A disk that may not be written refuses before it looks.
    if (codeOf(thrown) !== 'ENOENT' && existsSync(path)) throw thrown
  }
}

/** Returns whether a disk had no room for something, be it bytes or files. */
export function isFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(thrown))
}

/** Returns what a disk lacks that had no room, as a person must look for it: `df` shows neither files nor quotas. */
export function describeFull(thrown: unknown, folder: string): string {
  if (codeOf(thrown) === 'EDQUOT') return 'has no room left in the quota of this user'
  const { files, ffree, bavail } = statfsSync(folder)
  // What was to be written may be gone again: one of each may be there.
  return files > 0 && ffree < bavail ? 'has room for no more files (df -i)' : 'is full'
}

/** The system's name of an error, e.g. `ENOSPC`. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}
