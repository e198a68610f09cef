import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { compareGenerated, marked, writeAll, type Compared, type GeneratedFile } from '../../adapters/file/generated.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { documentsOf, pageOf } from '../../views/docs/documents.ts'
import { shellWord } from '../../core/values/shell-word.ts'
import type { DocsSource } from '../../views/docs/source.ts'
import { markdown } from '../../views/document/markdown.ts'
import { renderDocs, type DocsRow } from '../../views/docs.ts'
import { renderWarnings } from '../../views/problem.ts'
import { byHandOf } from './by-hand.ts'
import { loadPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { blockIn, END, START } from './readme-block.ts'

const PAGE = 'rollout.html'

/** Writes the documents of the plan; with `--check` says which are not what the plan says, and exits 2 when there are any. */
export default async function docs(session: Session<ValuesOf<'docs'>>): Promise<VerbAnswer> {
  const { cwd, lender, options } = session
  const { file, folder } = session.place
  const { plan, warnings } = await loadPlan(session, { isOnlyRead: true })
  const out = options.out === undefined ? join(folder, 'docs') : resolve(cwd, options.out)
  // Loaded where it is asked for: it parses.
  const { codeAround } = await import('./code-around.ts')
  const code = await codeAround(session, plan, out)
  const source: DocsSource = { plan, byHand: await byHandOf(plan, lender), ...(code && { code }), flags: flagsOf(options) }
  const made = filesOf(source, out, options.format)
  const readme = readmeOf(session, { beside: join(dirname(file), 'README.md'), source, out })
  const all = [...made, ...(readme ? [readme] : [])]
  const compared = all.map((each) => ({ made: each, ...compareWith(each) }))
  const rows = compared.map(({ made: { path }, standing, added, removed }): DocsRow => ({
    file: relative(cwd, path) || path,
    standing,
    added,
    removed,
  }))
  const isStale = rows.some(({ standing }) => standing !== 'same')
  if (!options.check) {
    if (!options.force) refuse(rows)
    write(
      compared.filter(({ standing }) => standing !== 'same').map((each) => each.made),
      session.uuid(),
    )
  }
  if (!options.json) session.err.write(renderWarnings(warnings, session.err))
  return {
    outcome: options.check && isStale ? 'changes' : 'done',
    kind: 'docs',
    value: { check: options.check, stale: isStale, files: rows },
    text: (stream) => renderDocs(rows, options.check, stream),
  }
}

function filesOf(source: DocsSource, out: string, format: 'markdown' | 'html' | undefined): readonly GeneratedFile[] {
  if (format === 'html') return [{ path: join(out, PAGE), text: marked(pageOf(source)) }]
  return documentsOf(source).map((each) => ({ path: join(out, `${each.id}.md`), text: marked(markdown(each)) }))
}

/** What every command of these documents has to be typed with. */
function flagsOf({ file, env }: ValuesOf<'docs'>): readonly string[] {
  return [...(file === undefined ? [] : ['-f', shellWord(file)]), ...(env === undefined ? [] : ['-e', shellWord(env)])]
}

interface Readme {
  readonly beside: string
  readonly source: DocsSource
  readonly out: string
}

/** The README that links the documents: the one named, or the one beside the plan if it has the marks. */
function readmeOf({ cwd, options }: Session<ValuesOf<'docs'>>, { beside, source, out }: Readme): GeneratedFile | undefined {
  const named = options.readme
  const path = named === undefined ? beside : resolve(cwd, named)
  const before = contentOf(path)
  if (before === undefined) {
    if (named === undefined) return undefined
    throw new RolloutError('usage', { message: `${path} cannot be read`, hint: '--readme names a file that is there' })
  }
  if (named === undefined && (options.format === 'html' || !before.includes(START))) return undefined
  const after = blockIn(before, documentsOf(source), relative(dirname(path), out))
  if (after === undefined)
    throw new RolloutError('config', {
      message: `${path} does not have one ${START} with one ${END} behind it`,
      hint: 'each on a line of its own, once',
    })
  return { path, text: after, shared: true }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function compareWith(made: GeneratedFile): Compared {
  try {
    return compareGenerated(made)
  } catch (thrown) {
    throw new RolloutError('denied', { message: `${made.path} cannot be read: ${messageOf(thrown)}` }, { cause: thrown })
  }
}

/** Somebody's own work is not the program's to replace. */
function refuse(rows: readonly DocsRow[]): void {
  const problems = rows.flatMap(({ file, standing }) => {
    const hint = 'nothing was written; --out DIR writes elsewhere, --force replaces it'
    if (standing === 'foreign') return [{ message: `${file} was not generated by rollout docs`, hint }]
    if (standing === 'edited') return [{ message: `${file} was edited by hand since it was generated`, hint }]
    return []
  })
  if (problems.length > 0) throw new RolloutError('usage', problems)
}

function write(files: readonly GeneratedFile[], unique: string): void {
  try {
    writeAll(files, unique)
  } catch (thrown) {
    throw new RolloutError('denied', { message: `the documents cannot be written: ${messageOf(thrown)}` }, { cause: thrown })
  }
}
