import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { compareGenerated, marked, writeAll, type Compared, type GeneratedFile } from '../../adapters/file/generated.ts'
import { messageOf, RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { Shell } from '../../shell.ts'
import { documentsOf, pageOf } from '../../views/docs/documents.ts'
import { quoted, type DocsSource } from '../../views/docs/source.ts'
import { markdown } from '../../views/document/markdown.ts'
import { renderDocs, type DocsRow } from '../../views/docs.ts'
import { writeJson } from '../../views/json.ts'
import { renderWarnings } from '../../views/problem.ts'
import { byHandOf } from './by-hand.ts'
import { flag, text, type Input } from '../../session/input.ts'
import { locate } from '../../session/place.ts'
import { loadPlan } from '../../session/project.ts'
import { blockIn, END, START } from './readme-block.ts'

const PAGE = 'rollout.html'

/** Writes the documents of the plan; with `--check` says which are not what the plan says, and exits 2 when there are any. */
export default async function docs(shell: Shell, input: Input): Promise<Outcome> {
  const { file, folder } = locate(shell, input)
  const { plan, warnings } = await loadPlan(shell, input, { isOnlyRead: true })
  const source: DocsSource = { plan, byHand: await byHandOf(plan, { clock: shell.clock, folder }), flags: flagsOf(input) }
  const out = text(input, 'out') === undefined ? join(folder, 'docs') : resolve(shell.cwd, text(input, 'out') ?? '')
  const made = filesOf(source, out, formatOf(input))
  const readme = readmeOf(shell, input, { beside: join(dirname(file), 'README.md'), source, out })
  const all = [...made, ...(readme ? [readme] : [])]
  const compared = all.map((each) => ({ made: each, ...compareWith(each) }))
  const rows = compared.map(({ made: { path }, standing, added, removed }): DocsRow => ({
    file: relative(shell.cwd, path) || path,
    standing,
    added,
    removed,
  }))
  const isStale = rows.some(({ standing }) => standing !== 'same')
  const isCheck = flag(input, 'check')
  if (!isCheck) {
    if (!flag(input, 'force')) refuse(rows)
    write(
      compared.filter(({ standing }) => standing !== 'same').map((each) => each.made),
      shell.uuid(),
    )
  }
  if (flag(input, 'json')) writeJson({ check: isCheck, stale: isStale, files: rows }, shell.out)
  else {
    shell.out.write(renderDocs(rows, isCheck, shell.out))
    shell.err.write(renderWarnings(warnings, shell.err))
  }
  return isCheck && isStale ? 'changes' : 'done'
}

function formatOf(input: Input): 'markdown' | 'html' {
  return text(input, 'format') === 'html' ? 'html' : 'markdown'
}

function filesOf(source: DocsSource, out: string, format: 'markdown' | 'html'): readonly GeneratedFile[] {
  if (format === 'html') return [{ path: join(out, PAGE), text: marked(pageOf(source)) }]
  return documentsOf(source).map((each) => ({ path: join(out, `${each.id}.md`), text: marked(markdown(each)) }))
}

/** What every command of these documents has to be typed with. */
function flagsOf(input: Input): readonly string[] {
  const [file, env] = [text(input, 'file'), text(input, 'env')]
  return [...(file === undefined ? [] : ['-f', quoted(file)]), ...(env === undefined ? [] : ['-e', quoted(env)])]
}

interface Readme {
  readonly beside: string
  readonly source: DocsSource
  readonly out: string
}

/** The README that links the documents: the one named, or the one beside the plan if it has the marks. */
function readmeOf(shell: Shell, input: Input, { beside, source, out }: Readme): GeneratedFile | undefined {
  const named = text(input, 'readme')
  const path = named === undefined ? beside : resolve(shell.cwd, named)
  const before = contentOf(path)
  if (before === undefined) {
    if (named === undefined) return undefined
    throw new RolloutError('usage', { message: `${path} cannot be read`, hint: '--readme names a file that is there' })
  }
  if (named === undefined && (formatOf(input) === 'html' || !before.includes(START))) return undefined
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
