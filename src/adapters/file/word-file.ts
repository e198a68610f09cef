import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { z } from 'zod/mini'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { isBeside } from '../../core/plan/lists.ts'
import { newerMark, ownMark } from '../../core/journal/fence.ts'
import type { Fence, Loan, TargetAdapter, Words } from '../../core/ports.ts'
import { TOMBSTONE, type Mark } from '../../core/toggle/mark.ts'
import { argv, shellLine } from '../argv.ts'
import { checkAnswers, mayHangNow, placeThatAnswers } from './answers.ts'
import { checkWritable } from './writable.ts'
import { place, readDocument, replaceDocument } from './env-disk.ts'
import { finishOverwrite, isUnderWay, mustStay } from './in-place.ts'
import { converged, differing, readRunning } from './running.ts'
import { readWhole } from './read-whole.ts'
import { perform } from '../spawn.ts'
import { timeout } from '../timeout.ts'

const TRIES = 5
/** Between two tries. */
const PAUSE = 50
/** More than a file takes. */
const WRITING = 30_000

/** The options that every file of words has besides its `path`. */
export const fileOptions = {
  reload: z.optional(argv).check(z.describe('Command that makes the application read the file again, as a list of arguments')),
  pass: z
    ._default(z.array(z.string()), [])
    .check(z.describe('Environment variables reload may see besides PATH, HOME, LANG, TZ and TMPDIR')),
  verify: z
    .optional(z.url({ protocol: /^https?$/ }))
    .check(z.describe('URL of the application that answers with the words it runs with, as JSON: {"FEATURE_X": "10%"}')),
  create: z
    ._default(z.boolean(), false)
    .check(z.describe('Create the file when it is not there; otherwise that is an error, because it is mostly a wrong path')),
  allowOutside: z._default(z.boolean(), false).check(z.describe("Allow a path outside the plan's folder")),
  timeout: timeout.check(z.describe('For reload, and for verify (10s)')),
}

interface FileOptions {
  readonly path: string
  readonly reload?: [string, ...string[]] | undefined
  readonly pass: readonly string[]
  readonly verify?: string | undefined
  readonly create: boolean
  readonly allowOutside: boolean
  readonly timeout: number
}

/** How words stand in the text of a file; pure. The text of a file that is yet to be created is ''. */
export interface Format<Options> {
  /** Throws `conflict` where applications would not agree on what they read. */
  read(text: string, names: readonly string[], options: Options): Words
  marks(text: string, options: Options): readonly Mark[]
  /** The text with these words, and this mark in the place of those that `isReplaced` by it, and nothing else changed. */
  write(text: string, words: Wanted, mark: Mark, options: Options): string
  /** Returns what to take out of the file so that it does not hold this mark any more, for a hint. */
  unmark(mark: Mark, options: Options): string
  /** Returns the name that a variable has in the file, where it is another. */
  flagOf?(options: Options, variable: string): string
  /** Bytes of the largest file that is read; 1 MB unless told. */
  readonly largest?: number
}

type Wanted = { readonly [variable: string]: string }

/**
 * A target that is a file, edited in place. The file holds the number of the newest intent: an older one is refused.
 * A reload is owed from the moment a word changes until one has ended well: a write that changes a word takes the digest
 * of the words that were reloaded out of the file, and only the end of a reload puts it back. So after a crash between
 * file and reload, a reload that did not end in time, a hand edit and an older copy that was put back the next write
 * reloads, whatever words the file holds, and a target whose words stay the same is not restarted. With `verify`, what
 * the application says it runs with is what is read back; an application that says something else is reloaded too.
 */
export function wordFile<Options extends FileOptions>(
  format: Format<Options>,
): Required<
  Pick<TargetAdapter<Options>, 'read' | 'write' | 'marks' | 'settle' | 'lag' | 'deadline' | 'asked' | 'probe' | 'isHarmless' | 'place'>
> {
  return {
    read: async (given, names, loan) => {
      const words = format.read(readDocument(await placeThatAnswers(given, loan), given.create, format.largest), names, given)
      return given.verify === undefined ? words : readRunning({ ...given, verify: given.verify }, words, loan)
    },
    write: async (given, words, loan) => {
      await asks(given, loan)
      let isOwed = await edit(format, given, words, loan)
      if (given.reload !== undefined && (isOwed || (await differing(given, words, loan)) !== undefined)) {
        let attempt = 1
        do {
          if (attempt > TRIES) throw restless(place(given, loan.folder))
          await reload(given, loan)
          isOwed = await edit(format, given, words, loan, 'reloaded')
          attempt += 1
        } while (isOwed)
      }
      await converged(given, words, loan)
    },
    marks: async (given, loan) => {
      return format.marks(readDocument(await placeThatAnswers(given, loan), given.create, format.largest), given)
    },
    settle: () => 0,
    lag: () => 0,
    // Every reload that changes of others may make necessary, and what the application is asked after it.
    deadline: ({ timeout }) => (TRIES + 1) * timeout + WRITING,
    asked: ({ verify }) => (verify === undefined ? 'place' : 'application'),
    probe: async (given, loan) => {
      checkWritable(await placeThatAnswers(given, loan))
    },
    place: async (given, variable, loan) => {
      await asks(given, loan)
      const file = placeIfThere(given, loan)
      return file === undefined || !format.flagOf ? file : `${format.flagOf(given, variable)} in ${file}`
    },
    isHarmless: (given) => given.reload === undefined && given.verify === undefined && !given.allowOutside,
  }
}

