import type { OpenTarget } from '../adapters/open.ts'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Clock, Fence } from '../core/ports.ts'
import type { Duration } from '../core/values/units.ts'
import { withDeadline } from '../adapters/deadline.ts'

/**
 * One write with its read-back; adapters have shorter deadlines of their own. After this long nothing is under way any
 * more.
 */
export const WRITE_DEADLINE: Duration = 30_000
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
 * Writes words to a target and reads them back. Throws what the target refused with, or `partial` when it reads back as
 * something else.
 */
export async function writeVerified(
  target: OpenTarget,
  words: Readonly<Record<string, string>>,
  fence: Fence,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const found = await withDeadline(clock, WRITE_DEADLINE, signal, async (both) => {
    await target.write(words, fence, both)
    return target.read(Object.keys(words), both)
  })
  const wrong = Object.keys(words).find((variable) => (found[variable] ?? '') !== words[variable])
  if (wrong === undefined) return
  const shown = found[wrong] === undefined ? 'nothing' : `"${shownWord(target, found[wrong])}"`
  throw new RolloutError('partial', { message: `${wrong} reads back as ${shown} instead of "${words[wrong]}"` })
}

/**
 * Writes and reads back like `writeVerified`; resolves to the message of what went wrong, undefined where nothing did.
 */
export async function tryWriting(...args: Parameters<typeof writeVerified>): Promise<string | undefined> {
  try {
    await writeVerified(...args)
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}
