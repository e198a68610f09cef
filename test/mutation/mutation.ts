/** A line of the source that safety hangs on, said wrongly on purpose: a test must go red. */
export interface Mutation {
  readonly name: string
  /** Relative to src/. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
  /** The test files that must notice, relative to test/ and without `.test.ts`. */
  readonly tests: readonly string[]
}

/** What stands exactly once in a file, and what stands there instead. */
type Change = readonly [find: string, replace: string]

/** Returns the mutations of one file, each named by what it does wrong. */
export function mutationsOf(file: string, tests: readonly string[], changes: Readonly<Record<string, Change>>): readonly Mutation[] {
  return Object.entries(changes).map(([name, [find, replace]]) => ({ name, file, find, replace, tests }))
}
