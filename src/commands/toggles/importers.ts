import { isTestPath } from '../../code/left-out.ts'
import { languageOf } from '../../code/language.ts'
import type { FileChange } from '../../code/patch.ts'
import { importedFile } from '../../code/removal/imported.ts'
import type { Constants, ToggleEnd } from '../../code/removal/toggle-end.ts'
import { findFiles, type FoundCode } from '../../session/references.ts'
import type { Session } from '../../session/session.ts'
import type { LeftReference } from '../../views/removal.ts'

/** One file of the code, and what becomes of it. */
export interface ChangedFile {
  readonly file: string
  /** As it is afterwards. */
  readonly text: string
  /** What other files may read of what is a constant now. */
  readonly exports: Constants
  readonly acts: boolean
  /** Whether it is code that asks for the toggle still. */
  readonly asks: boolean
  readonly files: readonly FileChange[]
  readonly left: readonly LeftReference[]
}

interface WithImporters {
  readonly changed: readonly ChangedFile[]
  /** Places that read what is a constant now, and were not changed. */
  readonly readers: readonly LeftReference[]
}

type Change = (file: string, from?: Pick<ToggleEnd, 'imports' | 'acts'>) => ChangedFile

/**
 * Changes the files that ask for a toggle, and those that import a constant which came of it, by a path from file to file.
 * Every other place that reads what holds such a constant is listed, and each in a test.
 */
export async function withImporters(session: Session, asking: readonly string[], change: Change): Promise<WithImporters> {
  const done = new Map(asking.map((file) => [file, change(file)]))
  const importers = new Map<string, FoundCode>()
  let open = [...done.values()].filter(({ exports }) => exports.size > 0)
  while (open.length > 0) {
    const found = await findFiles(session, pathsTo(open.map(({ file }) => file)))
    for (const each of found) if (LANGUAGES.has(languageOf(each.path).name)) importers.set(each.path, each)
    open = found
      .filter(({ path }) => importers.has(path) && !isTestPath(path) && languageOf(path).name !== 'component')
      .flatMap(({ path }) => {
        const made = change(path, importsOf(path, done))
        const before = done.get(path)
        // Most who import a module read something else of it.
        if (!before && made.files.length === 0 && made.exports.size === 0) return []
        done.set(path, made)
        return made.exports.size > (before?.exports.size ?? 0) ? [made] : []
      })
  }
  const readers = [...importers.values()].flatMap((each) => readersIn({ ...each, text: done.get(each.path)?.text ?? each.text }, done))
  return { changed: [...done.values()], readers }
}

const LANGUAGES = new Set(['javascript', 'typescript', 'component'])

/** Imports end like the file's name, or like its folder's. */
function pathsTo(files: readonly string[]): RegExp {
  const stems = files.flatMap((file) => stemsOf(file)).map((stem) => stem.replaceAll(/[^\w]/g, String.raw`\$&`))
  return new RegExp(String.raw`(?:["'/](?:${stems.join('|')})(?:\.\w+)?|["'./]\.?\.\/?)["']`, 'g')
}

function stemsOf(file: string): readonly string[] {
  const [name = '', folder] = file.split('/').toReversed()
  const stem = name.replace(/\.\w+$/, '')
  return stem === 'index' && folder !== undefined ? [stem, folder] : [stem]
}

function importsOf(path: string, done: ReadonlyMap<string, ChangedFile>): Pick<ToggleEnd, 'imports' | 'acts'> {
  const moduleOf = (source: string): ChangedFile | undefined => done.get(importedFile(path, source, (file) => done.has(file)) ?? '')
  return { imports: (source) => moduleOf(source)?.exports, acts: (source) => moduleOf(source)?.acts === true }
}

/** Places of a file, as it is afterwards, that read a name of another one which is a constant, or holds one. */
function readersIn({ path, text }: FoundCode, done: ReadonlyMap<string, ChangedFile>): readonly LeftReference[] {
  const lines = text.replaceAll(IMPORT, (whole, _, source: string) => whole.replace(source, ' '.repeat(source.length))).split('\n')
  const written = text.split('\n')
  const found = new Map<string, LeftReference>()
  for (const { index, 2: source = '' } of text.matchAll(IMPORT)) {
    for (const { file, exports } of done.values()) {
      const isSure = importedFile(path, source, (each) => each === file) !== undefined
      const isMaybe =
        !source.startsWith('.') &&
        stemsOf(file).includes(
          source
            .replace(/\.\w+$/, '')
            .split('/')
            .at(-1) ?? '',
        )
      if (file === path || !(isSure || isMaybe)) continue
      for (const name of exports.keys()) {
        const word = name === 'default' ? DEFAULT.exec(text.slice(0, index))?.[1] : name
        const what = `${name === 'default' ? 'what it exports' : name} of ${file}, where a constant is now`
        const why = `it ${isSure ? 'reads' : 'may read'} ${what}`
        for (const each of word === undefined ? [] : placesOf(word, lines, written)) {
          const at = `${each.line}:${each.column}`
          if (!found.has(at)) found.set(at, { file: path, ...each, why })
        }
      }
    }
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line || a.column - b.column)
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1/g
/** The name that all of a module gets, or its default export, up to where its path stands. */
const DEFAULT = /\b(?:import|const|let|var)\s+([\w$]+)\s*(?:,\s*\{[^{}]*\}\s*|=\s*)?$/

/** Where a word stands; where it is imported only if it stands nowhere else. */
function placesOf(word: string, lines: readonly string[], written: readonly string[]): readonly Omit<LeftReference, 'file' | 'why'>[] {
  const pattern = new RegExp(String.raw`(?<![\w$])${word.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![\w$])`)
  const places = lines.flatMap((line, nth) => {
    const at = line.search(pattern)
    return at === -1 ? [] : [{ line: nth + 1, column: at + 1, code: (written[nth] ?? line).trim().slice(0, 160) }]
  })
  const used = places.filter(({ code }) => !/^import\b.*\bfrom\b/.test(code))
  return used.length > 0 ? used : places
}
