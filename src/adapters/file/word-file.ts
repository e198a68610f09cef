import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isBeside } from '../../core/plan/lists.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { TOMBSTONE, type Fence, type Loan, type TargetAdapter, type Words } from '../../core/ports.ts'
import { admit } from '../http/access.ts'
import { argv, shellLine } from '../argv.ts'
import { place, readDocument, replaceDocument } from './env-disk.ts'
import { request } from '../http/http.ts'
import { plain, spawn } from '../spawn.ts'
import { timeout } from '../timeout.ts'

const TRIES = 5
/** Between two tries, and between two looks at `verify`. */
const PAUSE = 50
/** For one answer of `verify`. */
const ANSWER = 2000

/** The options that every file of words has besides its `path`. */
export const fileOptions = {
  reload: argv.optional().describe('Command that makes the application read the file again, as a list of arguments'),
  pass: z.array(z.string()).default([]).describe('Environment variables reload may see besides PATH, HOME, LANG, TZ and TMPDIR'),
  verify: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL of the application that answers with the words it runs with, as JSON: {"FEATURE_X": "10%"}'),
  create: z
    .boolean()
    .default(false)
    .describe('Create the file when it is not there; otherwise that is an error, because it is mostly a wrong path'),
  allowOutside: z.boolean().default(false).describe("Allow a path outside the plan's folder"),
  timeout: timeout.describe('For reload, and for verify (10s)'),
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

/** What a file remembers of the writes to it. */
export interface Mark {
  /** Sequence number of the newest intent that was written there; 0 when none ever was. */
  readonly epoch: number
  /** Digest of the words the application was last told to read. */
  readonly reloaded?: string | undefined
}

/** How words stand in the text of a file; pure. The text of a file that is yet to be created is ''. */
export interface Format<Options> {
  /** Throws `conflict` where applications would not agree on what they read. */
  read(text: string, names: readonly string[], options: Options): Words
  mark(text: string): Mark
  /** The text with these words and this mark, and nothing else changed. */
  write(text: string, words: Wanted, mark: Mark, options: Options): string
  /** What to take out of the file so that it holds no mark any more, for a hint. */
  unmark(epoch: number): string
  /** Bytes of the largest file that is read; 1 MB unless told. */
  readonly largest?: number
}

type Wanted = { readonly [variable: string]: string }

/**
 * A target that is a file, edited in place. The file holds the number of the newest intent: an older one is refused.
 * It also holds a digest of the words that `reload` last succeeded with, written after the reload; while it differs
 * from the words, a reload is owed. So a crash between file and reload, a failed reload and a hand edit that was never
 * reloaded are all made good by the next write, and a target whose words stay the same is not restarted. With
 * `verify`, what the application says it runs with is what is read back; an application that says something else is
 * reloaded too.
 */
export function wordFile<Options extends FileOptions>(
  format: Format<Options>,
): Required<Pick<TargetAdapter<Options>, 'read' | 'write' | 'epoch' | 'settle'>> {
  return {
    read: async (given, names, loan) => {
      const words = format.read(readDocument(place(given, loan.folder), given.create, format.largest), names, given)
      if (given.verify === undefined) return words
      const running = await ask(given.verify, given, loan)
      return Object.fromEntries(names.map((name) => [name, running[name] ?? words[name]]))
    },
    write: async (given, words, loan) => {
      const digest = digestOf(words)
      const told = await edit(format, given, words, loan)
      if (given.reload !== undefined && (told !== digest || (await differing(given, words, loan)) !== undefined)) {
        const { pass, timeout } = given
        await spawn(given.reload, { cwd: loan.folder, env: loan.env, signal: loan.signal, pass, timeout })
        await edit(format, given, words, loan, digest)
      }
      await converged(given, words, loan)
    },
    epoch: async (given, { folder }) => format.mark(readDocument(place(given, folder), given.create, format.largest)).epoch,
    settle: () => 0,
  }
}

/** What a person types after the file was edited. */
export function reloadByHand({ reload }: Pick<FileOptions, 'reload'>): readonly string[] {
  return reload ? [shellLine(reload)] : []
}

/**
 * Puts words and epoch into the file and resolves to the digest that was in it. Whoever else edits the file at the
 * same time goes first, five times.
 */
async function edit<Options extends FileOptions>(
  format: Format<Options>,
  given: Options,
  words: Wanted,
  { folder, epoch, over, clock, signal }: Loan & Fence,
  digest?: string,
): Promise<string | undefined> {
  const file = place(given, folder)
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await clock.sleep(PAUSE, signal)
    const before = readDocument(file, given.create, format.largest)
    const held = format.mark(before)
    if (held.epoch > epoch && !over.includes(held.epoch)) throw outdated(file, held.epoch, epoch, format.unmark(held.epoch))
    const after = format.write(before, words, { epoch, reloaded: digest ?? held.reloaded }, given)
    if (after === before || replaceDocument(file, before, after)) return held.reloaded
  }
  throw new RolloutError('conflict', {
    message: `${file} was changed by somebody else during each of ${TRIES} tries`,
    hint: 'find out what else writes to it',
  })
}

