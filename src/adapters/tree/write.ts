import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'

/** What becomes of a file; without a text it goes. */
interface Written {
  readonly path: string
  readonly after?: string
}

/** Writes files in their places, which keeps their modes; returns what makes all of them as they were. Written half, they are as they were. */
export function writeTree(files: readonly Written[]): () => void {
  const before = files.map(({ path }) => ({ path, bytes: readFileSync(path) }))
  const restore = (): void => {
    for (const { path, bytes } of before) writeFileSync(path, bytes)
  }
  try {
    for (const { path, after } of files) {
      if (after === undefined) unlinkSync(path)
      else writeFileSync(path, after)
    }
  } catch (thrown) {
    restore()
    throw thrown
  }
  return restore
}
