import { readFileSync, statSync } from 'node:fs'
import { bucketOf, isIn } from '../core/bucket.ts'
import { parseWord, type Word } from '../core/words.ts'
import { parseFile } from './file.ts'

export { bucketOf } from '../core/bucket.ts'

export interface Options {
  /** Where the variables are; `process.env` unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A file of `NAME=word` lines that is read again when it changes and wins over the environment; `ROLLOUT_FILE` unless told. */
  readonly file?: string
  /** How often the file is looked at, in milliseconds; 1000 unless told. */
  readonly every?: number
  /** Told once of every value that is no word (the toggle is off then) and of a file that cannot be read (the last good one stays). */
  readonly onProblem?: (message: string) => void
}

export interface Toggles {
  /** Whether the toggle is on for this user; without a user only at 100 %. */
  isEnabled(toggle: string, user?: string): boolean
  /** The words in force, by variable. */
  words(): Readonly<Record<string, string>>
  /** Reads the file again now. */
  reload(): void
  close(): void
}

const OFF: Word = { exposure: 0, options: {} }

/** Reads the env contract: `FEATURE_X=false | true | <n>%[;key=…]`, `FEATURE_X_USERS`, `FEATURE_X_DENY`. */
export function openToggles({
  env = process.env,
  file = env['ROLLOUT_FILE'],
  every = 1000,
  onProblem = () => undefined,
}: Options = {}): Toggles {
  const told = new Set<string>()
  const tell = (message: string): void => {
    if (told.has(message)) return
    told.add(message)
    onProblem(message)
  }
  let fromFile: Readonly<Record<string, string>> = {}
  let version = ''
  let parsed = new Map<string, Word>()

  const reload = (): void => {
    if (file === undefined) return
    try {
      // By name each time, not by handle: Kubernetes swaps the file by a symbolic link.
      const { mtimeMs, size, ino } = statSync(file)
      const now = `${mtimeMs} ${size} ${ino}`
      if (now === version) return
      fromFile = parseFile(readFileSync(file, 'utf8'))
      version = now
      parsed = new Map()
    } catch (thrown) {
      tell(`${file} cannot be read, the last good values stay: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }
  const raw = (name: string): string | undefined => fromFile[name] ?? env[name]
  const wordOf = (toggle: string): Word => {
    const known = parsed.get(toggle)
    if (known) return known
    const text = raw(toggle)
    const word = text === undefined ? OFF : parseWord(text)
    if (!word) tell(`${toggle}=${text} is not a word (false, true or a percentage such as 10%): it is off`)
    parsed.set(toggle, word ?? OFF)
    return word ?? OFF
  }
  const lists = (name: string, user: string): boolean =>
    raw(name)
      ?.split(',')
      .some((each) => each.trim() === user) ?? false

  reload()
  const timer = file === undefined ? undefined : setInterval(reload, every)
  timer?.unref()
  return {
    isEnabled: (toggle, user) => {
      const { exposure, options } = wordOf(toggle)
      if (user === undefined || user === '') return exposure === 100
      if (lists(`${toggle}_DENY`, user)) return false
      if (lists(`${toggle}_USERS`, user)) return true
      return exposure === 100 || (exposure > 0 && isIn(exposure, bucketOf(options['key'] ?? toggle, user)))
    },
    words: () => ({ ...fromFile }),
    reload,
    close: () => clearInterval(timer),
  }
}
