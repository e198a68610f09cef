import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  type Stats,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Clock } from '../../core/ports.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { codeOf, describeFull, discard, fillDurably, syncFolderOnce } from './disk.ts'
import { sweepBeside } from './sweep-beside.ts'
import { overwrite, overwriteElsewhere, overwriteInItsRoom } from './in-place.ts'

const LARGEST = 1 << 20
/** Stands for what is not UTF-8, and takes less time to look for than to decode strictly. */
const REPLACED = '\ufffd'
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The real path of an env file, symbolic links followed. Throws `denied` when it lies outside the
 * folder and that was not allowed, `config` when its folder, or what a link points to, is not there.
 */
export function place({ path, allowOutside }: { readonly path: string; readonly allowOutside: boolean }, folder: string): string {
  const wanted = resolve(folder, path)
  const real = realpath(wanted) ?? placeOfNew(wanted, path)
  // What begins a path without links is none either.
  if (allowOutside || real.startsWith(`${folder}${sep}`)) return real
  const inside = relative(realpath(folder) ?? folder, real)
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new RolloutError('denied', {
      message: `${path} leads to ${real}, outside the plan's folder: allowOutside: true in the target allows it`,
    })
  }
  return real
}

function placeOfNew(wanted: string, path: string): string {
  const folder = realpath(dirname(wanted)) ?? missing(`the folder ${dirname(wanted)} does not exist`)
  const real = join(folder, basename(wanted))
  return lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() ? missing(`${path} is a symbolic link to nothing`) : real
}

/** The text of an env file, or of another file of toggles; '' when it is not there and may be created. Refuses what is not one. */
export function readDocument(file: string, create: boolean, largest = LARGEST): string {
  const stat = explaining(file, () => statSync(file, { throwIfNoEntry: false }))
  if (!stat) {
    if (create) return ''
    throw new RolloutError('unreachable', { message: `${file} does not exist`, hint: 'create: true in the target creates it' })
  }
  if (stat.isDirectory()) throw new RolloutError('config', { message: `${file} is a directory`, hint: 'path: names the file itself' })
  if (!stat.isFile()) throw new RolloutError('config', { message: `${file} is not a regular file` })
  if (stat.size > largest)
    throw new RolloutError('config', { message: `${file} is larger than ${largest >> 20} MB: hardly a file of toggles` })
  const text = explaining(file, () => readFileSync(file, 'utf8'))
  return text.includes(REPLACED) ? explaining(file, () => decoded(file, readFileSync(file))) : text
}

/** Strictly: a text may hold the sign that stands for what could not be decoded, too. */
function decoded(file: string, bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw new RolloutError('config', { message: `${file} is not UTF-8 text` })
  }
}

/** How a file is replaced: with `stays` it keeps its inode. */
interface Replacing {
  readonly stays: boolean
  /** A folder for both texts of a write in place, where nothing can be put beside the file; undefined where it may not answer. */
  readonly spare: string | undefined
  readonly clock: Pick<Clock, 'sleep'>
}

/**
 * Replaces the file's text at once, keeping its mode and owner: temporary file beside it, fsync, rename, fsync of
 * the folder, read back. Where a new file would lose what the old one has (other names, an access list, its owner), and
 * where it is mounted, it `stays` and is written in place, with a backup from which the next write finishes a cut-off one.
 * On a full disk, and in a folder that may not be written, one of at most a page goes without a backup, a longer one has it in `spare`.
 * False when somebody else changed the file meanwhile: their text stays. What is left is the instant between the last
 * look and the rename; a file has no compare-and-set.
 */
export async function replaceDocument(file: string, before: string, after: string, how: Replacing): Promise<boolean> {
  try {
    return await put(file, before, after, how)
  } catch (thrown) {
    throw explained(file, thrown)
  }
}

