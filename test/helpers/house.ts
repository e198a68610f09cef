import { posix } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** Path below src → text. */
export type Sources = Readonly<Record<string, string>>

/** The rooms of core, lower first: each may import from those before it. A file directly in core is a room of its own. */
const CORE = ['values', 'toggle', 'ports.ts', 'evidence', 'plan', 'judge', 'journal', 'policy', 'forecast', 'check', 'report']

/** Room → what it may import from src: rooms, or single files. A room may always import from itself, but for core and commands. */
export const FLOORS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(CORE.map((room, nth) => [`core/${room}`, CORE.slice(0, nth).map((lower) => `core/${lower}`)])),
  config: ['core'],
  adapters: ['core'],
  views: ['core'],
  code: ['core'],
  engine: ['core', 'adapters'],
  sdk: ['core/toggle'],
  demo: ['core', 'sdk'],
  session: ['core', 'config', 'adapters', 'views', 'engine', 'code', 'shell.ts'],
  commands: [
    'core',
    'config',
    'adapters',
    'views',
    'engine',
    'code',
    'session',
    'demo',
    'shell.ts',
    'commands/option.ts',
    'commands/table.ts',
  ],
  'commands/option.ts': [],
  'commands/table.ts': ['core', 'commands/option.ts'],
  'commands/peers.ts': ['commands/table.ts'],
  'commands/read-options.ts': ['core', 'commands/option.ts'],
  'commands/explain-usage.ts': ['core', 'commands/option.ts', 'commands/table.ts', 'commands/peers.ts'],
  'commands/carry-out.ts': ['core', 'commands', 'session', 'shell.ts'],
  'shell.ts': ['core'],
  'command-line.ts': ['core', 'commands', 'shell.ts'],
  'cli.ts': ['core', 'command-line.ts', 'commands', 'session', 'views', 'shell.ts'],
  // What the package is called and which version this is.
  'main.ts': ['core', 'cli.ts', 'shell.ts', '../package.json'],
}

/** Package → the rooms or files that may import it. No other package has a room. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli.ts', 'command-line.ts'],
  yaml: ['config', 'adapters/file/flag-yaml.ts', 'adapters/file/flag-lines.ts'],
  zod: ['config', 'adapters'],
  got: ['adapters/http'],
  'https-proxy-agent': ['adapters/http/tunnel.ts'],
  pg: ['adapters/state/database.ts'],
  '@prometheus-io/lezer-promql': ['adapters/measure/parse-promql.ts'],
  '@lezer/common': ['adapters/measure'],
  'json-p3': ['adapters'],
  re2js: ['adapters/measure/pattern.ts'],
  execa: ['adapters'],
  nodemailer: ['adapters/notify/email.ts'],
  chalk: ['views'],
  'cli-table3': ['views'],
  ora: ['views'],
  '@babel/parser': ['code/javascript.ts'],
  '@ast-grep/napi': ['adapters/tree/grammars.ts'],
  diff: ['code/patch.ts'],
  ignore: ['adapters/tree/list.ts'],
  '@openfeature/server-sdk': ['sdk/openfeature.ts', 'sdk/hook.ts'],
}

/** Where time, chance, the environment and timers may be taken instead of being lent. */
const AMBIENT: Readonly<Record<string, readonly string[]>> = {
  // The shop is an application of its own, and so is the load on it.
  demo: ['process', 'performance', 'setTimeout', 'setInterval'],
  // Runs inside an application, which has no Shell to lend.
  sdk: ['process', 'performance', 'setTimeout', 'Date.now'],
  // Only `process.kill(-pid)` ends a whole process group.
  'adapters/spawn.ts': ['process'],
  // got asks for the delay of a retry without a clock.
  'adapters/http/http.ts': ['performance'],
  // An adapter is tried by its author, without a Shell that could lend.
  'adapters/lend-real.ts': ['process', 'performance', 'setTimeout', 'Date.now'],
  // The deadline of one call is real time, whatever clock was lent: it guards against a hung peer.
  'adapters/deadline.ts': ['setTimeout'],
}

