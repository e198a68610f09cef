import * as fc from 'fast-check'
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MOST, sketchPlan } from '../../../src/config/sketch.ts'
import { fakeShell, serve, type FakeShell } from '../../helpers/shell.ts'

/** Nothing listens there: whether this machine has a Prometheus must not matter. */
const env = { PATH: process.env['PATH'], PROM_URL: 'http://127.0.0.1:1' }
const planOf = (shell: FakeShell) => readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')

async function initialised(files: Readonly<Record<string, string>>, more: Parameters<typeof fakeShell>[0] = {}) {
  const shell = fakeShell({ env, files, ...more })
  expect(await shell.run('init', '--json')).toBe('done')
  const report = shell.json<{
    file: string
    found: boolean
    toggles: { name: string; isOn: boolean; words: object }[]
    left: string[]
    on: string[]
    name: string
    prometheus?: string
  }>()
  expect(await shell.run('check', 'config')).toBe('done')
  return { shell, report, plan: planOf(shell) }
}

describe('init refuses', () => {
  it('to replace a plan without --force', async () => {
    const shell = fakeShell({ env, files: { 'rollout.yaml': 'mine\n' } })
    expect(await shell.run('init')).toBe('conflict')
    expect(shell.printed.err).toContain('rollout init --force replaces it')
    expect(planOf(shell)).toBe('mine\n')
  })

  it.each([['--yes'], ['--no-input'], ['--json']])('to ask with %s, and does not take it for leave', async (option) => {
    const asked: string[] = []
    const shell = fakeShell({ env, files: { 'rollout.yaml': 'mine\n' }, ask: async (question) => (asked.push(question), 'y') })
    expect(await shell.run('init', option)).toBe('conflict')
    expect(asked).toEqual([])
    expect(planOf(shell)).toBe('mine\n')
  })

  it.each([
    ['', 'conflict'],
    ['n', 'conflict'],
    ['yellow', 'conflict'],
    ['y', 'done'],
    [' YES ', 'done'],
  ])('or does what a person answers: %j', async (answer, outcome) => {
    const shell = fakeShell({ env, files: { 'rollout.yaml': 'mine\n' }, ask: async () => answer })
    expect(await shell.run('init')).toBe(outcome)
    expect(planOf(shell) === 'mine\n').toBe(outcome === 'conflict')
  })

  it('to write through a link that leads nowhere', async () => {
    const shell = fakeShell({ env })
    symlinkSync('/nonexistent/plan', join(shell.cwd, 'rollout.yaml'))
    expect(await shell.run('init')).toBe('conflict')
  })

  it('to write where there is no folder', async () => {
    const shell = fakeShell({ env })
    expect(await shell.run('init', '--file', 'no/where/plan.yaml')).toBe('denied')
    expect(readdirSync(shell.cwd)).toEqual([])
  })

  it('nothing with --force, and leaves no file behind', async () => {
    const shell = fakeShell({ env, files: { 'rollout.yaml': 'mine\n' } })
    expect(await shell.run('init', '--force')).toBe('done')
    expect(readdirSync(shell.cwd)).toEqual(['rollout.yaml'])
    expect(planOf(shell)).toContain('version: 1')
    expect(statSync(join(shell.cwd, 'rollout.yaml')).mode & 0o777).toBe(0o644)
  })
})

