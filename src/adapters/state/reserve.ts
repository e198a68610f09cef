import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, discard, isFull } from '../file/disk.ts'

/** A disk runs out of bytes, or of files: each event of a rollback is one, and so is the new text of a target while it is written. */
const FILES = 16
/** In bytes. All of them have room for the intent of a rollback, for what ten targets say to it, and for a new text of an env file. */
const SIZE = 4096

/** Files that are only there to be given up, so that a full disk does not stop a rollback. Made again as soon as there is room. */
export function keepReserve(folder: string): void {
  const reserve = pathOf(folder)
  if (existsSync(join(reserve, String(FILES)))) return
  try {
    giveUpReserve(folder)
    mkdirSync(reserve, { mode: 0o700 })
    // Not made durable: the room is taken all the same.
    for (let nth = 1; nth <= FILES; nth += 1) writeFileSync(join(reserve, String(nth)), Buffer.alloc(SIZE, 1), { mode: 0o600 })
  } catch (thrown) {
    // A part of it is no reserve, and takes what little room there is.
    if (isFull(thrown)) giveUpReserve(folder)
    // Without the right to write the append itself will say so; others may be making it.
    else if (!['EEXIST', 'ENOENT', 'ENOTEMPTY', 'EACCES', 'EROFS'].includes(codeOf(thrown))) throw thrown
  }
}

/** Whether there was one to give up. */
export function giveUpReserve(folder: string): boolean {
  const reserve = pathOf(folder)
  if (!existsSync(reserve)) return false
  rmSync(reserve, { recursive: true, force: true })
  return true
}

/**
 * Gives it up when less than that is free. What a rollback writes to its targets needs room as well, on the same
 * disk for all that is known here, and a target cannot ask for it.
 */
export function makeRoom(folder: string): void {
  if (!hasRoom(folder)) giveUpReserve(folder)
}

function hasRoom(folder: string): boolean {
  const { files, ffree } = statfsSync(folder)
  // Some disks do not count files.
  if (files > 0 && ffree < FILES) return false
  const trial = join(folder, `.${randomUUID()}.tmp`)
  try {
    // Of a quota nothing is known until it is met.
    writeFileSync(trial, Buffer.alloc(FILES * SIZE, 1), { mode: 0o600 })
    return true
  } catch (thrown) {
    if (isFull(thrown)) return false
    throw thrown
  } finally {
    discard(trial)
  }
}

function pathOf(folder: string): string {
  return join(folder, 'reserve')
}
