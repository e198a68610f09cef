import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../../core/ports.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { hasAttributes } from './attributes.ts'
import { codeOf, discard, readNow, replace, writeDurably } from './disk.ts'

const LARGEST = 1 << 26
/** Bytes of the smallest page, and the smallest room that most file systems give to a file. */
export const PAGE = 4096

/*
 * Files that must keep their inode. A write in place is not one step to the disk: both texts lie beside the file until it is
 * done, so that whoever comes next can finish it.
 */

/** Resolves to whether a new file in the place of this one would lack its other names, an access list or another attribute. */
export async function mustStay(file: string, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
  const stat = statSync(file, { throwIfNoEntry: false })
  // What is that large is refused when it is read.
  return stat !== undefined && (stat.nlink > 1 || (stat.size < LARGEST && (await hasAttributes(file, clock))))
}

/** Writes a text over another in the same file, durably. */
export function overwrite(file: string, before: string, after: string): void {
  overwriteBehind(backupOf(file), file, before, after)
}

/** Does the same with both texts in a `spare` folder, where they cannot lie beside the file. Returns whether there is one. */
export function overwriteElsewhere(file: string, before: string, after: string, spare: string | undefined): boolean {
  if (spare === undefined || !existsSync(spare)) return false
  overwriteBehind(spareOf(file, spare), file, before, after)
  return true
}

function overwriteBehind(backup: string, file: string, before: string, after: string): void {
  try {
    writeDurably(backup, Buffer.from(JSON.stringify({ before, after })))
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
    throw new RolloutError('conflict', { message: `somebody else is writing to ${file}`, hint: 'once more: rollout goes on where it was' })
  }
  try {
    pour(file, before, after, `${backup} holds the text from before`)
  } catch (thrown) {
    // What is half written is mended by the text beside it.
    if (!(thrown instanceof RolloutError)) discard(backup)
    throw thrown
  }
  discard(backup)
}

/**
 * Writes a text over another in the same file without one beside it, as on a full disk or in a folder that may not be
 * written: a way back needs no more room than the file has. Returns whether it did: not where either is longer than a page,
 * which one call might write in halves.
 */
export function overwriteInItsRoom(file: string, before: string, after: string): boolean {
  const [had, has] = [Buffer.byteLength(before), Buffer.byteLength(after)]
  if (Math.max(had, has) > PAGE) return false
  // Between the write and the cut empty lines are behind the text, and not the rest of the old one.
  if (has < had) pour(file, before, after + '\n'.repeat(had - has), 'no copy could lie beside it')
  pour(file, before, after, 'no copy could lie beside it')
  return true
}

function pour(file: string, before: string, after: string, otherwise: string): void {
  const open = openSync(file, 'r+')
  try {
    fillWith(open, after)
  } catch (thrown) {
    putBack(open, before, `${file} is half written (${messageOf(thrown)}); ${otherwise}`)
    throw thrown
  } finally {
    closeSync(open)
  }
}

/** Returns whether somebody writes to the file in place right now, or was killed while writing. */
export function isUnderWay(file: string, spare: string | undefined): boolean {
  return backupsOf(file, spare).some((each) => existsSync(each))
}

/**
 * Finishes a write in place that was cut off. What somebody has written into the file since then stays; the texts from
 * before lie beside it then, under another name.
 */
export function finishOverwrite(file: string, spare: string | undefined): void {
  for (const backup of backupsOf(file, spare)) if (existsSync(backup)) finish(file, backup)
}

function finish(file: string, backup: string): void {
  const texts = textsIn(backup)
  if (!texts) return setAside(backup)
  const [now, before, after] = [readFileSync(file), Buffer.from(texts.before), Buffer.from(texts.after)]
  if (!now.equals(before) && !now.equals(after)) {
    if (!isHalf(now, before, after)) return setAside(backup)
    const open = openSync(file, 'r+')
    try {
      fillWith(open, texts.after)
    } finally {
      closeSync(open)
    }
  }
  discard(backup)
}

/** Loops until every byte is written: a short write is no error to the kernel. */
export function fillWith(open: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) at += writeSync(open, bytes, at, bytes.length - at, at)
  ftruncateSync(open, bytes.length)
  fsyncSync(open)
}

/** The beginning of the new text, and what the old one has behind it. */
function isHalf(now: Buffer, before: Buffer, after: Buffer): boolean {
  let same = 0
  while (same < now.length && same < after.length && now[same] === after[same]) same += 1
  return now.subarray(same).equals(before.subarray(same))
}

function textsIn(backup: string): { readonly before: string; readonly after: string } | undefined {
  try {
    const texts: unknown = JSON.parse(readNow(backup))
    const isTexts = typeof texts === 'object' && texts !== null && 'before' in texts && 'after' in texts
    return isTexts && typeof texts.before === 'string' && typeof texts.after === 'string'
      ? { before: texts.before, after: texts.after }
      : undefined
  } catch (thrown) {
    if (codeOf(thrown) === '') return undefined
    throw thrown
  }
}

function setAside(backup: string): void {
  replace(backup, `${backup}.old`)
}

function backupOf(file: string): string {
  return `${file}.rollout-backup`
}

function backupsOf(file: string, spare: string | undefined): readonly string[] {
  return [backupOf(file), ...(spare === undefined ? [] : [spareOf(file, spare)])]
}

/** In a folder that holds those of many files. */
function spareOf(file: string, folder: string): string {
  return join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 16)}.rollout-backup`)
}

function putBack(open: number, text: string, otherwise: string): void {
  try {
    fillWith(open, text)
  } catch (thrown) {
    throw new RolloutError('unreachable', { message: otherwise }, { cause: thrown })
  }
}
