import { isUtf8 } from 'node:buffer'
import { join, resolve } from 'node:path'
import { openGrammars, type Grammars } from '../../adapters/tree/grammars.ts'
import { pathBelow } from '../../adapters/tree/list.ts'
import { readCode } from '../../adapters/tree/read.ts'
import { removeFromJavaScript } from '../../code/removal/javascript.ts'
import { removeFromPython } from '../../code/removal/python.ts'
import { NESTED } from '../../code/javascript.ts'
import { GRAMMARS, languageOf } from '../../code/language.ts'
import { isSettings, removeSetting, type Needed } from '../../code/removal/settings.ts'
import { HELD, type LeftPlace, type Removed, type ToggleEnd } from '../../code/removal/toggle-end.ts'
import type { FileChange } from '../../code/patch.ts'
import { planWithoutToggle } from '../../config/without-toggle.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { KeptSide } from '../../core/policy/removable.ts'
import type { Reference, ReferenceRole } from '../../core/report/reference.ts'
import type { Json } from '../../core/values/json.ts'
import { findInText, findReferences } from '../../session/references.ts'
import type { Session } from '../../session/session.ts'
import { TEXT_ALONE, type LeftReference } from '../../views/removal.ts'
import { withImporters, type ChangedFile } from './importers.ts'

/** Everything that a removal would do, and what it leaves. */
export interface Changes {
  readonly root: string
  readonly files: readonly FileChange[]
  readonly left: readonly LeftReference[]
  /** Places in tests: which of them test the side that goes only people know. */
  readonly tests: readonly Reference[]
}

const BOM = '\uFEFF'

/** Works out what becomes of every file without a toggle. Nothing is written. */
export async function changesWithout(session: Session, plan: Plan, toggle: string, keep: KeptSide): Promise<Changes> {
  const report = await findReferences(session, plan, [toggle])
  const { root } = report
  const all = report.toggles[toggle] ?? []
  const { variable = toggle, words = { on: 'true', off: 'false' } } = plan.toggles[toggle] ?? {}
  const end: ToggleEnd = { names: [...new Set([toggle, variable])], keep, words, asks: plan.cleanup?.asks ?? [] }
  // `key: X` of a Deployment asks a ConfigMap or a Secret for it.
  const isReferred = all.some(({ language, code }) => language === 'yaml' && /\bkey:\s/.test(code))
  const targets = targetFiles(session, plan, root)
  const grammars = openGrammars(GRAMMARS, session.place.folder)
  const change = (file: string, from: Pick<ToggleEnd, 'imports' | 'acts'> = {}, isAsked = false): ChangedFile => {
    const bytes = readCode(join(root, file))
    const written = typeof bytes === 'string' ? '' : bytes.toString('utf8')
    const [mark, text] = written.startsWith(BOM) ? [BOM, written.slice(1)] : ['', written]
    const isText = typeof bytes === 'string' || isUtf8(bytes)
    const untouched = targets.has(file) ? WRITTEN_BY_TARGET : isText ? undefined : NOT_UTF8
    const made =
      untouched === undefined
        ? withoutIn({ file, text, language: languageOf(file).name, isReferred, isAsked }, { ...end, ...from }, grammars)
        : undefined
    const after = made?.text ?? text
    const left = findInText(session, plan, toggle, { path: file, text: after })
    return {
      file,
      text: after,
      exports: made?.exports ?? new Map(),
      acts: made?.acts === true,
      asks: !isSettings(languageOf(file).name) && left.some(isAsking),
      files: after === text ? [] : [{ file, before: written, after: mark + after }],
      left: [
        ...left.map((each) => ({ ...each, why: untouched ?? whyOf(each, made?.left ?? []) })),
        ...constantsIn(file, after, made?.left ?? [], left),
      ],
    }
  }
  const asking = [...new Set(all.filter(({ isTest }) => !isTest).map(({ file }) => file))]
  const { changed, readers } = await withImporters(session, asking, change)
  // Without its line the variable would be unset for code that is left to people.
  const isAsked = changed.some(({ asks }) => asks)
  const done = isAsked ? changed.map((each) => (isSettings(languageOf(each.file).name) ? change(each.file, {}, isAsked) : each)) : changed
  const own = planWithoutToggle(session.place.file, toggle)
  const files = own.files.map(({ path, ...change }) => ({ file: pathBelow(root, path), ...change }))
  return {
    root,
    files: [...done.flatMap((each) => each.files), ...files],
    left: [
      ...done.flatMap((each) => each.left),
      ...readers,
      // What does not parse has places of its own.
      ...report.unread.flatMap(({ file, line, why }) => (line === undefined ? [{ file, line: 1, column: 1, code: '', why }] : [])),
      ...own.problems.map(({ message }) => ({ file: pathBelow(root, session.place.file), line: 1, column: 1, code: '', why: message })),
    ],
    tests: all.filter(({ isTest }) => isTest),
  }
}

