import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AUDIENCES } from '../../src/core/values/notice-kind.ts'
import { changed, loaded, PLAN, refusal, seen } from './plan.ts'

const CANARY = 'S3cr3t"canary\\value'

describe('a plan', () => {
  it('is filled with every default', async () => {
    const { plan, warnings } = await loaded(PLAN)
    expect(warnings).toEqual([])
    expect(plan.toggles['FEATURE_Y']).toEqual({
      kind: 'release',
      variable: 'FEATURE_Y',
      default: 0,
      exposure: 'users',
      core: false,
      targets: ['web'],
      requires: ['FEATURE_X'],
      words: { on: 'true', off: 'false' },
    })
    expect(plan.targets).toEqual({ web: { use: 'env-file', options: { path: 'web.env' } } })
    expect(plan.metrics['errors']).toEqual({
      use: 'openmetrics',
      options: { url: 'http://localhost/metrics', ratio: { bad: 'b', total: 't' } },
      measures: { what: 'failures', groups: 1 },
      critical: { when: { op: '>', threshold: 0.05, unit: '%' }, for: 0 },
      minSamples: 100,
      onNoData: 'hold',
      window: 60_000,
      maxAge: 120_000,
      timeout: 10_000,
    })
    expect(plan.phases[0]).toMatchObject({
      id: 'core',
      title: 'core',
      order: 'one-by-one',
      onWarning: 'pause',
      onCritical: 'rollback',
      after: 0,
      steps: [
        { to: 10, hold: 1_800_000 },
        { to: 100, hold: 1_800_000 },
      ],
    })
    expect(plan).toMatchObject({ interval: 30_000, patience: 300_000, maxUnavailable: 0, windows: [], freezes: [] })
  })

  it('channels are told what their audience is told, and an environment says what differs', async () => {
    const notify = `notify:
  ops: { use: slack, url: "https://x/1", audience: on-call, message: "{{title}}" }
  log: { use: webhook, url: "https://x/2" }
`
    const text = changed(
      [
        'environments: { staging: { hold: 1m } }',
        'environments: { staging: { notify: { ops: { events: [] }, log: { use: slack, url: "https://x/3" } } } }',
      ],
      ['phases:', `${notify}phases:`],
    )
    const ops = { use: 'slack', options: { url: 'https://x/1' }, audience: 'on-call', message: '{{title}}', timeout: 10_000 }
    const log = { use: 'webhook', options: { url: 'https://x/2' }, audience: 'team', events: AUDIENCES.team, timeout: 10_000 }
    expect((await loaded(text)).plan.notify).toEqual({ ops: { ...ops, events: AUDIENCES['on-call'] }, log })
    expect((await loaded(text, { environment: 'staging' })).plan.notify).toEqual({
      ops: { ...ops, events: [] },
      log: { ...log, use: 'slack', options: { url: 'https://x/3' } },
    })
    expect((await loaded(PLAN)).plan).not.toHaveProperty('notify')
  })

  it.each<[written: string, value: unknown]>([
    ['default: on', { default: 100 }],
    ['default: off', { default: 0 }],
    ['default: true', { default: 100 }],
    ['variable: X_1', { variable: 'X_1' }],
    ['words: { on: "1" }', { words: { on: '1', off: 'false' } }],
    ['words: { on: 100%, off: 0% }', { words: { on: '100%', off: '0%' } }],
    ['removeBy: 2028-02-29', { removeBy: '2028-02-29' }],
  ])('toggle %s', async (written, value) => {
    expect((await loaded(changed(['[web] }', `[web], ${written} }`]))).plan.toggles['FEATURE_X']).toMatchObject({ ...(value as object) })
  })

  it('several groups may have to agree', async () => {
    const text = changed(
      ['metrics: [errors]', 'metrics: [errors]\n    approval: [{ group: managers, count: 2 }, boss]'],
      ['managers: [ana, ben]', 'managers: [ana, ben], boss: [eve]'],
    )
    expect((await loaded(text)).plan.phases[0]?.steps[1]?.approval).toEqual([
      { group: 'managers', count: 2 },
      { group: 'boss', count: 1 },
    ])
  })

  it('days of a freeze are those of its zone, the last one included', async () => {
    const freezes = `freezes:
  - { name: xmas, from: 2026-12-24, to: 2026-12-26, zone: Europe/Berlin }
  - { name: change, from: 2027-03-28, to: 2027-03-28, zone: Europe/Berlin }
  - { name: noon, from: 2026-11-30T12:00:00+01:00, to: 2026-11-30T14:00:00+01:00 }`
    const utc = (text: string): number => Date.parse(text)
    expect((await loaded(changed(['phases:', `${freezes}\nphases:`]))).plan.freezes).toEqual([
      { name: 'xmas', from: utc('2026-12-23T23:00Z'), to: utc('2026-12-26T23:00Z') },
      // The clocks change on that day: it has 23 hours.
      { name: 'change', from: utc('2027-03-27T23:00Z'), to: utc('2027-03-28T22:00Z') },
      { name: 'noon', from: utc('2026-11-30T11:00Z'), to: utc('2026-11-30T13:00Z') },
    ])
  })

  it.each<[written: string, value: unknown]>([
    ['hold: 1h30m', { steps: [{ hold: 5_400_000 }, { hold: 5_400_000 }] }],
    ['planned: 3d..5d', { planned: { min: 259_200_000, max: 432_000_000 } }],
    ['planned: 3d', { planned: { min: 259_200_000, max: 259_200_000 } }],
    [
      'approval: { group: managers, by: others, expires: 1d, signed: false, covers: phase }',
      { steps: [{ approval: { group: 'managers', count: 1, by: 'others', expires: 86_400_000, covers: 'phase' } }, {}] },
    ],
    ['approval: [managers]', { steps: [{ approval: { group: 'managers', count: 1 } }, {}] }],
    [
      'checklist: [{ id: a, text: b, owner: c, kind: business, evidence: true }, { id: d, text: e, evidence: false }]',
      {
        checklist: [
          { id: 'a', text: 'b', owner: 'c', kind: 'business', evidence: true },
          { id: 'd', text: 'e' },
        ],
      },
    ],
    [
      'success: [{ metric: errors, below: 1%, over: 1h, kind: technical }]',
      { success: [{ metric: 'errors', rule: { op: '<', threshold: 0.01, unit: '%' }, over: 3_600_000, kind: 'technical' }] },
    ],
    ['approval: managers', { steps: [{ approval: { group: 'managers', count: 1 } }, { approval: { group: 'managers', count: 1 } }] }],
    [
      'success: [{ metric: errors, above: 1%, over: 1h }]',
      { success: [{ metric: 'errors', rule: { op: '>', threshold: 0.01, unit: '%' }, over: 3_600_000 }] },
    ],
  ])('phase %s', async (written, value) => {
    expect((await loaded(changed(['metrics: [errors]', `metrics: [errors]\n    ${written}`]))).plan.phases[0]).toMatchObject({
      ...(value as object),
    })
  })

  it.each<[days: string, numbers: readonly number[]]>([
    ['Mon-Fri', [1, 2, 3, 4, 5]],
    ['Mon, Wed', [1, 3]],
    ['Fri-Mon', [5, 6, 0, 1]],
  ])('a window on %s', async (days, numbers) => {
    const window = `windows: [{ days: "${days}", from: "09:00", to: "24:00", zone: Europe/Berlin }]\nphases:`
    expect((await loaded(changed(['phases:', window]))).plan.windows).toEqual([
      { days: numbers, from: 540, to: 1440, zone: 'Europe/Berlin' },
    ])
  })

  it('is the same whatever it is named by: the digests are of the bytes', async () => {
    const digest = createHash('sha256').update(PLAN).digest('hex')
    expect((await loaded(PLAN)).files).toEqual({ 'rollout.yaml': digest })
  })
})

