import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ownFolder } from '../helpers/folder.ts'
import { publish, type Registry } from '../helpers/registry.ts'

/* The package as an application gets it: packed, installed by npm from a registry, called and imported by its name. */

const root = join(import.meta.dirname, '../..')
const about: { readonly name: string; readonly version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { name: NAME } = about
const folder = ownFolder('rollout-package-')
const bare = join(folder, 'bare')
const full = join(folder, 'full')
let registry: Registry

beforeAll(async () => {
  registry = await publish(root, folder)
  for (const application of [bare, full]) {
    mkdirSync(application)
    writeFileSync(join(application, 'package.json'), '{ "name": "application", "private": true }')
    await npm(application, 'install', '--save-dev', NAME)
  }
  // The peer, and what it takes with it.
  mkdirSync(join(full, 'node_modules/@openfeature'))
  for (const name of ['server-sdk', 'core'])
    symlinkSync(join(root, 'node_modules/@openfeature', name), join(full, 'node_modules/@openfeature', name))
  // What docs/sdk.md hands metrics to.
  mkdirSync(join(full, 'node_modules/@opentelemetry'))
  for (const name of ['@opentelemetry/api', 'prom-client']) symlinkSync(join(root, 'node_modules', name), join(full, 'node_modules', name))
  mkdirSync(join(full, 'node_modules/@types'))
  symlinkSync(join(root, 'node_modules/@types/node'), join(full, 'node_modules/@types/node'))
})

/** Runs npm beside an application, with nothing of this machine's own settings and no registry but ours. */
async function npm(application: string, ...argv: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_registry: registry.url,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
  return (await promisify(execFile)('npm', argv, { cwd: application, env, encoding: 'utf8' })).stdout
}

function run(application: string, name: string, text: string, env: Record<string, string> = {}) {
  writeFileSync(join(application, name), text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [name], {
    cwd: application,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

const USE = `
const isSearchOn = bind('FEATURE_SEARCH')
console.log(JSON.stringify([isEnabled('FEATURE_SEARCH', 'user-1'), isSearchOn('user-1'), bucketOf('ceQ', 'dGm'), openToggles({ env: { F: 'true' } }).isEnabled('F'), isEnabled('FEATURE_BAD', 'x'), isEnabled('FEATURE_BAD', 'y')]))
`

/** Where a text says what the package is called: an entry of it, its folder, and what npm is told to fetch. */
const MENTION = new RegExp(
  [
    /['"`](?!\.|conformance\/|adapters\/)(@?[\w./-]+?)\/(?:sdk|metrics|openfeature|adapter|vectors\.json)['"`]/,
    /node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\/rollout(?:-phase)?\.schema\.json/,
    /(?:npx|npm (?:i|install|add|exec)|pnpm (?:add|dlx)|yarn (?:add|dlx))(?: -{1,2}\S+)* ((?:@[\w.-]+\/)?[\w.-]*rollout[\w.-]*)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

describe('installed from a registry', () => {
  it('brings nothing else: the optional peer is not installed either', () => {
    expect(readdirSync(join(bare, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([NAME])
  })

  it('is typed by its own name or by the name of its command', async () => {
    expect(await npm(bare, 'exec', '--', NAME, '--version')).toBe(`${about.version}\n`)
    expect(await npm(bare, 'exec', '--', 'rollout', '--version')).toBe(`${about.version}\n`)
  })

  it('searches the text of code where no grammar is installed, and says which would read it', async () => {
    const project = join(bare, 'project')
    mkdirSync(project)
    const plan = { toggles: '{ FEATURE_X: { targets: [web] } }', targets: '{ web: { use: env-file, path: web.env } }' }
    const phases = '[{ phase: core, toggles: [FEATURE_X], steps: [100%], hold: 1m }]'
    writeFileSync(
      join(project, 'rollout.yaml'),
      `version: 1\nname: shop\ntoggles: ${plan.toggles}\ntargets: ${plan.targets}\nphases: ${phases}\n`,
    )
    writeFileSync(join(project, 'a.py'), 'import os\n# os.getenv("FEATURE_X")\n')
    const printed = await npm(bare, 'exec', '--', 'rollout', 'toggles', 'references', '-f', project)
    expect(printed).toContain('a.py:2:14  asked')
    expect(printed).toContain('npm install --save-dev @ast-grep/napi @ast-grep/lang-python')
  })

  it('writes a plan whose first line leads to the schema in the package', async () => {
    await npm(bare, 'exec', '--', NAME, 'init', '--force')
    const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(bare, 'rollout.yaml'), 'utf8')) ?? []
    expect(JSON.parse(readFileSync(join(bare, schema), 'utf8'))).toMatchObject({ type: 'object' })
  })

  it('is called alike in every file, and the command is never asked of npm by itself', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
    const said = tracked
      .filter((path) => !path.startsWith('test/'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8')
        return [...text.matchAll(MENTION)].map(([whole, ...names]) => ({ path, whole, name: names.find((name) => name !== undefined) }))
      })
    expect(said.length).toBeGreaterThan(15)
    expect(said.filter(({ name }) => name !== NAME)).toEqual([])
  })

  it('holds what its documents link to', () => {
    const documents = registry.files.filter((path) => path.endsWith('.md'))
    const links = documents.flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].flatMap(([, to]) =>
        to === undefined || /^[a-z]+:/.test(to) ? [] : [{ path, to: posix.join(posix.dirname(path), to) }],
      ),
    )
    expect(links.length).toBeGreaterThan(20)
    expect(links.filter(({ to }) => !registry.files.includes(to))).toEqual([])
  })
})

describe('the SDK without any other package', () => {
  it.each([
    ['app.mjs', `import { bind, bucketOf, isEnabled, openToggles } from '${NAME}/sdk'${USE}`],
    ['app.cjs', `const { bind, bucketOf, isEnabled, openToggles } = require('${NAME}/sdk')${USE}`],
  ])('%s', (name, text) => {
    const { status, stdout, stderr } = run(bare, name, text, { FEATURE_SEARCH: '100%', FEATURE_BAD: '10' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '[true,true,4294967295,true,false,false]\n' })
    expect(stderr.match(/RolloutWarning: FEATURE_BAD="10" is not a word/g)).toHaveLength(1)
  })

  it('the process ends although a file is watched', () => {
    writeFileSync(join(bare, 'flags.env'), 'FEATURE_SEARCH=true\n# rollout:3\n')
    const text = `const { isEnabled, report } = require('${NAME}/sdk')\nconsole.log(isEnabled('FEATURE_SEARCH'), report().generation)`
    expect(run(bare, 'hot.cjs', text, { ROLLOUT_FILE: 'flags.env' })).toEqual({ status: 0, stdout: 'true 3\n', stderr: '' })
  })

  it('a worker has its own', () => {
    const text = `const { Worker, isMainThread } = require('worker_threads')
const { isEnabled } = require('${NAME}/sdk')
if (isMainThread) new Worker(__filename)
console.log(isEnabled('FEATURE_SEARCH', 'x'))`
    expect(run(bare, 'worker.cjs', text, { FEATURE_SEARCH: 'true' })).toEqual({ status: 0, stdout: 'true\ntrue\n', stderr: '' })
  })
})

describe('the provider beside @openfeature/server-sdk', () => {
  const use = `
const main = async () => {
  await OpenFeature.setProviderAndWait(new RolloutProvider({ env: { F: '100%' } }))
  console.log(await OpenFeature.getClient().getBooleanValue('F', false))
}
main()`
  it.each([
    ['app.mjs', `import { OpenFeature } from '@openfeature/server-sdk'\nimport { RolloutProvider } from '${NAME}/openfeature'${use}`],
    [
      'app.cjs',
      `const { OpenFeature } = require('@openfeature/server-sdk')\nconst { RolloutProvider } = require('${NAME}/openfeature')${use}`,
    ],
  ])('%s', (name, text) => expect(run(full, name, text)).toEqual({ status: 0, stdout: 'true\n', stderr: '' }))
})

describe('docs/sdk.md', () => {
  const document = readFileSync(join(root, 'docs/sdk.md'), 'utf8')
  const blocks = (language: string): readonly string[] =>
    [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].flatMap(([, text]) => text ?? [])

  it('has its code', () => expect([blocks('env').length, blocks('js').length]).toEqual([1, 6]))

  it.each(blocks('js').map((text, nth) => [nth + 1, text] as const))('block %i prints what it says', (_, text) => {
    writeFileSync(join(full, 'flags.env'), blocks('env')[0] ?? '')
    const { status, stdout, stderr } = run(full, 'docs.mjs', text, { ROLLOUT_FILE: 'flags.env' })
    const said = [...text.matchAll(/\/\/ → (.*)/g)].map(([, line]) => `${line}\n`).join('')
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: said, stderr: '' })
    expect(said).not.toBe('')
  })
})

describe('types', () => {
  const use = `
const told: string[] = []
const options: Options = { env: { F: 'true' }, every: 50, onProblem: (message) => told.push(message), onChange: ({ generation, toggles }) => told.push(generation, ...toggles) }
const toggles: Toggles = openToggles(options)
export const answer: boolean = toggles.isEnabled('F', 'id', { country: 'se', seats: 7 }) && isEnabled('F') && bind('F')('id')
export const why: 'percentage' | (string & {}) = toggles.explain('F', 'id').why
export const bucket: number = bucketOf('F', 'id')
export const generation: string = report().generation
export const provider: Provider = new RolloutProvider(options)
const meter: Meter = openMeter({ buckets: [1] })
export const measured: Promise<number> = openToggles({ meter, onExposure: spanEvents(trace) }).measure('F', 'id', async (isOn, fail) => (fail(), Number(isOn)), { country: 'se' })
export const hook: Hook = new MeterHook({ meter, trace })
export const registered: void = registerMetrics(new Registry(), meter)
// @ts-expect-error an id is a text
isEnabled('F', 42)
`
  const names = `import { bind, bucketOf, isEnabled, openToggles, report, type Options, type Toggles } from '${NAME}/sdk'
import { openMeter, registerMetrics, spanEvents, type Meter } from '${NAME}/metrics'
import { MeterHook, RolloutProvider } from '${NAME}/openfeature'
import { trace } from '@opentelemetry/api'
import { Registry } from 'prom-client'
import type { Hook, Provider } from '@openfeature/server-sdk'`

  it('are right for both kinds of import, under strict nodenext, our declarations checked too', () => {
    writeFileSync(join(full, 'use.mts'), names + use)
    writeFileSync(join(full, 'use.cts'), names + use)
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
    }
    writeFileSync(join(full, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.mts', 'use.cts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', full], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it('hold the names that `rollout schema --types` has written, for both kinds of import', () => {
    writeFileSync(join(full, 'rollout.d.ts'), 'interface RolloutToggles {\n  FEATURE_X: boolean\n}\n')
    const text = `import { isEnabled } from '${NAME}/sdk'\nisEnabled('FEATURE_X', 'ada')\n// @ts-expect-error a slip\nisEnabled('FEATURE_TYPO', 'ada')\n`
    for (const name of ['names.mts', 'names.cts']) writeFileSync(join(full, name), text)
    const compilerOptions = { module: 'nodenext', target: 'es2022', types: ['node'], strict: true, noEmit: true }
    writeFileSync(join(full, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['rollout.d.ts', 'names.mts', 'names.cts'] }))
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', full], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })
})
