import type { OpenTarget } from '../adapters/open.ts'
import { RolloutError } from '../core/values/errors.ts'
import { failureOf, type Failure } from '../core/values/failure.ts'
import type { Clock, Fence, Words } from '../core/ports.ts'
import type { Duration } from '../core/values/units.ts'

/** Between two looks at a place that may show a write later than it took it. */
const PAUSE: Duration = 250

/**
 * How long a process that is told to stop waits for a journal out of reach: what it has sent may have to be put right.
 */
export const GRACE: Duration = 30_000

/**
 * Shortens a word found on a target to what may be shown: it may be anything, so it is redacted as other text of the
 * target is, and cut after 60 characters.
 */
export function shownWord(target: Pick<OpenTarget, 'shown'>, word: string): string {
  const text = target.shown(word)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/**
 * Writes words to a target and reads them back, again and again for as long as it may lag behind. `held` is what it is
 * known to hold. Throws what the target refused with, or `partial` when it still reads back as something else.
 */
export async function writeVerified(
  target: OpenTarget,
  words: Readonly<Record<string, string>>,
  fence: Fence,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  held?: Words,
): Promise<void> {
  await target.write(words, fence, signal, held)
  const until = clock.monotonic() + target.lag
  const isSent = (variable: string): boolean => !held || (held[variable] ?? '') !== words[variable]
  for (;;) {
    const found = await target.read(Object.keys(words), signal)
    const wrong = Object.keys(words).filter((variable) => (found[variable] ?? '') !== words[variable])
    const [first] = wrong
    if (first === undefined) return
    // Only what was sent a moment ago may be shown later.
    if (clock.monotonic() >= until || !wrong.every(isSent)) throw misread(target, first, found[first], words[first])
    await clock.sleep(PAUSE, signal)
  }
}

function misread(target: OpenTarget, variable: string, found: string | undefined, wanted: string | undefined): RolloutError {
  const shown = found === undefined ? 'nothing' : `"${shownWord(target, found)}"`
  return new RolloutError('partial', { message: `${variable} reads back as ${shown} instead of "${wanted}"` })
}

/**
 * Writes and reads back like `writeVerified`; resolves to what went wrong, undefined where nothing did.
 */
export async function tryWriting(...args: Parameters<typeof writeVerified>): Promise<Failure | undefined> {
  try {
    await writeVerified(...args)
    return undefined
  } catch (thrown) {
    return failureOf(thrown)
  }
}
