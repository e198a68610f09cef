import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, discard, writeDurably } from '../file/disk.ts'

/** In bytes: room for the intent of a rollback, for what ten targets say to it, and for a new text of an env file. */
const SIZE = 64 * 1024

/** A file that is only there to be given up, so that a full disk does not stop a rollback. Made again as soon as there is room. */
export function keepReserve(folder: string): void {
  const reserve = pathOf(folder)
  if (existsSync(reserve)) return
  try {
    writeDurably(reserve, Buffer.alloc(SIZE, 1))
  } catch (thrown) {
    // Without room there is no reserve; without the right to write the append itself will say so.
    if (!['ENOSPC', 'EEXIST', 'EACCES', 'EROFS', 'EDQUOT'].includes(codeOf(thrown))) throw thrown
  }
}

/** Whether there was one to give up. */
export function giveUpReserve(folder: string): boolean {
  const reserve = pathOf(folder)
  if (!existsSync(reserve)) return false
  discard(reserve)
  return true
}

/**
 * Gives it up when less than that is free. What a rollback writes to its targets needs room as well, on the same
 * disk for all that is known here, and a target cannot ask for it.
 */
export function makeRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < SIZE) giveUpReserve(folder)
}

function pathOf(folder: string): string {
  return join(folder, 'reserve')
}