describe('phase files', () => {
  const phase = 'phase: core\ntoggles: [FEATURE_X, FEATURE_Y]\nsteps: [10%, 100%]\nmetrics: [errors]\n'
  const including = (entry: string) => PLAN.replace(/phases:\n[^]*$/, `phases: [${entry}]\n`)

  it('are part of the plan and of its digests', async () => {
    const { plan, files } = await loaded({ 'rollout.yaml': including('phases/1.yaml'), 'phases/1.yaml': phase })
    expect(plan).toEqual((await loaded(PLAN)).plan)
    expect(Object.keys(files)).toEqual(['rollout.yaml', 'phases/1.yaml'])
  })

  it('may begin with two dots and still lie inside', async () => {
    expect((await loaded({ 'rollout.yaml': including('..1.yaml'), '..1.yaml': phase })).plan.phases.length).toBe(1)
  })

  it('every mistake of every file is shown at once, in the order of reading', async () => {
    const files = {
      'rollout.yaml': including('phases/1.yaml, phases/2.yaml, phases/3.yaml, phases/tow.yaml')
        .replace('name: shop', 'nmae: shop')
        .replace('path: web.env', 'pth: web.env'),
      'phases/1.yaml': phase.replace('10%', '10').replace('steps', 'hld: 1m\nsteps'),
      'phases/2.yaml': '\tphase: x\n',
      'phases/3.yaml': '',
      'phases/two.yaml': phase,
    }
    expect(await seen(files)).toBe(`✗ rollout.yaml:2:1 nmae "nmae" is not known here
  did you mean name?
✗ rollout.yaml:7:25 targets.web.pth "pth" is not known here
  did you mean path?
✗ rollout.yaml:12:55 phases.3 phases/tow.yaml does not exist
  did you mean phases/two.yaml?
✗ phases/1.yaml:3:1 hld "hld" is not known here
  did you mean hold?
✗ phases/1.yaml:4:9 steps.0 10 is not an exposure
  write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either
✗ phases/3.yaml is empty
✗ phases/2.yaml:1:1 tabs cannot indent YAML
  indent with spaces
`)
  })

  it('what is wrong with the plan as a whole is shown in the file it stands in', async () => {
    const files = {
      'rollout.yaml': including('phases/1.yaml').replace('[web], req', '[wbe], req'),
      'phases/1.yaml': phase.replace('FEATURE_Y', 'FEATURE_Z'),
    }
    expect(await seen(files)).toBe(`✗ rollout.yaml:5:26 toggles.FEATURE_Y.targets.0 "wbe" is not a target
  did you mean web?
✗ phases/1.yaml:2:22 toggles.1 "FEATURE_Z" is not a toggle
  did you mean FEATURE_X?
`)
  })

  it('a NUL byte in a name is an error like others', async () => {
    expect((await refusal(including('"a\\0b"'))).problems[0]?.message).toMatch(/cannot be read/)
  })
})