/** What names it in a program, as a key or in a list, may ask for it by that name. */
function isAsking({ role, by }: Reference): boolean {
  return ['asked', 'bound', 'measured'].includes(role) || (role === 'named' && by === 'syntax')
}

interface ToChange extends Needed {
  readonly file: string
  readonly text: string
  readonly language: string
}

function withoutIn({ file, text, language, ...needed }: ToChange, end: ToggleEnd, grammars: Grammars): Removed | undefined {
  if (language === 'python') return withoutInPython(file, text, end, grammars)
  // Templates of a chart read their values elsewhere.
  if (/(?:^|\/)values[^/]*\.ya?ml$/.test(file)) return undefined
  if (language !== 'javascript' && language !== 'typescript') return removeSetting(language, text, end.names, needed)
  const made = removeFromJavaScript(file, text, end)
  if (!('text' in made)) return { text, left: [made] }
  // What was made has to be a program as well; if it is none, the fault is ours, and nothing is touched.
  const again = removeFromJavaScript(file, made.text, end)
  return 'text' in again
    ? made
    : { text, left: [{ line: 1, column: 1, why: 'what would become of it does not parse: it is left as it is' }] }
}

/** Undefined where no grammar is installed, or it does not parse, before or after. */
function withoutInPython(file: string, text: string, end: ToggleEnd, grammars: Grammars): Removed | undefined {
  const parse = grammars.find('python')
  const parsed = parse?.(text)
  if (!parse || !parsed || parsed.fault) return undefined
  try {
    const made = removeFromPython(file, parsed.whole(), text, end)
    return parse(made.text).fault ? undefined : made
  } catch (thrown) {
    if (thrown instanceof RangeError) return { text, left: [{ line: 1, column: 1, why: NESTED }] }
    throw thrown
  }
}

/** Files that targets write to: whatever runs now reads them, and would miss the line. */
function targetFiles({ place }: Session, { targets }: Plan, root: string): ReadonlySet<string> {
  const texts = (value: Json): readonly string[] =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
  return new Set(
    Object.values(targets).flatMap(({ options, instances = [] }) =>
      texts(options)
        .flatMap((path) => [path, ...instances.map((each) => path.replaceAll('{{instance}}', each))])
        .map((path) => pathBelow(root, resolve(place.folder, path))),
    ),
  )
}

/** Why a whole file is left as it is. */
const WRITTEN_BY_TARGET = 'a target writes it: the line may go once nothing that runs asks for it'
const NOT_UTF8 = 'its file is not UTF-8: what else it holds would be written wrong'

const WHY: Readonly<Record<ReferenceRole, string>> = {
  asked: 'it is passed on, or asked in a way that is not understood',
  bound: 'it is passed on, or bound in a way that is not understood',
  measured: 'it is measured here',
  set: 'it sets the variable',
  named: 'its name is a value here',
  mentioned: TEXT_ALONE,
}

/** The nearest that is said of its line before it, or else behind it. */
function whyOf({ role, line, column }: Reference, left: readonly LeftPlace[]): string {
  const said = left.filter((each) => each.line === line && each.why !== HELD)
  return (said.findLast((each) => each.column <= column) ?? said[0])?.why ?? WHY[role]
}

/** Places without the name that people have to look at as well. */
function constantsIn(file: string, text: string, left: readonly LeftPlace[], named: readonly Reference[]): readonly LeftReference[] {
  const lines = text.split('\n')
  return left
    .filter(({ line, why }) => why === HELD || !named.some((each) => each.line === line))
    .map((each) => ({ file, ...each, code: (lines[each.line - 1] ?? '').trim().slice(0, 160) }))
}
