// Bundles src to dist: CommonJS, minified, one lazy chunk per command and per adapter. Why CommonJS and why
// bundled: loading is what a short command spends its time on (bench/startup.ts measures it).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const SCHEMAS = [['rollout.schema.json'], ['rollout-phase.schema.json', '--phase-file']]

if (process.argv.includes('--if-needed') && isFresh()) process.exit()

const { rolldown } = await import('rolldown')
const kinds = await readKinds()

rmSync(dist, { recursive: true, force: true })
const meta = await bundle({
  input: { main: 'src/main.ts' },
  format: 'cjs',
  extension: 'cjs',
  together: [
    { name: 'often', paths: ['src/commands/status.ts', 'src/core/journal/lease.ts'] },
    {
      name: 'moves',
      paths: ['src/commands/advance.ts', 'src/commands/rollback/rollback.ts', 'src/engine/writer.ts', 'src/session/glass.ts'],
    },
    // Where something is mounted that may hang, a look asks the folder of the journal first.
    { name: 'asks', paths: ['src/adapters/state/asked.ts'] },
    { name: 'looks', paths: ['src/session/with-targets.ts', 'src/adapters/targets/env-file.ts'] },
  ],
})
// The shop is a process of its own: from a chunk of the program it would begin the program.
await bundle({ input: { shop: 'src/demo/shop.ts' }, format: 'cjs', extension: 'cjs', prefix: 'shop-' })
// So is a thread of `simulate`.
await bundle({
  input: { 'simulate-worker': 'src/commands/simulate/worker.ts' },
  format: 'cjs',
  extension: 'cjs',
  prefix: 'simulate-worker-',
})
// Apart from the program, so that an application loads nothing else. What takes a package of the application's own is
// loaded by whoever wants it.
const sdk = { sdk: 'src/sdk/index.ts', metrics: 'src/sdk/metrics.ts', openfeature: 'src/sdk/openfeature.ts' }
await bundle({ input: sdk, format: 'esm', extension: 'mjs', prefix: 'sdk-' })
await bundle({ input: sdk, format: 'cjs', extension: 'cjs', prefix: 'sdk-' })
// What authors of adapters import (docs/adapters.md).
const author = { adapter: 'src/adapters/adapter.ts' }
await bundle({ input: author, format: 'esm', extension: 'mjs', prefix: 'adapter-' })
await bundle({ input: author, format: 'cjs', extension: 'cjs', prefix: 'adapter-' })
declare(Object.values({ ...sdk, ...author }))
writeFileSync(join(dist, 'meta.json'), JSON.stringify(meta, undefined, 1))
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(meta))
// What the modelines of plans refer to, printed by the very program that was just built.
for (const [file, ...flags] of SCHEMAS) writeFileSync(join(root, file), run('schema', ...flags))
// What was compiled of the build before, and of what nobody types often.
rmSync(join(root, 'node_modules/.cache/rollout'), { recursive: true, force: true, maxRetries: 20 })

function run(...argv) {
  return execFileSync(process.execPath, [join(root, 'bin/rollout.cjs'), ...argv], { cwd: root, encoding: 'utf8' })
}

async function bundle({ input, format, extension, prefix = '', together = [] }) {
  const graph = graphOf()
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: [/^node:/, /^@openfeature\//],
    plugins: [registry(), builtinsAtOnce(), withoutProcesses(), withoutColorSearch(), graph.plugin, shortExports()],
    transform: {
      define: {
        __ADAPTERS__: JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, adapters(kind)]))),
      },
      target: 'node20.19',
    },
    treeshake: true,
    ...(together.length > 0 && { preserveEntrySignatures: 'allow-extension' }),
    logLevel: 'warn',
  })
  const { output } = await build.write({
    dir: dist,
    format,
    exports: 'named',
    minify: true,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `${prefix}chunk-[name]-[hash].${extension}`,
    ...(together.length > 0 && {
      codeSplitting: {
        // What main.cjs has loaded stays there.
        includeDependenciesRecursively: false,
        groups: together.map(({ name, paths }) => ({ name, test: graph.reachedFrom(paths, input.main) })),
      },
    }),
  })
  await build.close()
  return Object.fromEntries(output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, packagesOf(chunk.moduleIds)]] : [])))
}