describe('environments', () => {
  const staged = (text: string) =>
    changed(
      ['staging: { hold: 1m }', `staging: ${text}`],
      ['steps: [10%, 100%]', 'steps: [10%, { to: 100%, approval: managers, hold: 2h }]'],
    )
  const staging = { environment: 'staging' }

  it.each<[written: string, value: object]>([
    [
      '{ hold: 1m }',
      { environment: 'staging', phases: [{ steps: [{ hold: 60_000 }, { hold: 60_000, approval: { group: 'managers' } }] }] },
    ],
    ['{ targets: { web: { path: staging.env } } }', { targets: { web: { use: 'env-file', options: { path: 'staging.env' } } } }],
    [
      `{ targets: { web: { use: command, set: [./set, '{{name}}', '{{value}}'], get: [./get, '{{name}}'] } } }`,
      { targets: { web: { use: 'command', options: { set: ['./set', '{{name}}', '{{value}}'], get: ['./get', '{{name}}'] } } } },
    ],
    ['{ interval: 5s }', { interval: 5000 }],
    ['{ freezes: [] }', { freezes: [] }],
  ])('%s', async (written, value) => {
    expect((await loaded(staged(written), staging)).plan).toMatchObject(value)
  })

  it('approval: none drops every approval', async () => {
    const { plan } = await loaded(staged('{ approval: none }'), staging)
    expect(plan.phases[0]?.steps.map(({ approval }) => approval)).toEqual([undefined, undefined])
  })

  it('change nothing unless they are asked for', async () => {
    expect((await loaded(staged('{ targets: { web: { path: staging.env } } }'))).plan.targets['web']?.options).toEqual({ path: 'web.env' })
  })

  it.each([
    ['stagin', 'did you mean staging?'],
    ['toString', 'one of staging'],
  ])('%s is not one', async (environment, hint) => {
    const error = await refusal(PLAN, { environment })
    expect(error.code).toBe('usage')
    expect(error.problems).toEqual([{ message: `there is no environment "${environment}"`, hint }])
  })

  it('an error in an override stands at the override', async () => {
    const { problems } = await refusal(staged('{ targets: { web: { path: ../x.env } } }'), staging)
    expect(problems[0]?.where).toEqual({ file: 'rollout.yaml', line: 11, column: 52, path: 'environments.staging.targets.web.path' })
  })
})

describe('references', () => {
  const url = (written: string) => changed(['"http://localhost/metrics"', `"${written}"`])

  it.each<[written: string, env: Record<string, string>]>([
    ['${URL}', { URL: 'http://x/' }],
    ['${URL:-http://x/}', {}],
    ['${URL:-http://x/}', { URL: '' }],
    ['http://${A}:${B:-80}/', { A: 'x' }],
    ['http://x/$${literal', {}],
    ['http://x/$${A:0:3}', {}],
  ])('%s stays what it is in the plan', async (written, env) => {
    expect((await loaded(url(written), { env })).plan.metrics['errors']?.options['url']).toBe(written)
  })

  it.each([
    ['${URL}', 'URL is not set'],
    ['${URL-x}', '${URL-x} is not a reference'],
    ['${}', '${} is not a reference'],
    ['${URL', '${URL is not a reference'],
    ['${1X}', '${1X} is not a reference'],
  ])('%s is an error', async (written, message) => {
    expect((await refusal(url(written))).problems.map((each) => each.message)).toEqual([message])
  })

  it('one that is not set hides no other mistake', async () => {
    const { problems } = await refusal(url('${URL}').replace('ratio:', 'rato: 1, ratio:'))
    expect(problems.map(({ message }) => message)).toEqual(['URL is not set', '"rato" is not known here'])
  })

  it.each([
    ['as a whole', '${SECRET}'],
    ['inside', 'x${SECRET}y'],
  ])('a secret never shows in a message: %s', async (_, written) => {
    const places = [
      url(written),
      changed(['path: web.env', `path: web.env, timeout: "${written}"`]),
      changed(['path: web.env', `path: "../${written}"`]),
    ]
    for (const text of places) {
      const error = await refusal(text, { env: { SECRET: CANARY } })
      const shown = `${error.message}${error.stack}${JSON.stringify(error.problems)}`
      expect(shown).not.toContain('canary')
      expect(error.problems.length).toBe(1)
    }
  })
})