async function asks({ path }: FileOptions, loan: Loan): Promise<void> {
  await checkAnswers(resolve(loan.folder, path), loan)
}

/** To name a place opens nothing: it may lie where it may not be written. */
function placeIfThere(given: FileOptions, { folder }: Loan): string | undefined {
  try {
    const file = place({ ...given, allowOutside: true }, folder)
    return existsSync(file) ? file : undefined
  } catch (thrown) {
    if (thrown instanceof RolloutError) return undefined
    throw thrown
  }
}

/** Returns the lines a person types after the file was edited. */
export function reloadByHand({ reload }: Pick<FileOptions, 'reload'>): readonly string[] {
  return reload ? [shellLine(reload)] : []
}

async function reload({ reload: command, pass, timeout }: FileOptions, { folder, env, signal }: Loan): Promise<void> {
  if (command !== undefined) await perform(command, { cwd: folder, env, signal, pass, timeout })
}

/**
 * Puts words and epoch into the file and resolves to whether the application has yet to be told of them. Whoever else
 * edits the file at the same time goes first, five times. Once `reloaded`, words that are still there are told.
 */
async function edit<Options extends FileOptions>(
  format: Format<Options>,
  given: Options,
  words: Wanted,
  loan: Loan & Fence,
  reloaded?: 'reloaded',
): Promise<boolean> {
  const { folder, identity, epoch, clock } = loan
  const file = place(given, folder)
  const digest = digestOf(words)
  const read = (): string => readDocument(file, given.create, format.largest)
  // Asked once and first: it takes longer than all the rest, and somebody else may be editing.
  const journals = join(folder, '.rollout')
  const how = { stays: await mustStay(file, clock), spare: mayHangNow(journals, clock) ? undefined : journals, clock }
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await clock.sleep(PAUSE, loan.signal)
    if (isUnderWay(file, how.spare)) {
      // A living writer is done within milliseconds.
      if (attempt < TRIES - 1) continue
      finishOverwrite(file, how.spare)
    }
    const before = await readWhole(
      file,
      { read, lostIn: (text) => (text !== '' || existsSync(file) ? lostIn(format, text, words, given, loan) : undefined) },
      loan,
    )
    const marks = format.marks(before, given)
    const newer = newerMark(marks, loan)
    if (newer && reloaded === undefined) throw outdated(file, newer, epoch, format.unmark(newer, given))
    if (newer) {
      const { reloaded: _, ...owed } = newer
      const after = format.write(before, {}, owed, given)
      if (after !== before && !(await replaceDocument(file, before, after, how))) continue
      // What this reload handed over late may be older than what the newer change had handed over.
      await reload(given, loan)
      throw outdated(file, newer, epoch, format.unmark(newer, given))
    }
    const held = ownMark(marks, loan)
    const isOutOfDate = loan.isNews === true && held.epoch !== epoch
    const mayBeTold = reloaded !== undefined || (held.reloaded === digest && !isOutOfDate)
    const isTold = mayBeTold && format.write(before, words, { ...held, identity }, given) === before
    const after = format.write(before, words, { identity, epoch, ...(isTold && { reloaded: digest }) }, given)
    if (after === before || (await replaceDocument(file, before, after, how))) return !isTold
  }
  throw restless(file)
}

/** Returns what a text has lost together with the mark that is known to have been there, as the end of a sentence. */
function lostIn<Options>(format: Format<Options>, text: string, words: Wanted, given: Options, fence: Fence): string | undefined {
  if (fence.isMarked !== true || ownMark(format.marks(text, given), fence).epoch !== 0) return undefined
  const names = Object.keys(words).filter((name) => !isBeside(name))
  try {
    const held = format.read(text, names, given)
    // Whoever has written it anew by a template may have left some out, and is done.
    const isLost = names.length > 0 && names.every((name) => held[name] === undefined)
    return isLost ? `has lost ${names.slice(0, 3).join(', ')} and the mark of this rollout` : undefined
  } catch (thrown) {
    return `has lost the mark of this rollout, and ${messageOf(thrown)}`
  }
}

function restless(file: string): RolloutError {
  return new RolloutError('conflict', {
    message: `${file} was changed by somebody else during each of ${TRIES} tries`,
    hint: 'find out what else writes to it',
  })
}

function outdated(file: string, held: Mark, epoch: number, unmark: string): RolloutError {
  if (held.epoch === TOMBSTONE)
    throw new RolloutError('conflict', {
      message: `${file} was taken back by a break-glass`,
      hint: 'rollout rollback --all takes it into the journal; then rollout resume',
    })
  const hint = `rollout status shows the newest; if the journal was restored from a backup, rollout rollback goes back all the same, and to go on ${unmark}`
  return new RolloutError('conflict', { message: `${file} holds change #${held.epoch}, which is newer than #${epoch}`, hint })
}

/** Made once for the words of a move, which go to a thousand targets. */
let digested: { readonly text: string; readonly digest: string } | undefined

function digestOf(words: Wanted): string {
  const text = JSON.stringify(Object.entries(words).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  if (digested?.text !== text) digested = { text, digest: createHash('sha256').update(text).digest('hex').slice(0, 8) }
  return digested.digest
}
