import type { Problem } from '../values/errors.ts'

/**
 * What a place in the code does with a toggle. `asked`, `bound` and `measured`: the program wants to know it. `set`: its
 * variable is written. `named`: its name is a value of the program. `mentioned`: a comment, or text for people.
 */
export type ReferenceRole = 'asked' | 'bound' | 'measured' | 'set' | 'named' | 'mentioned'

/** One place in the code where a toggle stands. */
export interface Reference {
  readonly toggle: string
  /** Path from the top of the repository, with `/`. */
  readonly file: string
  /** From 1; columns count UTF-16 code units. */
  readonly line: number
  readonly column: number
  readonly role: ReferenceRole
  /** Its variable is compared with a word there: a share of the users is as good as off. */
  readonly compared?: true
  readonly language: string
  /** `syntax`: a parser has told code from comments and texts. */
  readonly by: 'syntax' | 'text'
  readonly isTest: boolean
  /** The line, without the blanks around it; of a long one what is around the name. */
  readonly code: string
  /** Where it can be read on the web; absent where nothing says. */
  readonly link?: string
}

/** A file of the code whose syntax was not read, and why. */
export interface UnreadFile {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly why: string
}

/** Everything the code says about some toggles. */
export interface ReferenceReport {
  /** The folder that was searched. */
  readonly root: string
  /** The commit that links lead to. */
  readonly commit?: string
  /** How many files were read, and how many left out because a machine or somebody else wrote them. */
  readonly files: number
  readonly generated: number
  /** Every toggle that was searched for, with its places in order of files and lines. */
  readonly toggles: Readonly<Record<string, readonly Reference[]>>
  readonly unread: readonly UnreadFile[]
  /** Packages that would read the syntax of files where only text was searched. */
  readonly missing: readonly string[]
}

/** Returns what the places mean for a toggle that some users are to have before all do; undefined where none compares its word. */
export function describeCompared(toggle: string, references: readonly Reference[]): Problem | undefined {
  const compared = references.filter((each) => each.compared && isDependence(each))
  const [first] = compared
  if (!first) return undefined
  const more = compared.length > 1 ? ` (and ${compared.length - 1} more)` : ''
  return {
    message: `${first.file}:${first.line}:${first.column}${more} compares ${toggle} with a word: it is off there until 100%, and no step below that proves anything`,
    hint: `toggles.isEnabled('${toggle}', user) of the SDK knows who is in, as do those of other languages (docs/sdk.md); or one step, to 100%`,
  }
}

/** Roles in which the program depends on a toggle. */
const DEPENDS: readonly ReferenceRole[] = ['asked', 'bound', 'measured']

/** Tells whether the program, not a test of it, depends on the toggle there. */
export function isDependence({ role, isTest }: Reference): boolean {
  return !isTest && DEPENDS.includes(role)
}
