import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RolloutError } from '../../core/values/errors.ts'
import { PAGE } from './in-place.ts'

/** Throws `denied` where this user may not write a file, or the folder that a longer one is replaced in. */
export function checkWritable(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? Infinity
  const needed = size > PAGE ? [file, dirname(file)] : [file]
  const locked = needed.find((path) => existsSync(path) && !isWritable(path))
  if (locked === undefined) return
  throw new RolloutError('denied', {
    message: `${locked} may not be written by this user`,
    hint: 'the file and its folder must be writable',
  })
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
