import { chownSync, copyFileSync, existsSync, openSync, closeSync, fsyncSync, ftruncateSync, readFileSync, realpathSync, chmodSync, statSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { messageOf, RolloutError } from '../core/errors.ts'
import { codeOf, discard, replace, writeDurably } from './disk.ts'

const LARGEST = 1 << 20

/**
 * The real path of an env file, symbolic links followed. Throws `denied` when it lies outside
 * the folder and that was not allowed, `config` when its folder does not exist.
 */
export function place({ path, allowOutside }: { readonly path: string; readonly allowOutside: boolean }, folder: string): string {
  const wanted = resolve(folder, path)
  const real = realpath(wanted) ?? join(realpath(dirname(wanted)) ?? missingFolder(wanted), basename(wanted))
  const inside = relative(realpath(folder) ?? folder, real)
  if (!allowOutside && (inside === '' || inside.startsWith('..') || isAbsolute(inside))) {
    throw new RolloutError('denied', { message: `${path} lies outside the plan's folder`, hint: 'allowOutside: true in the target allows it' })
  }
  return real
}

/** The text of an env file; '' when it is not there and may be created. Refuses what is not one. */
export function readDocument(file: string, create: boolean): string {
  const stat = guard(file, () => statSync(file, { throwIfNoEntry: false }))
  if (!stat) {
    if (create) return ''
    throw new RolloutError('unreachable', { message: `${file} does not exist`, hint: 'create: true in the target creates it' })
  }
  if (stat.isDirectory()) throw new RolloutError('config', { message: `${file} is a directory`, hint: 'path: names the env file itself' })
  if (!stat.isFile()) throw new RolloutError('config', { message: `${file} is not a regular file` })
  if (stat.size > LARGEST) throw new RolloutError('config', { message: `${file} is larger than 1 MB: hardly an env file` })
  const bytes = guard(file, () => readFileSync(file))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new RolloutError('config', { message: `${file} is not UTF-8 text` })
  }
}

/**
 * Replaces the file's text at once, keeping its mode and owner: temporary file, fsync, rename, fsync of the
 * folder, read back. False when somebody else changed it meanwhile: nothing was written then.
 */
export function replaceDocument(file: string, before: string, after: string): boolean {
  return guard(file, () => {
    const stat = statSync(file, { throwIfNoEntry: false })
    if ((stat ? readFileSync(file, 'utf8') : '') !== before) return false
    // Root may write anything; others must not get around a read-only file by replacing it.
    if (stat) closeSync(openSync(file, 'r+'))
    const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`)
    try {
      writeDurably(temporary, Buffer.from(after), 0o600)
      if (stat) {
        chownSync(temporary, stat.uid, stat.gid)
        chmodSync(temporary, stat.mode & 0o7777)
      } else chmodSync(temporary, 0o644)
      if ((existsSync(file) ? readFileSync(file, 'utf8') : '') !== before) return false
      rename(temporary, file, after)
    } finally {
      discard(temporary)
    }
    if (readFileSync(file, 'utf8') === after) return true
    throw new RolloutError('unreachable', { message: `${file} does not hold what was written to it` })
  })
}

/** A single file that is mounted into a container cannot be renamed over: it is written in place, with a backup beside it. */
function rename(temporary: string, file: string, after: string): void {
  try {
    replace(temporary, file)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EBUSY' && codeOf(thrown) !== 'EXDEV') throw thrown
    const backup = `${file}.rollout-backup`
    copyFileSync(file, backup)
    const bytes = Buffer.from(after)
    const open = openSync(file, 'r+')
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(open, bytes, at, bytes.length - at, at)
      ftruncateSync(open, bytes.length)
      fsyncSync(open)
    } catch (failed) {
      throw new RolloutError('unreachable', { message: `${file} may be half written: ${messageOf(failed)}`, hint: `the text from before is in ${backup}` })
    } finally {
      closeSync(open)
    }
    discard(backup)
  }
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw explained(path, thrown)
  }
}

function missingFolder(path: string): never {
  throw new RolloutError('config', { message: `the folder ${dirname(path)} does not exist` })
}

function guard<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (thrown) {
    throw explained(file, thrown)
  }
}

function explained(file: string, thrown: unknown): unknown {
  switch (codeOf(thrown)) {
    case '':
      return thrown
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new RolloutError('denied', { message: `${file} may not be written: ${messageOf(thrown)}`, hint: 'file and folder must be writable, and the owner kept' }, { cause: thrown })
    case 'ENOSPC':
    case 'EDQUOT':
      return new RolloutError('unreachable', { message: `the disk of ${file} is full; the file is as it was` }, { cause: thrown })
    default:
      return new RolloutError('unreachable', { message: `${file}: ${messageOf(thrown)}` }, { cause: thrown })
  }
}