describe('init finds', () => {
  it.each(['.env', '.env.production', 'web.env', 'deploy/web.env'])('toggles in %s', async (file) => {
    const { report, plan } = await initialised({
      [file]:
        '# mine\nexport FEATURE_SEARCH=false # new\nFF_PAY="false"\r\nTOGGLE_X=off\nDARK_ENABLED=0\nverbose=false\nPORT=80\nFEATURE_HOST=example.com\n',
    })
    expect(report).toMatchObject({ found: true, file })
    expect(report.toggles.map(({ name }) => name)).toEqual(['FEATURE_SEARCH', 'FF_PAY', 'TOGGLE_X', 'DARK_ENABLED', 'verbose'])
    expect(plan).toContain(`path: ${file}`)
  })

  it.each([
    ['FEATURE_X=FALSE', { on: 'TRUE', off: 'FALSE' }],
    ['FEATURE_X=Off', { on: 'On', off: 'Off' }],
    ['FEATURE_X=0', { on: '1', off: '0' }],
    ['FEATURE_X=no', { on: 'yes', off: 'no' }],
  ])('the words of %s, so that start can read them', async (line, words) => {
    const { shell, report } = await initialised({ '.env': `${line}\n` })
    expect(report.toggles).toEqual([{ name: 'FEATURE_X', words, isOn: false }])
    expect(await shell.run('start')).toBe('done')
  })

  it.each([
    ['PORT=1\n'],
    ['FEATURE_X=tRuE\n'],
    ['FEATURE_X=\n'],
    ['constructor=true\n__proto__=true\n'],
    ['true\n'],
    ['FEATURE_X="false\n'],
  ])('nothing in %j, and writes an example that can be started', async (text) => {
    const { shell, report, plan } = await initialised({ '.env': text })
    expect(report.found).toBe(false)
    expect(plan).toContain('FEATURE_EXAMPLE')
    expect(plan).toContain('path: app.env, create: true')
    expect(await shell.run('start')).toBe('done')
  })

  it('nothing in samples, backups, folders and huge files', async () => {
    const shell = fakeShell({
      env,
      files: {
        '.env.example': 'FEATURE_A=false',
        'sample.env': 'FEATURE_B=false',
        '.env.template': 'FEATURE_E=false',
        'web.env.rollout-backup': 'FEATURE_C=false',
        'big.env': `FEATURE_D=false\n${'#'.repeat(1 << 20)}`,
      },
    })
    mkdirSync(join(shell.cwd, '.env'))
    expect(await shell.run('init', '--json')).toBe('done')
    expect(shell.json<{ found: boolean }>().found).toBe(false)
  })

  it('what is off; what is on already only when nothing else is there', async () => {
    const mixed = await initialised({ '.env': 'FEATURE_A=true\nFEATURE_B=false\n' })
    expect(mixed.report).toMatchObject({ toggles: [{ name: 'FEATURE_B' }], on: ['FEATURE_A'] })
    const all = await initialised({ '.env': 'FEATURE_A=true\n' })
    expect(all.plan).toContain('FEATURE_A: { targets: [app], default: on }')
  })

  it('one toggle where a variable is assigned twice', async () => {
    const { report } = await initialised({ '.env': 'FEATURE_A=false\nFEATURE_A=false\n' })
    expect(report.toggles).toHaveLength(1)
  })

  it('more toggles than it writes, and names the rest', async () => {
    const names = Array.from({ length: 8 }, (_, nth) => `FEATURE_${nth}`)
    const { report, plan, shell } = await initialised({ '.env': names.map((name) => `${name}=false`).join('\n') })
    expect(report.left).toEqual(names.slice(MOST))
    expect(plan.trimEnd().split('\n').length).toBeLessThanOrEqual(25)
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('left out, to keep it short: FEATURE_5, FEATURE_6, FEATURE_7')
  })

  it.each([
    ['{"name":"@team/Shop Front"}', 'shop-front'],
    ['{"name":"2048"}', '2048'],
    ['{"name":"null"}', 'null'],
    ['{"name":"1e3"}', '1e3'],
    ['{"name":7}', /^rollout-shell-/],
    ['{', /^rollout-shell-/],
    ['{"name":"äöü"}', 'app'],
  ])('the name in package.json: %s', async (about, name) => {
    const { report, shell } = await initialised({ 'package.json': about })
    expect(report.name).toEqual(typeof name === 'string' ? name : expect.stringMatching(name))
    expect(await shell.run('start')).toBe('done')
  })

  it('a Prometheus that is ready, and keeps its real address out of the plan', async () => {
    const asked: (string | undefined)[] = []
    const url = await serve((request, response) => (asked.push(request.url), response.end('ready')))
    const { plan } = await initialised({}, { env: { ...env, PROM_URL: `${url}/` } })
    expect(asked).toEqual(['/-/ready'])
    expect(plan).toContain('    use: prometheus\n    url: ${PROM_URL:-http://localhost:9090}\n')
    expect(plan).not.toContain(url)
  })

  it.each([
    ['that is not ready', (url: string) => `${url}/starting`],
    ['that hangs', (url: string) => `${url}/hang`],
    ['with an address that is none', () => 'not a url'],
  ])('no Prometheus %s', async (_, address) => {
    const url = await serve((request, response) => {
      if (request.url?.startsWith('/hang')) return
      response.statusCode = 503
      response.end()
    })
    const { plan, report } = await initialised({}, { env: { ...env, PROM_URL: address(url) } })
    expect(report.prometheus).toBeUndefined()
    expect(plan).toContain('use: openmetrics')
  })
})

describe('the sketch', () => {
  it('begins with the line editors look for', () => {
    const toggles = [{ name: 'A', words: { on: 'true', off: 'false' }, isOn: false }]
    const sketch = sketchPlan({ name: 'x', file: '.env', create: false, toggles }, '@scope/named')
    expect(sketch.split('\n')[0]).toBe('# yaml-language-server: $schema=./node_modules/@scope/named/rollout.schema.json')
    expect(sketch).not.toContain(';')
  })

  it('is a plan without errors whatever toggles, file and name are called', async () => {
    const word = fc.constantFrom('true', 'null', 'on', 'no', 'y', 'NaN', '_', 'E1', 'x1', 'FEATURE_X', '__', 'Infinity')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { minLength: 1 }),
        fc.constantFrom('1', '0x1', '1e3', 'null', 'true', 'a.b', '12.5', '0o7', '1_0'),
        async (names, name) => {
          const toggles = names.map((each) => ({ name: each, words: { on: 'on', off: 'off' }, isOn: false }))
          const sketch = sketchPlan({ name, file: `${name}.env`, create: true, toggles }, 'named')
          const shell = fakeShell({ files: { 'rollout.yaml': sketch } })
          expect([await shell.run('check', 'config'), shell.printed.out.split('\n')[0]]).toEqual([
            'done',
            `✓ config  ${Math.min(names.length, MOST)} toggles, 1 phases`,
          ])
        },
      ),
      { numRuns: 40 },
    )
  })
})
