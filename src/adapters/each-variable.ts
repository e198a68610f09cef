import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Known, Words } from '../core/ports.ts'
import { Unreadable } from '../core/values/reading.ts'

interface How {
  /** How many calls are under way at once. */
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** Writes variables by calls of their own, a few at once: those that the place is not known to hold already. */
export async function writeEach(
  words: { readonly [variable: string]: string },
  { held, ...how }: How & Known,
  write: (name: string, word: string) => Promise<void>,
): Promise<void> {
  const moved = Object.entries(words).filter(([name, word]) => !held || (held[name] ?? '') !== word)
  await sideBySide(moved, how, async ([name, word]) => write(name, word))
}

/** Reads variables by calls of their own, a few at once. */
export async function readEach(names: readonly string[], how: How, read: (name: string) => Promise<string | undefined>): Promise<Words> {
  const found = new Map<string, string | undefined>()
  await sideBySide(names, how, async (name) => void found.set(name, await read(name)))
  return Object.fromEntries([...found].filter(([, word]) => word !== undefined))
}

/** Each to its end: one that is refused must not keep the others from being taken back. But where one had no answer nothing more is begun. */
async function sideBySide<Item>(items: readonly Item[], { concurrency, signal }: How, work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  const failed: unknown[] = []
  const worker = async (): Promise<void> => {
    for (const item of left) {
      try {
        await work(item)
      } catch (thrown) {
        failed.push(thrown)
      }
      if (signal.aborted || failed.some(isTimeout)) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
  signal.throwIfAborted()
  const [first] = failed
  if (failed.length === 1) throw first
  if (failed.length === 0) return
  const message = `${messageOf(first)} (and ${failed.length - 1} more)`
  if (!(first instanceof RolloutError)) throw new Error(message, { cause: first })
  throw new RolloutError(first.code, { ...first.problems[0], message }, { cause: first })
}

function isTimeout(thrown: unknown): boolean {
  return (thrown instanceof RolloutError && thrown.code === 'timeout') || (thrown instanceof Unreadable && thrown.reason === 'timeout')
}
