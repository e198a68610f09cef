import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const PROJECTS = ['unit', 'long', 'real', 'binary'] as const
export type Project = (typeof PROJECTS)[number]

/** Without a server, but seconds each. */
const LONG = new RegExp(
  [
    'core/properties|core/evidence/(stream|finding)|core/toggle/bucket.parity|core/judge/(single|counting)|core/plan/calendar',
    'core/forecast/.*|engine/observe|config/broken|code/removal/javascript|adapters/(contract|file/word-file|measure/exposition|state/canonical|targets/go-feature-flag)',
  ]
    .map((paths) => `^test/(${paths}).test.ts$`)
    .join('|'),
)

/** What starts the program as it is installed. */
const BUILT = /bin\/(?:rollout\.cjs|readme\.mjs)|dist\/main\.cjs/
/** What servers, child processes and threads are made of. */
const PARTS =
  /from '(?:node:(?:child_process|http|https|net|tls|worker_threads)|smtp-server|execa|[./]+\/src\/(?:adapters\/spawn|commands\/simulate\/play-apart).ts)'/

/** Sorts the test files below a folder by what they need, which is what they and the files of the tests they import say. */
export function sortTests(root: string): Readonly<Record<Project, readonly string[]>> {
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const paths = all.filter((path) => path.endsWith('.test.ts')).map((path) => join(root, 'test', path))
  const sorted = paths.map((path) => ({ path: relative(root, path), project: projectOf(path, relative(root, path)) }))
  const of = (project: Project) => sorted.filter((each) => each.project === project).map(({ path }) => path)
  return { unit: of('unit'), long: of('long'), real: of('real'), binary: of('binary') }
}

function projectOf(path: string, name: string): Project {
  const text = textOf(path, new Set())
  if (BUILT.test(text) || name.startsWith('test/e2e/')) return 'binary'
  if (PARTS.test(text)) return 'real'
  return LONG.test(name) ? 'long' : 'unit'
}

/** The text of a file and of every file of the tests that it reaches. */
function textOf(path: string, seen: Set<string>): string {
  if (seen.has(path) || !existsSync(path)) return ''
  seen.add(path)
  const text = readFileSync(path, 'utf8')
  const imported = [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].flatMap(([, to]) =>
    to === undefined ? [] : [join(dirname(path), to)],
  )
  return [text, ...imported.filter((each) => !each.includes('/src/')).map((each) => textOf(each, seen))].join('\n')
}
