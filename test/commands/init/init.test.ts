import * as fc from 'fast-check'
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MOST, sketchPlan } from '../../../src/config/sketch.ts'
import { plural } from '../../../src/core/values/plural.ts'
import { fakeShell, serve, type FakeShell } from '../../helpers/shell.ts'
import { sketch } from '../../helpers/sketch.ts'

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
    others: string[]
    name: string
    prometheus?: string
  }>()
  expect(await shell.run('check', 'config')).toBe('done')
  return { shell, report, plan: planOf(shell) }
}

it('says where the code compares the word of a toggle, and doctor of a plan with shares too', async () => {
  const files = {
    '.env': 'FEATURE_A=false\nFEATURE_B=false\n',
    'app.js': "const isNew = process.env.FEATURE_A === 'true'\nconst isShown = (user) => toggles.isEnabled('FEATURE_B', user)\n",
  }
  const shell = fakeShell({ env, files })
  expect(await shell.run('init')).toBe('done')
  const said = 'app.js:1:27 compares FEATURE_A with a word: it is off there until 100%, and no step below that proves anything'
  expect(shell.printed.out).toContain(`  ! ${said}\n    toggles.isEnabled('FEATURE_A', user)`)
  expect(shell.printed.out).not.toContain('FEATURE_B with a word')
  await shell.run('doctor')
  expect(shell.printed.out).toContain(`! code: ${said}\n`)
  await shell.run('toggles', 'references', 'FEATURE_A')
  expect(shell.printed.out).toMatch(/app\.js:1:27 +compared /)

  shell.write('rollout.yaml', planOf(shell).replace(/steps: \[.*\]/, 'steps: [100%]'))
  await shell.run('doctor')
  expect(shell.printed.out).not.toContain('with a word')
})

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
        '# mine\nexport FEATURE_SEARCH=false # new\nFF_PAY="false"\r\nTOGGLE_X=off\nDARK_ENABLED=0\nVITE_FLAG_A=0\nENABLE_B=no\nverbose=false\nPORT=80\nFEATURE_HOST=example.com\n',
    })
    expect(report).toMatchObject({ found: true, file })
    expect(report.toggles.map(({ name }) => name)).toEqual(['FEATURE_SEARCH', 'FF_PAY', 'TOGGLE_X', 'DARK_ENABLED', 'VITE_FLAG_A'])
    expect(report.left).toEqual(['ENABLE_B'])
    expect(plan).toContain(`path: ${file}`)
  })

  it.each([
    ['below', ['api/.env'], 'api/.env', []],
    ['far below', ['services/search/config/search.env'], 'services/search/config/search.env', []],
    ['beside the plan before any below', ['api/.env', '.env'], '.env', ['api/.env']],
    ['in two applications', ['web/.env', 'api/.env'], 'api/.env', ['web/.env']],
    ['in a file that is read over it', ['.env.local', '.env'], '.env', ['.env.local']],
  ])('toggles %s', async (_, files, file, others) => {
    const { report, shell, plan } = await initialised(Object.fromEntries(files.map((each) => [each, 'FEATURE_X=false\n'])))
    expect(report).toMatchObject({ found: true, file, elsewhere: others.map((each) => ({ file: each, toggles: ['FEATURE_X'] })) })
    expect(plan).toContain(`path: ${file} }`)
    expect(await shell.run('start')).toBe('done')
  })

  it.each(['node_modules/web/.env', '.cache/.env', 'test/web.env', 'a/b/c/d/.env', 'dist/.env'])('nothing in %s', async (file) => {
    expect((await initialised({ [file]: 'FEATURE_X=false\n' })).report.found).toBe(false)
  })

  it('nothing in a folder with a plan of its own, nor below a folder of many', async () => {
    const apart = await initialised({ 'api/.env': 'FEATURE_X=false\n', 'api/rollout.yaml': 'mine\n' })
    expect(apart.report.found).toBe(false)
    const many = fakeShell({ env, files: { 'home/.env': 'FEATURE_X=false\n' } })
    for (let nth = 0; nth < 500; nth += 1) mkdirSync(join(many.cwd, `at${nth}`))
    expect(await many.run('init', '--json')).toBe('done')
    expect(many.json<{ found: boolean }>().found).toBe(false)
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

  it('switches of any name where no name says toggle, but no settings', async () => {
    const { report } = await initialised({ '.env': 'newCheckout=false\nDEBUG=false\nDB_SSL=true\nOTHER=1\n' })
    expect(report).toMatchObject({ toggles: [{ name: 'newCheckout' }], on: [] })
    expect((await initialised({ '.env': 'DEBUG=false\n' })).report.found).toBe(false)
    const beside = await initialised({ '.env': 'FEATURE_A=false\nNEW_CHECKOUT=false\nDEBUG=false\nRETRIES=1\n' })
    expect(beside.report).toMatchObject({ toggles: [{ name: 'FEATURE_A' }], others: ['NEW_CHECKOUT'] })
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

/** A scrape of an application that has answered 10,000 requests, and 100 more at each scrape. */
const scraped = (label: string, nth = 0): string =>
  [
    '# TYPE promhttp_metric_handler_requests_total counter',
    'promhttp_metric_handler_requests_total{code="200"} 5000',
    '# TYPE http_requests_total counter',
    `http_requests_total{method="GET",status="200"${label}} ${9990 + 100 * nth}`,
    `http_requests_total{method="GET",status="500"${label}} 10`,
    '# TYPE http_request_duration_seconds histogram',
    `http_request_duration_seconds_bucket{le="0.1"${label}} ${900 + 100 * nth}`,
    `http_request_duration_seconds_bucket{le="+Inf"${label}} ${1000 + 100 * nth}`,
    '',
  ].join('\n')

/** Serves such scrapes at /metrics and whatever else as a Prometheus that is ready does. */
async function application(label: string, said: { path?: string; knows?: readonly string[]; isIdle?: boolean } = {}) {
  const asked: string[] = []
  let nth = 0
  const url = await serve(({ url: path = '' }, response) => {
    asked.push(path)
    if (path === (said.path ?? '/metrics')) return response.end(scraped(label, said.isIdle ? 0 : nth++))
    if (path === '/-/ready') return response.end('ready')
    if (path.startsWith('/api/v1/query')) {
      const result = (said.knows ?? []).map((job) => ({ metric: { job }, value: [0, '1'] }))
      return response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    }
    response.statusCode = 404
    return response.end()
  })
  return { url, port: new URL(url).port, asked }
}

describe('init asks the application', () => {
  it('where it is, and compares the requests with the toggle on with those with it off', async () => {
    const { port } = await application(',toggle="off"')
    const { shell, report, plan } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\n` })
    expect(plan).toContain(`    url: http://localhost:${port}/metrics\n`)
    expect(plan).toContain(`ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }`)
    expect(plan.match(/ {4}(?:on|off): toggle="(?:on|off)"/g)).toHaveLength(4)
    expect(plan).toContain('quantile: { of: http_request_duration_seconds, q: 0.95 }')
    expect(plan.trimEnd().split('\n').length).toBeLessThanOrEqual(37)
    expect(report).toMatchObject({
      application: { from: 'PORT in .env', groups: { label: 'toggle', on: 'on', off: 'off' }, traffic: { rate: expect.closeTo(0.001, 3) } },
      power: { fails: 0.02 },
    })
    expect(await shell.run('doctor')).toBe('done')
    expect(await shell.run('init', '--force')).toBe('done')
    expect(shell.printed.out).toContain('groups: toggle="on" is compared with toggle="off"')
    expect(shell.printed.out).toMatch(
      /of them failed: a release that fails 2% is seen after about \d+m at 5%; a step ends when enough is known, the last one holds for \d+m/,
    )
    expect(shell.printed.out).not.toContain('missing')
  })

  it('and says which label is missing where none tells on from off, and what is not seen without it', async () => {
    const { port } = await application('')
    const { shell, plan } = await initialised({ '.env': `HTTP_PORT=${port}\nFEATURE_X=false\n` })
    expect(plan).toContain(`:${port}/metrics`)
    expect(plan).not.toContain(' on:')
    expect(await shell.run('doctor')).toBe('done')
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('missing: no label of http_requests_total tells requests with FEATURE_X on from those with it off.')
    expect(shell.printed.out).toContain('a release that fails 20% is only seen above 25%.')
    expect(shell.printed.out).toContain(`labelNames: ['status', 'method', 'toggle']`)
    expect(shell.printed.out).toContain(`requests.add(1, { status, method, toggle: isOn ? 'on' : 'off' })`)
  })

  it('and says that no traffic was seen where its counters do not move', async () => {
    const { port } = await application(',toggle="off"', { isIdle: true })
    const { shell, report } = await initialised({ '.env': `LISTEN=:${port}\nFEATURE_X=false\n` })
    expect(report).not.toHaveProperty('application.traffic')
    expect(report).toMatchObject({ hold: 1_800_000 })
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain(
      'traffic: no traffic seen, nothing was counted just now; a step ends when enough is known, the last one holds for 30m',
    )
  })

  it('for the metrics of one toggle of several', async () => {
    const { port } = await application(',feature_y="true"')
    const { plan } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\nFEATURE_Y=false\n` })
    expect(plan).toContain('    toggle: FEATURE_Y')
    expect(plan).toContain('    on: feature_y="true"')
  })

  it('and reads a Prometheus that knows its requests, of this application alone', async () => {
    const app = await application(',toggle="off"', { knows: ['shop'] })
    const files = { '.env': `PORT=${app.port}\nFEATURE_X=false\n` }
    const known = await initialised(files, { env: { ...env, PROM_URL: app.url } })
    expect(known.plan).toContain('    use: prometheus\n    url: ${PROM_URL:-http://localhost:9090}\n')
    expect(known.plan).toContain('    on: toggle="on"')
    for (const knows of [[], ['shop', 'other']]) {
      const other = await application('', { knows })
      expect((await initialised(files, { env: { ...env, PROM_URL: other.url } })).plan).toContain(
        `url: http://localhost:${app.port}/metrics`,
      )
    }
  })

  it.each([
    ['that is not there', async () => '1', 'connection refused'],
    ['that has no metrics', async () => (await application('', { path: '/other' })).port, 'answered 404'],
    [
      'that answers with a page',
      async () => new URL(await serve((_, response) => response.end('<html>'))).port,
      'the answer is HTML, not metrics',
    ],
    [
      'that answers JSON',
      async () => new URL(await serve((_, response) => response.end('{"requests":0}'))).port,
      'answered JSON, which use: json reads (docs/metrics.md)',
    ],
    [
      'that sends elsewhere',
      async () => new URL(await serve((_, response) => response.writeHead(302, { location: 'http://192.0.2.1/metrics' }).end())).port,
      'answered 302',
    ],
    ['that hangs', async () => new URL(await serve(() => undefined)).port, 'did not answer within'],
  ])('%s, and says so', async (_, given, said) => {
    const port = await given()
    const { report, plan } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\n` })
    expect(plan).toContain(`url: \${METRICS_URL:-http://localhost:${port}/metrics}`)
    const url = `http://localhost:${port}/metrics`
    expect(report).toMatchObject({ silent: [{ url, from: 'PORT in .env', said: expect.stringContaining(said) }] })
  })

  it('that has no metrics, and says how it would have them', async () => {
    const { port } = await application('', { path: '/other' })
    const { shell } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\n` })
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('answered 404; METRICS_URL says where else they are')
    expect(shell.printed.out).toContain('missing: nothing there counts requests by status, and by whether FEATURE_X was on.')
    expect(shell.printed.out).toContain(`requests.inc({ status, toggle: isOn ? 'on' : 'off' })`)
  })

  it('that is written in Python, and shows how it would have them there', async () => {
    const { port } = await application('', { path: '/other' })
    const { shell } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\n`, 'requirements.txt': 'flask\n' })
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain(`requests = Counter('http_requests', 'Requests', ['status', 'toggle'])`)
    shell.write('package.json', '{}')
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('new Counter({')
  })

  it('that does not run, and asks whether it does', async () => {
    const { shell } = await initialised({ '.env': 'PORT=1\nFEATURE_X=false\n' })
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('connection refused; is the application running?')
    expect(shell.printed.out).not.toContain('missing')
  })

  it('that answers, and counts no requests', async () => {
    const url = await serve((_, response) => response.end('# TYPE up gauge\nup 1\n'))
    const { shell } = await initialised({ '.env': `PORT=${new URL(url).port}\nFEATURE_X=false\n` })
    await shell.run('init', '--force')
    expect(shell.printed.out).toContain('has no counter of requests with a status')
    expect(shell.printed.out).toContain('missing: nothing there counts requests by status, and by whether FEATURE_X was on.')
  })

  it('and shows whom it asks on a terminal alone', async () => {
    const { port } = await application(',toggle="off"')
    const said = { text: '' }
    const err = { write: (text: string) => void (said.text += text), tty: true, color: 0 as const }
    const { shell } = await initialised({ '.env': `PORT=${port}\nFEATURE_X=false\n` }, { err })
    expect(said.text).toBe('')
    await shell.run('init', '--force')
    expect(said.text).toBe(`… asks http://localhost:${port}/metrics\r\u001b[K`)
  })
})

describe('the sketch', () => {
  it('begins with the line editors look for', () => {
    const written = sketchPlan(sketch(), '@scope/named')
    expect(written.split('\n')[0]).toBe('# yaml-language-server: $schema=./node_modules/@scope/named/rollout.schema.json')
    expect(written).not.toContain(';')
  })

  it('is a plan without errors whatever toggles, file and name are called', async () => {
    const word = fc.constantFrom('true', 'null', 'on', 'no', 'y', 'NaN', '_', 'E1', 'x1', 'FEATURE_X', '__', 'Infinity')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { minLength: 1 }),
        fc.constantFrom('1', '0x1', '1e3', 'null', 'true', 'a.b', '12.5', '0o7', '1_0'),
        async (names, name) => {
          const toggles = names.map((each) => ({ name: each, words: { on: 'on', off: 'off' }, isOn: false }))
          const written = sketchPlan(sketch({ name, file: `${name}.env`, create: true, toggles }), 'named')
          const shell = fakeShell({ files: { 'rollout.yaml': written } })
          expect([await shell.run('check', 'config'), shell.printed.out.split('\n')[0]]).toEqual([
            'done',
            `✓ config  ${plural(Math.min(names.length, MOST), 'toggle')}, 1 phase`,
          ])
        },
      ),
      { numRuns: 40 },
    )
  })
})
