import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { RolloutError } from '../../core/values/errors.ts'

/** Throws `denied` where this user may not write a file or its folder: the file is replaced, so both count. */
export function checkWritable(file: string): void {
  const locked = [file, dirname(file)].find((path) => existsSync(path) && !isWritable(path))
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
