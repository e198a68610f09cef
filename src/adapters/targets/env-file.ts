import { z } from 'zod'
import { messageOf, RolloutError } from '../../core/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { target } from '../define.ts'
import { readMark, readWords, writeWords, type Mark } from '../env-document.ts'
import { place, readDocument, replaceDocument } from '../env-disk.ts'
import { request } from '../http.ts'
import { run } from '../spawn.ts'

const TRIES = 5
/** Between two looks at `verify`. */
const LOOK = 50

const argv = z.tuple([z.string().min(1)], z.string())

const options = z.strictObject({
  path: z.string().min(1).describe('The env file, relative to the plan'),
  reload: argv.optional().describe('Command that makes the application read the file again, as a list of arguments'),
  verify: z.url().optional().describe('URL of the application that answers with the words it runs with, as JSON: {"FEATURE_X": "10%"}'),
  create: z.boolean().default(false).describe('Create the file when it is not there'),
  allowOutside: z.boolean().default(false).describe("Allow a path outside the plan's folder"),
  timeout: z.int().min(100).max(600_000).default(10_000).describe('Milliseconds for reload, and for verify'),
})

type Options = z.infer<typeof options>

/**
 * An env file, edited in place. The newest intent's number stays in it as `# rollout:42`: an older one is refused.
 * While `reload` is owed the line says so, because a controller may die between the file and the command: the
 * next one then runs it again. Words, number and nothing owed: nothing is written and nothing runs.
 */
export default target({
  options,
  read: async (given, names, loan) => {
    const file = place(given, loan.folder)
    const words = readWords(readDocument(file, given.create), names)
    if (given.verify === undefined) return words
    const running = await ask(given, given.verify, loan)
    return Object.fromEntries(names.map((name) => [name, running[name] ?? words[name]]))
  },
  write: async (given, words, loan) => {
    const file = place(given, loan.folder)
    const { epoch } = loan
    if (given.reload === undefined) edit(file, given.create, words, { epoch, pending: false })
    else if (edit(file, given.create, words, { epoch, pending: true })) {
      await run(given.reload, { cwd: loan.folder, env: loan.env, signal: loan.signal, timeout: given.timeout })
      edit(file, given.create, words, { epoch, pending: false })
    }
    if (given.verify !== undefined) await waitFor(given, given.verify, words, loan)
  },
  byHand: ({ path, reload }, words) => [
    ...Object.entries(words).map(([name, word]) => `sed -i 's/^\\(export \\)\\?${name}=.*/\\1${name}=${word}/' ${quote(path)}`),
    ...(reload ? [reload.map(quote).join(' ')] : []),
  ],
})

/** False when everything is there and nothing is owed. Somebody else editing at the same time gets the right of way, five times. */
function edit(file: string, create: boolean, words: { readonly [name: string]: string }, mark: Mark): boolean {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = readDocument(file, create)
    const held = readMark(before)
    if (held.epoch > mark.epoch) throw new RolloutError('conflict', { message: `${file} already holds intent ${held.epoch}, newer than ${mark.epoch}` })
    if (writeWords(before, words, { ...mark, pending: false }) === before) return false
    const after = writeWords(before, words, mark)
    if (after === before || replaceDocument(file, before, after)) return true
  }
  throw new RolloutError('conflict', { message: `${file} is being edited by somebody else`, hint: 'close the other editor, then type it again' })
}

async function waitFor(given: Options, url: string, words: { readonly [name: string]: string }, loan: Loan): Promise<void> {
  const from = loan.clock.monotonic()
  for (;;) {
    const wrong = await differing(given, url, words, loan)
    if (wrong === undefined) return
    if (loan.clock.monotonic() - from > given.timeout) throw new RolloutError('partial', { message: `the application ${wrong}`, hint: 'does it read the file again? reload: names the command' })
    await loan.clock.sleep(LOOK, loan.signal)
  }
}

/** What the application runs with instead; undefined when it runs with these words. */
async function differing(given: Options, url: string, words: { readonly [name: string]: string }, loan: Loan): Promise<string | undefined> {
  try {
    const running = await ask(given, url, loan)
    const wrong = Object.keys(words).find((name) => running[name] !== words[name])
    return wrong === undefined ? undefined : `still runs with ${wrong}=${running[wrong] ?? 'nothing'} instead of ${words[wrong]}`
  } catch (thrown) {
    if (loan.signal.aborted) throw thrown
    return `does not say what it runs with: ${messageOf(thrown)}`
  }
}

const reported = z.union([z.object({ toggles: z.record(z.string(), z.string()) }).transform(({ toggles }) => toggles), z.record(z.string(), z.string())])

async function ask({ timeout }: Options, url: string, { signal }: Loan): Promise<Readonly<Record<string, string>>> {
  const { status, body } = await request(url, { signal, deadline: Math.min(timeout, 2000), retries: 0 })
  if (status !== 200) throw new RolloutError('unreachable', { message: `${url} answered ${status}` })
  let document: unknown
  try {
    document = JSON.parse(body)
  } catch {
    throw new RolloutError('unreachable', { message: `${url} did not answer with JSON` })
  }
  const parsed = reported.safeParse(document)
  if (!parsed.success) throw new RolloutError('unreachable', { message: `${url} did not answer with words: {"FEATURE_X": "10%"}` })
  return parsed.data
}

function quote(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
