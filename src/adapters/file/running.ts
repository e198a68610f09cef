import { z } from 'zod/mini'
import { isBeside } from '../../core/plan/lists.ts'
import type { Loan, Words } from '../../core/ports.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { nameTwice } from '../name-twice.ts'
import { plain } from '../plain.ts'

/** For one answer of the application, in milliseconds. */
const ANSWER = 2000
/** Between two looks, in milliseconds. */
const PAUSE = 50
/** Behind one address there may be several instances, and each look may meet another. */
const LOOKS = 3

const reported = z.record(z.string(), z.unknown())

/**
 * Returns the words that an application runs with in the place of those it should, as it answers at `verify`. Throws
 * `unreachable` where it does not answer with words, or leaves out one that it should have: silence is no agreement. Not
 * asked are the variables beside a word, which an application need not report.
 */
export async function readRunning(given: { readonly verify: string; readonly timeout: number }, held: Words, loan: Loan): Promise<Words> {
  const { shown, named } = await ask(given, loan)
  return Object.fromEntries(
    Object.entries(held).map(([name, word]) => {
      const answer = named.get(name)
      if (answer === undefined && word !== undefined && !isBeside(name))
        throw new RolloutError('unreachable', { message: `${shown} does not name ${name}` })
      return [name, answer ?? word]
    }),
  )
}

/** Resolves to what the application does instead of running with these words; undefined when it does, or nobody asks it. */
export async function differing(
  { verify, timeout }: { readonly verify?: string | undefined; readonly timeout: number },
  words: Readonly<Record<string, string>>,
  loan: Loan,
): Promise<string | undefined> {
  if (verify === undefined) return undefined
  try {
    const running = await readRunning({ verify, timeout }, words, loan)
    const wrong = Object.keys(words).find((name) => running[name] !== words[name])
    return wrong === undefined ? undefined : `runs with ${wrong}=${running[wrong]} instead of ${words[wrong]}`
  } catch (thrown) {
    loan.signal.throwIfAborted()
    return `does not say what it runs with: ${messageOf(thrown)}`
  }
}

/**
 * Resolves once several looks in a row have met an application that runs with these words, or at once where nobody asks it.
 * Throws `partial` when it has not come to that after `timeout` milliseconds.
 */
export async function converged(
  given: { readonly verify?: string | undefined; readonly reload?: readonly string[] | undefined; readonly timeout: number },
  words: Readonly<Record<string, string>>,
  loan: Loan,
): Promise<void> {
  if (given.verify === undefined) return
  const from = loan.clock.monotonic()
  for (let agreed = 0; ; await loan.clock.sleep(PAUSE, loan.signal)) {
    const wrong = await differing(given, words, loan)
    agreed = wrong === undefined ? agreed + 1 : 0
    if (agreed === LOOKS) return
    if (wrong !== undefined && loan.clock.monotonic() - from >= given.timeout) {
      throw new RolloutError('partial', {
        message: `the application ${wrong}`,
        hint: given.reload ? 'does reload make it read the file again?' : 'reload: names the command that makes it read the file again',
      })
    }
  }
}

/** The words an application reports, on the top level or under `toggles`; whatever else it reports is left aside. */
async function ask({ verify, timeout }: { readonly verify: string; readonly timeout: number }, loan: Loan) {
  // Loaded where an application is asked: few files have one that answers.
  const [{ admit }, { request }, { ASKED_ANEW, refuseCached }] = await Promise.all([
    import('../http/access.ts'),
    import('../http/http.ts'),
    import('../http/cached.ts'),
  ])
  const headers = { ...ASKED_ANEW, ...admit(verify, {}, loan).headers }
  const deadline = Math.min(timeout, ANSWER)
  const answer = await request(verify, { headers, signal: loan.signal, env: loan.env, deadline, retries: 0, isAlone: true })
  const { status, body, url: shown } = answer
  refuseCached(answer, shown)
  if (status !== 200) throw new RolloutError('unreachable', { message: `${shown} answered ${status}` })
  const document = reported.safeParse(json(body)).data
  if (!document) throw new RolloutError('unreachable', { message: `${shown} did not answer with words: {"FEATURE_X": "10%"}` })
  const twice = nameTwice(body)
  if (twice !== undefined) throw new RolloutError('unreachable', { message: plain(`${shown} names ${JSON.stringify(twice)} twice`) })
  const toggles = reported.safeParse(document['toggles']).data ?? document
  const named = new Map(
    Object.entries(toggles).flatMap(([name, word]) =>
      typeof word === 'string' || typeof word === 'boolean' ? [[name, plain(String(word))] as const] : [],
    ),
  )
  return { shown, named }
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