async function put(file: string, before: string, after: string, { stays, spare, clock }: Replacing): Promise<boolean> {
  const stat = statSync(file, { throwIfNoEntry: false })
  // Replacing it would get around the mode of a read-only file. Only asked: whoever stops while it holds it open holds up a rollback.
  if (stat) accessSync(file, constants.W_OK)
  if (stays) return isOverwritten(file, before, after, spare)
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`)
  try {
    writeLike(stat, temporary, after)
    if (textOf(file) !== before) {
      discard(temporary)
      return false
    }
    renameSync(temporary, file)
  } catch (thrown) {
    discard(temporary)
    // A single file that is mounted into a container, and one whose owner or mode cannot be given to another file.
    const mayStay = codeOf(thrown) === 'EBUSY' || (stat !== undefined && (codeOf(thrown) === 'EPERM' || isOfOwner(thrown)))
    if (mayStay) return isOverwritten(file, before, after, spare)
    if (!isAlone(thrown) || !stat) throw thrown
    return isOverwrittenInItsRoom(file, before, after, spare, thrown)
  }
  await syncFolderOnce(dirname(file), clock)
  sweepBeside(file)
  return textOf(file) === after
}

function isOverwritten(file: string, before: string, after: string, spare: string | undefined): boolean {
  if (textOf(file) !== before) return false
  try {
    overwrite(file, before, after)
  } catch (thrown) {
    if (!isAlone(thrown)) throw thrown
    return isOverwrittenInItsRoom(file, before, after, spare, thrown)
  }
  return textOf(file) === after
}

/**
 * A rollback has to work on a full disk, as the logs that fill it mostly lie beside the file, and where the file is ours and
 * its folder is not: below /etc, or mounted into a container that can write nothing else.
 */
function isOverwrittenInItsRoom(file: string, before: string, after: string, spare: string | undefined, alone: unknown): boolean {
  if (textOf(file) !== before) return false
  try {
    if (!overwriteInItsRoom(file, before, after) && !overwriteElsewhere(file, before, after, spare)) throw alone
  } catch (thrown) {
    throw isAlone(thrown) ? alone : thrown
  }
  return textOf(file) === after
}

/** Nothing can be put beside the file; that the file itself may be written is known by then. */
function isAlone(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'].includes(codeOf(thrown))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return ''
    throw thrown
  }
}

/** Owner and mode come before the text, so that nobody reads it who could not read the old one. */
function writeLike(stat: Stats | undefined, path: string, text: string): void {
  const file = openSync(path, 'wx', stat ? 0o600 : 0o644)
  try {
    if (stat) {
      fchownSync(file, stat.uid, stat.gid)
      fchmodSync(file, stat.mode & 0o7777)
    }
    fillDurably(file, Buffer.from(text))
  } finally {
    closeSync(file)
  }
}

/** The owner of a file may be nobody that this container knows, and some shared folders keep neither owner nor mode. */
function isOfOwner(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && (thrown.syscall === 'fchown' || thrown.syscall === 'fchmod')
}

function realpath(path: string): string | undefined {
  return explaining(path, () => {
    try {
      // The other one asks for every folder on the way by itself.
      return realpathSync.native(path)
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
  })
}

function missing(message: string): never {
  throw new RolloutError('config', { message })
}

function explaining<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (thrown) {
    throw explained(file, thrown)
  }
}

function explained(file: string, thrown: unknown): unknown {
  switch (codeOf(thrown)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': {
      const hint = 'this user must be able to write to the file and its folder, and to keep the owner'
      return new RolloutError('denied', { message: `${file} cannot be read or replaced: ${messageOf(thrown)}`, hint }, { cause: thrown })
    }
    case 'ENOSPC':
    case 'EDQUOT': {
      const lack = describeFull(thrown, dirname(file))
      return new RolloutError('unreachable', { message: `the disk of ${file} ${lack}; the file is as it was` }, { cause: thrown })
    }
    default:
      return thrown instanceof RolloutError || codeOf(thrown) === ''
        ? thrown
        : new RolloutError('unreachable', { message: messageOf(thrown) }, { cause: thrown })
  }
}