function outdated(file: string, held: number, epoch: number, unmark: string): RolloutError {
  if (held === TOMBSTONE)
    throw new RolloutError('conflict', {
      message: `${file} was taken back by a break-glass`,
      hint: 'rollout rollback --all takes it into the journal; then rollout resume',
    })
  const hint = `rollout status shows the newest; if the journal was begun anew, ${unmark}`
  return new RolloutError('conflict', { message: `${file} holds change #${held}, which is newer than #${epoch}`, hint })
}
async function converged(given: FileOptions, words: Wanted, loan: Loan): Promise<void> {
  const from = loan.clock.monotonic()
  for (;;) {
    const wrong = await differing(given, words, loan)
    if (wrong === undefined) return
    if (loan.clock.monotonic() - from >= given.timeout) {
      throw new RolloutError('partial', {
        message: `the application ${wrong}`,
        hint: given.reload ? 'does reload make it read the file again?' : 'reload: names the command that makes it read the file again',
      })
    }
    await loan.clock.sleep(PAUSE, loan.signal)
  }
}

/** What the application does instead of running with these words; undefined when it does, or nobody asks it. */
async function differing(given: FileOptions, words: Wanted, loan: Loan): Promise<string | undefined> {
  if (given.verify === undefined) return undefined
  try {
    const running = await ask(given.verify, given, loan)
    const wrong = Object.keys(words).find((name) => running[name] !== words[name] && !(running[name] === undefined && isBeside(name)))
    return wrong === undefined ? undefined : `runs with ${wrong}=${running[wrong] ?? '(nothing)'} instead of ${words[wrong]}`
  } catch (thrown) {
    loan.signal.throwIfAborted()
    return `does not say what it runs with: ${messageOf(thrown)}`
  }
}

const reported = z.record(z.string(), z.unknown())

/** The words an application reports, on the top level or under `toggles`; whatever else it reports is left aside. */
async function ask(url: string, given: FileOptions, loan: Loan): Promise<Readonly<Record<string, string>>> {
  const { headers } = admit(url, {}, loan)
  const {
    status,
    body,
    url: shown,
  } = await request(url, { headers, signal: loan.signal, deadline: Math.min(given.timeout, ANSWER), retries: 0 })
  if (status !== 200) throw new RolloutError('unreachable', { message: `${shown} answered ${status}` })
  const document = reported.safeParse(json(body)).data
  if (!document) throw new RolloutError('unreachable', { message: `${shown} did not answer with words: {"FEATURE_X": "10%"}` })
  const toggles = reported.safeParse(document['toggles']).data ?? document
  return Object.fromEntries(
    Object.entries(toggles).flatMap(([name, word]) =>
      typeof word === 'string' || typeof word === 'boolean' ? [[name, plain(String(word))]] : [],
    ),
  )
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function digestOf(words: Wanted): string {
  const sorted = Object.entries(words).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8)
}
