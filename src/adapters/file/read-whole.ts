import type { Fence, Loan } from '../../core/ports.ts'
import { TOMBSTONE } from '../../core/toggle/mark.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { writerOf } from './writer-of.ts'

/** Between two looks. */
const PAUSE = 50
/** Somebody who writes a file is mostly done by then. */
const PATIENCE = 2000

interface Looks {
  readonly read: () => string
  /** Returns what a text has lost that surely was there; undefined where it may be whole. */
  readonly lostIn: (text: string) => string | undefined
}

/**
 * Reads a file that nobody else is just writing, as far as that can be seen: no other process has it open for writing, and
 * it has lost nothing that surely was there. Throws `conflict` when it stays like that: whoever goes on writing would
 * lose their lines by what is written now. A break-glass goes over it.
 */
export async function readWhole(file: string, { read, lostIn }: Looks, loan: Loan & Fence): Promise<string> {
  const { clock, epoch } = loan
  const from = clock.monotonic()
  for (;;) {
    // Asked first, because it takes longer than to read: the text is then as new as it can be.
    const writer = await writerOf(file, clock)
    const text = read()
    const lost = lostIn(text)
    if (writer === undefined && lost === undefined) return text
    if (clock.monotonic() - from >= PATIENCE) {
      if (epoch === TOMBSTONE) return text
      throw beingWritten(file, writer, lost)
    }
    await clock.sleep(PAUSE, loan.signal)
  }
}

function beingWritten(file: string, writer: string | undefined, lost = ''): RolloutError {
  const message = writer === undefined ? `${file} ${lost}: somebody may be writing it just now` : `${writer} has ${file} open for writing`
  return new RolloutError('conflict', { message, hint: 'nothing was written; once the file is whole, the same command goes on' })
}
