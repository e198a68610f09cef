// Bundles src to dist: CommonJS, minified, one lazy chunk per command and per adapter. Why CommonJS and why
// bundled: loading is what a short command spends its time on (bench/startup.ts measures it).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const SCHEMAS = [['rollout.schema.json'], ['rollout-phase.schema.json', '--phase-file']]
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

if (process.argv.includes('--if-needed') && isFresh()) process.exit()

const { rolldown } = await import('rolldown')

rmSync(dist, { recursive: true, force: true })
const meta = await bundle({
  input: { main: 'src/main.ts', shop: 'src/demo/shop.ts', sdk: 'src/sdk/index.ts' },
  format: 'cjs',
  extension: 'cjs',
})
await bundle({ input: { sdk: 'src/sdk/index.ts' }, format: 'esm', extension: 'mjs' })
writeFileSync(join(dist, 'meta.json'), JSON.stringify(meta, undefined, 1))
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(meta))
// What the modelines of plans refer to, printed by the very program that was just built.
for (const [file, ...flags] of SCHEMAS) writeFileSync(join(root, file), run('schema', ...flags))

function run(...argv) {
  return execFileSync(process.execPath, [join(root, 'bin/rollout.cjs'), ...argv], { cwd: root, encoding: 'utf8' })
}

async function bundle({ input, format, extension }) {
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: [/^node:/],
    plugins: [registry()],
    transform: {
      define: {
        __VERSION__: JSON.stringify(version),
        __ADAPTERS__: JSON.stringify({ targets: adapters('targets'), metrics: adapters('metrics') }),
      },
      target: 'node20.19',
    },
    treeshake: true,
    logLevel: 'warn',
  })
  const { output } = await build.write({
    dir: dist,
    format,
    exports: 'named',
    minify: true,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `chunk-[name].${extension}`,
  })
  await build.close()
  return Object.fromEntries(output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, packagesOf(chunk.moduleIds)]] : [])))
}

/** In a bundle there is no folder to import from: the template imports of the registry become a table. */
function registry() {
  return {
    name: 'adapter-registry',
    transform(code, id) {
      if (!id.endsWith('src/adapters/registry.ts')) return undefined
      return code.replaceAll(/import\(`\.\/(targets|metrics)\/\$\{(.+?)\}\.ts`\)/g, (_, kind, name) => {
        const rows = adapters(kind).map((each) => `${JSON.stringify(each)}: () => import('./${kind}/${each}.ts')`)
        return `({ ${rows.join(', ')} })[${name}]()`
      })
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