/** Types for both kinds of import: the declarations the entries reach, once as .d.mts and once as .d.cts. */
function declare(entries) {
  const types = join(dist, 'types')
  const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc')
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', types, '--rootDir', 'src', '--ignoreConfig']
  const config = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict', '--allowImportingTsExtensions']
  execFileSync(process.execPath, [tsc, ...flags, ...config, '--exactOptionalPropertyTypes', '--skipLibCheck', ...entries], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const reached = new Set(entries.map((path) => join(types, relative('src', path).replace(/\.ts$/, '.d.ts'))))
  for (const path of reached) {
    const text = readFileSync(path, 'utf8')
    for (const [, to] of text.matchAll(/from '(\.[^']+)\.ts'/g)) reached.add(join(dirname(path), `${to}.d.ts`))
    for (const kind of ['mjs', 'cjs'])
      writeFileSync(path.replace(/\.ts$/, `.${kind.replace('js', 'ts')}`), text.replaceAll(/(from '\.[^']+)\.ts'/g, `$1.${kind}'`))
  }
  for (const each of readdirSync(types, { recursive: true, encoding: 'utf8' })) if (each.endsWith('.d.ts')) rmSync(join(types, each))
}

/** The kinds of adapters, from the one list of them. */
async function readKinds() {
  const build = await rolldown({ cwd: root, input: 'src/core/ports.ts', logLevel: 'warn' })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  const { KINDS } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
  return Object.keys(KINDS)
}

/** Every export of a chunk is a getter of its own, 77 bytes each: a function that makes them all says the same in a tenth. */
function shortExports() {
  const one = /Object\.defineProperty\(exports,"([\w$]+)",\{enumerable:!0,get:function\(\)\{return ([\w$.]+)\}\}\)/g
  const row = new RegExp(`${one.source}(?:,${one.source})*`, 'g')
  const make = 'const $get=all=>{for(const name in all)Object.defineProperty(exports,name,{enumerable:!0,get:all[name]})};'
  return {
    name: 'short-exports',
    generateBundle: (_, chunks) => {
      for (const chunk of Object.values(chunks)) {
        const short = chunk.code?.replaceAll(row, (found) => `$get({${found.replaceAll(one, '$1:()=>$2')}})`)
        if (short !== undefined && short !== chunk.code) chunk.code = make + short
      }
    },
  }
}

/** Commander loads what starts processes, for verbs that are programs of their own; there are none here. */
function withoutProcesses() {
  const load = "const childProcess = require('node:child_process');"
  return {
    name: 'without-processes',
    transform(code, id) {
      if (!id.endsWith('commander/lib/command.js')) return undefined
      if (!code.includes(load)) throw new Error('commander starts processes in another way than the bundle knows')
      return code.replace(load, 'const childProcess = {};')
    },
  }
}

/** A file that imports at run time cannot be kept compiled (bin/compile-cache.cjs), and what Node.js brings need not be imported. */
function builtinsAtOnce() {
  return {
    name: 'builtins-at-once',
    transform: (code) => code.replaceAll(/\bimport\('(node:[^']+)'\)/g, "Promise.resolve(process.getBuiltinModule('$1'))"),
  }
}

/** Chalk looks for a terminal to find out how many colours there are; here each is told, or not made at all. */
function withoutColorSearch() {
  const found = 'export default { stdout: { level: 1 }, stderr: { level: 1 } }'
  return {
    name: 'without-color-search',
    load: (id) => (id.endsWith('chalk/source/vendor/supports-color/index.js') ? found : undefined),
  }
}

/** What is typed often loads a few files instead of twenty or sixty: the modules that it imports at once stand together. */
function graphOf() {
  const imports = new Map()
  const closure = (paths) => {
    const seen = new Set(paths.map((path) => join(root, path)))
    for (const id of seen) for (const next of imports.get(id) ?? []) seen.add(next)
    return seen
  }
  let loaded
  return {
    plugin: { name: 'graph', moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds) },
    reachedFrom: (paths, main) => {
      let wanted
      return (id) => {
        loaded ??= closure([main])
        wanted ??= closure(paths)
        return wanted.has(id) && !loaded.has(id)
      }
    },
  }
}

/** In a bundle there is no folder to import from: the template import of the registry becomes a table of tables. */
function registry() {
  return {
    name: 'adapter-registry',
    transform(code, id) {
      if (!id.endsWith('src/adapters/registry.ts')) return undefined
      const template = /import\(`\.\/\$\{kind\}\/\$\{(.+?)\}\.ts`\)/
      if (!template.test(code)) throw new Error('registry.ts imports its adapters in another way than the bundle knows')
      const tables = kinds.map((kind) => {
        const rows = adapters(kind).map((each) => `${JSON.stringify(each)}: () => import('./${kind}/${each}.ts')`)
        return `${kind}: { ${rows.join(', ')} }`
      })
      return code.replace(template, (_, name) => `({ ${tables.join(', ')} })[kind][${name}]()`)
    },
  }
}

function adapters(kind) {
  return readdirSync(join(root, 'src/adapters', kind)).map((file) => file.replace(/\.ts$/, ''))
}

function packagesOf(modules) {
  return [...new Set(modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(id)?.[1] ?? []))].toSorted(
    byName,
  )
}

function byName(a, b) {
  return a < b ? -1 : 1
}

function licences(chunks) {
  const names = [...new Set(Object.values(chunks).flat())].toSorted(byName)
  const texts = names.map((name) => {
    const folder = join(root, 'node_modules', name)
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    return `${name} ${about.version} (${about.license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`
  })
  return `rollout bundles these packages.\n\n${texts.join('\n----------------------------------------\n\n')}`
}

/** Nothing that goes into dist is younger than dist. */
function isFresh() {
  const made = join(dist, 'meta.json')
  if (![made, ...SCHEMAS.map(([file]) => join(root, file))].every((path) => existsSync(path))) return false
  const built = statSync(made).mtimeMs
  const sources = ['src', 'bin/build.mjs', 'package.json', 'package-lock.json'].map((path) => join(root, path))
  return sources.every((path) => newest(path) <= built)
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((each) => newest(join(path, each))))
}

mkdirSync(dirname(join(dist, 'meta.json')), { recursive: true })