it('the alerts of docs/notifications.md are metrics that a plan takes', async () => {
  const page = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8')
  const [, block = ''] = /```yaml\n(metrics:\n {2}alerts:[^`]*)```/.exec(page) ?? []
  const { plan } = await loaded(PLAN.replace(/metrics:\n {2}errors.*\n/, block).replace('metrics: [errors]', 'metrics: [alerts]'))
  expect(plan.metrics['alerts']).toMatchObject({ use: 'alerts', measures: { what: 'gauge' } })
})

describe('an adapter of the user', () => {
  const using = (module: string) => ({ 'rollout.yaml': changed(['use: env-file', 'use: ./mine.mjs']), 'mine.mjs': module })
  const schema = (validate: string) =>
    `export default { options: { '~standard': { version: 1, vendor: 'me', validate: ${validate} } }, read: () => ({}), write() {}, byHand: () => [] }`

  it.each([
    ['accepts', schema('(value) => ({ value })'), undefined],
    ['complains', schema(`() => ({ issues: [{ message: 'no, ' + process.version, path: ['path'] }] })`), `path: no, ${process.version}`],
    ['throws', schema(`() => { throw new Error('oops') }`), './mine.mjs cannot check its options: oops'],
    ['is no adapter', 'export default 1', './mine.mjs is not a target: default is missing, or no object'],
    [
      'lacks functions',
      schema('(value) => ({ value })').replace('write() {}, byHand: () => []', ''),
      './mine.mjs is not a target: write is missing; byHand is missing',
    ],
    ['does not run', 'throw new Error("boom")', './mine.mjs cannot be loaded: boom'],
  ])('that %s', async (_, module, message) => {
    if (message === undefined) expect((await loaded(using(module))).plan.targets['web']?.use).toBe('./mine.mjs')
    else {
      const { problems } = await refusal(using(module))
      expect(problems[0]?.message).toBe(message)
      expect(problems[0]?.where?.line).toBe(7)
    }
  })
})

it.each([
  ['complains of it', `({ issues: [{ message: 'bad ' + path + JSON.stringify(path), path: ['path'] }] })`],
  ['throws it', '{ throw new Error(path) }'],
])('an adapter that %s still cannot show a secret', async (_, body) => {
  const mine = `export default { options: { '~standard': { version: 1, vendor: 'me', validate: ({ path }) => ${body} } }, read: () => ({}), write() {}, byHand: () => [] }`
  const plan = changed(['use: env-file', 'use: ./mine.mjs'], ['path: web.env', 'path: "${SECRET}"'])
  const error = await refusal({ 'rollout.yaml': plan, 'mine.mjs': mine }, { env: { SECRET: CANARY } })
  expect(error.message).toContain('${SECRET}')
  expect(error.message).not.toContain('canary')
})

describe('a plan that is large', () => {
  it('many toggles that require all before them are looked at once each', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `T${i}`)
    const toggles = names.map((name, i) => `  ${name}: { targets: [web], requires: [${names.slice(0, i).join(', ')}] }`).join('\n')
    const text = `version: 1\nname: x\ntoggles:\n${toggles}\ntargets: { web: { use: env-file, path: e } }\nphases: [{ phase: p, toggles: [${names.join(', ')}], steps: [100%] }]\n`
    expect((await loaded(text)).plan.phases[0]?.toggles.length).toBe(40)
  })

  it('more than 10,000 steps are none that anybody watches', async () => {
    const names = Array.from({ length: 400 }, (_, i) => `T${i}`)
    const text = `version: 1\nname: x\ntoggles:\n${names.map((name) => `  ${name}: { targets: [web] }`).join('\n')}\ntargets: { web: { use: env-file, path: e } }\nphases:\n  - phase: p\n    toggles: [${names.join(', ')}]\n    steps: [${Array.from({ length: 30 }, (_, i) => `${i + 1}%`).join(', ')}]\n`
    expect((await refusal(text)).message).toBe('the phases make 12000 steps; at most 10000 can be kept in view')
  })
})