const GLOBALS = new Set(['process', 'console', 'performance', 'globalThis', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
/** Nobody may: Node collects such a signal together with its timer. `withDeadline` holds them. */
const FORBIDDEN = new Set(['AbortSignal.any', 'AbortSignal.timeout'])
const MEMBERS = new Set([...FORBIDDEN, 'Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'])

/** Where a docstring of a function need not begin with a verb in the third person. */
const TERSE = ['adapters']
const DOCSTRING = /\/\*\*((?:(?!\*\/).)*)\*\/\s*(?:export (?:default )?(?:async )?function\*? (\w+))?/gs

/** Everything in these sources that is not as the house says; sorted by file. Types count as much as values. */
export function complaints(sources: Sources): readonly string[] {
  const edges = new Map<string, readonly string[]>()
  const found = Object.entries(sources).flatMap(([path, text]) => {
    if (FLOORS[roomOf(path)] === undefined) return [`${path} is in no room of the house`]
    try {
      const { imports, uses } = read(path, text)
      const local = imports.flatMap((to) => (to?.startsWith('.') ? [posix.join(posix.dirname(path), to)] : []))
      edges.set(path, local)
      const wrong = [...imports.flatMap((to) => complaintOf(path, to)), ...uses.flatMap((use) => complaintOfUse(path, use))]
      return [...new Set([...wrong, ...complaintsOfDocs(path, text)])]
    } catch {
      return [`${path} does not parse`]
    }
  })
  return [...found, ...circles(edges)]
}

/** The room with a row in the table: the file itself, `core/judge` in core, else the first part of the path. */
function roomOf(path: string): string {
  if (FLOORS[path] !== undefined) return path
  const [first = '', second] = path.split('/')
  return first === 'core' && second !== undefined ? `core/${second}` : first
}

/** What must not be reached from its neighbours: a room of core, and a verb. */
function apartmentOf(path: string): string {
  const [, verb = ''] = path.split('/')
  return roomOf(path) === 'commands' ? `commands/${verb.replace(/\.ts$/, '')}` : roomOf(path)
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`))
}

function complaintOf(path: string, to: string | undefined): readonly string[] {
  // There a name becomes a file: `use: env-file` → adapters/targets/env-file.ts, and a path the user's own.
  if (to === undefined) return ['adapters/registry.ts', 'adapters/own.ts'].includes(path) ? [] : [`${path} imports a computed path`]
  if (to.startsWith('.')) {
    const target = posix.join(posix.dirname(path), to)
    const isOwn = path.includes('/') && apartmentOf(target) === apartmentOf(path)
    return isOwn || isIn(target, FLOORS[roomOf(path)] ?? []) ? [] : [`${path} may not import ${target}`]
  }
  if (to.startsWith('node:')) {
    const isAmbient = /^node:(process|timers|perf_hooks|console)\b/.test(to)
    return path.startsWith('core/') || (isAmbient && path !== 'main.ts') ? [`${path} may not import ${to}`] : []
  }
  const name = to.split('/', to.startsWith('@') ? 2 : 1).join('/')
  return isIn(path, ROOMS[name] ?? []) ? [] : [`${path} may not import ${name}`]
}

function complaintOfUse(path: string, use: string): readonly string[] {
  if (FORBIDDEN.has(use)) return [`${path} uses ${use}: withDeadline holds its timer`]
  if (path === 'main.ts') return []
  return [...(AMBIENT[path] ?? []), ...(AMBIENT[roomOf(path)] ?? [])].includes(use) ? [] : [`${path} uses ${use}`]
}

/** A docstring of a function says in the third person what it does; no docstring, of whatever, begins with a riddle. */
function complaintsOfDocs(path: string, text: string): readonly string[] {
  return [...text.matchAll(DOCSTRING)].flatMap(([, doc = '', name]) => {
    const [first = '', second = ''] = doc.replaceAll(/^[\s*]+/g, '').split(/[\s,]+/)
    const isRiddle = ['Likewise', 'Whoever'].includes(first) || (first === 'What' && ['is', 'was', 'are', 'were'].includes(second))
    const isPlain = !isRiddle && (name === undefined || isIn(path, TERSE) || /^[A-Z][a-z]+s$/.test(first))
    return isPlain ? [] : [`${path}: the docstring of ${name ?? 'something'} begins with "${first} ${second}"`]
  })
}

interface Node {
  readonly [key: string]: unknown
  readonly type: string
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** By syntax, not by pattern: comments and texts do not count, and no spelling of an import escapes. `undefined` is a computed path. */
function read(path: string, text: string) {
  const imports: (string | undefined)[] = []
  const uses: string[] = []
  const visit = (node: Node): void => {
    const source = sourceOf(node)
    if (source !== undefined) imports.push(source.path)
    const use = useOf(node)
    if (use !== undefined) uses.push(use)
    for (const [key, value] of Object.entries(node)) {
      // `x.process` and `{ process: 1 }` only sound like it.
      if ((key === 'property' || key === 'key' || key === 'imported') && node['computed'] !== true && node['shorthand'] !== true) continue
      for (const child of [value].flat()) if (isNode(child)) visit(child)
    }
  }
  const program: unknown = parseAst(text, { lang: 'ts' }, path)
  if (!isNode(program)) throw new Error(`${path} is no program`)
  visit(program)
  return { imports, uses }
}

function sourceOf(node: Node): { readonly path: string | undefined } | undefined {
  if (!['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'ImportExpression', 'TSImportType'].includes(node.type))
    return undefined
  const source = node['source'] ?? node['argument']
  if (!isNode(source)) return undefined
  const literal = source.type === 'TSLiteralType' ? source['literal'] : source
  const value = isNode(literal) && literal.type === 'Literal' ? literal['value'] : undefined
  return { path: typeof value === 'string' ? value : undefined }
}

function useOf(node: Node): string | undefined {
  if (node.type === 'Identifier' && typeof node['name'] === 'string' && GLOBALS.has(node['name'])) return node['name']
  if (node.type === 'NewExpression' && nameOf(node['callee']) === 'Date' && isEmpty(node['arguments'])) return 'new Date()'
  if (node.type === 'CallExpression' && nameOf(node['callee']) === 'Date') return 'Date()'
  if (node.type === 'CallExpression' && nameOf(node['callee']) === 'require') return 'require'
  if (node.type !== 'MemberExpression') return undefined
  const member = `${nameOf(node['object'])}.${nameOf(node['property'])}`
  return MEMBERS.has(member) ? member : undefined
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  const name = node.type === 'Identifier' ? node['name'] : node['value']
  return typeof name === 'string' ? name : ''
}

/** Each circle once, from its first file on. */
function circles(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) return void found.push(`circle: ${[...trail.slice(at), path].join(' → ')}`)
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return found
}
