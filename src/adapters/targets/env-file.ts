import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isBeside } from '../../core/early.ts'
import { messageOf, RolloutError } from '../../core/errors.ts'
import { TOMBSTONE, type Fence, type Loan } from '../../core/ports.ts'
import { admit } from '../access.ts'
import { argv, quote, typed } from '../argv.ts'
import { target } from '../define.ts'
import { place, readDocument, replaceDocument } from '../env-disk.ts'
import { readMark, readWords, writeWords } from '../env-document.ts'
import { request } from '../http.ts'
import { plain, run } from '../spawn.ts'
import { timeout } from '../timeout.ts'

const TRIES = 5
/** Between two tries, and between two looks at `verify`. */
const PAUSE = 50
/** For one answer of `verify`. */
const ANSWER = 2000

const options = z.strictObject({
  path: z.string().min(1).describe('The env file, relative to the plan'),
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
})

type Options = z.infer<typeof options>
type Wanted = { readonly [variable: string]: string }

/**
 * An env file, edited in place. A comment in it, `# rollout:42`, holds the number of the newest intent: an older
 * one is refused. Behind it stands a digest of the words that `reload` last succeeded with, written after the
 * reload; while it differs from the words, a reload is owed. So a crash between file and reload, a failed
 * reload and a hand edit that was never reloaded are all made good by the next write, and a target whose
 * words stay the same is not restarted. With `verify`, what the application says it runs with is what is
 * read back; an application that says something else is reloaded too.
 */
export default target({
  options,
  read: async (given, names, loan) => {
    const words = readWords(readDocument(place(given, loan.folder), given.create), names)
    if (given.verify === undefined) return words
    const running = await ask(given.verify, given, loan)
    return Object.fromEntries(names.map((name) => [name, running[name] ?? words[name]]))
  },
  write: async (given, words, loan) => {
    const digest = digestOf(words)
    const told = await edit(given, words, loan)
    if (given.reload !== undefined && (told !== digest || (await differing(given, words, loan)) !== undefined)) {
      const { pass, timeout } = given
      await run(given.reload, { cwd: loan.folder, env: loan.env, signal: loan.signal, pass, timeout })
      await edit(given, words, loan, digest)
    }
    await converged(given, words, loan)
  },
  settle: () => 0,
  byHand: ({ path, reload }, words) => [
    ...Object.entries(words).map(([name, word]) => {
      const assigned = word.includes(';') ? `"${word}"` : word
      return `sed -i --follow-symlinks -E ${quote(`s|^((export )?${name}=).*|\\1${assigned}|`)} ${quote(path)}`
    }),
    ...(reload ? [typed(reload)] : []),
  ],
})

/**
 * Puts words and epoch into the file and resolves to the digest that was in it. Whoever else edits the file at the
 * same time goes first, five times.
 */
async function edit(
  given: Options,
  words: Wanted,
  { folder, epoch, replaces, clock, signal }: Loan & Fence,
  digest?: string,
): Promise<string | undefined> {
  const file = place(given, folder)
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await clock.sleep(PAUSE, signal)
    const before = readDocument(file, given.create)
    const held = readMark(before)
    const isOver = replaces === 'any' || (replaces === 'break-glass' && held.epoch === TOMBSTONE)
    if (held.epoch > epoch && !isOver) throw outdated(file, held.epoch, epoch)
    const after = writeWords(before, words, { epoch, reloaded: digest ?? held.reloaded })
    if (after === before || replaceDocument(file, before, after)) return held.reloaded
  }
  throw new RolloutError('conflict', {
    message: `${file} was changed by somebody else during each of ${TRIES} tries`,
    hint: 'find out what else writes to it',
  })
}

function outdated(file: string, held: number, epoch: number): RolloutError {
  if (held === TOMBSTONE)
    throw new RolloutError('conflict', {
      message: `${file} was taken back by a break-glass`,
      hint: 'rollout rollback --all takes it into the journal; then rollout resume',
    })
  const hint = `rollout status shows the newest; if the journal was begun anew, remove the line "# rollout:${held}" from the file`
  return new RolloutError('conflict', { message: `${file} holds change #${held}, which is newer than #${epoch}`, hint })
}

async function converged(given: Options, words: Wanted, loan: Loan): Promise<void> {
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
async function differing(given: Options, words: Wanted, loan: Loan): Promise<string | undefined> {
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
async function ask(url: string, given: Options, loan: Loan): Promise<Readonly<Record<string, string>>> {
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
