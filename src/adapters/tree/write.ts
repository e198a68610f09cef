import { chmodSync, existsSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { messageOf, RolloutError } from '../../core/values/errors.ts'

/** What becomes of a file; without a text it goes. */
interface Written {
  readonly path: string
  readonly after?: string
}

/** A file as it was. */
interface Before {
  readonly path: string
  readonly bytes: Buffer
  readonly mode: number
}

/**
 * Writes files in their places, which keeps their modes; returns what makes all of them as they were. Throws `denied` when one cannot be
 * written: all are as they were then.
 */
export function writeTree(files: readonly Written[]): () => void {
  const before: Before[] = []
  const restore = (): void => {
    const lost = before.filter((each) => !isRestored(each)).map(({ path }) => path)
    if (lost.length > 0) throw new RolloutError('denied', { message: `${lost.join(', ')} cannot be made as before`, hint: 'git restore' })
  }
  for (const { path, after } of files) {
    try {
      before.push({ path, bytes: readFileSync(path), mode: statSync(path).mode })
      if (after === undefined) unlinkSync(path)
      else writeFileSync(path, after)
    } catch (thrown) {
      restore()
      const hint = 'every file is as it was'
      throw new RolloutError('denied', { message: `${path} cannot be written: ${messageOf(thrown)}`, hint }, { cause: thrown })
    }
  }
  return restore
}

/** What could not be written may be as it was all the same. */
function isRestored({ path, bytes, mode }: Before): boolean {
  try {
    writeFileSync(path, bytes)
    chmodSync(path, mode)
    return true
  } catch {
    return existsSync(path) && readFileSync(path).equals(bytes)
  }
}
