import { describe, expect, it } from 'vitest'
import { fakeShell } from '../helpers/shell.ts'
import { loaded, refusal } from './plan.ts'

const plan = (target: string, steps: string, more = '') => `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [edge]${more} }
  FEATURE_Y: { targets: [edge] }
targets:
  edge: ${target}
phases:
  - phase: core
    toggles: [FEATURE_X, FEATURE_Y]
    steps: ${steps}
`
const UNLEASH = '{ use: unleash, path: bootstrap.json }'
const GOFF = '{ use: go-feature-flag, path: flags.yaml }'
const FLAGD = '{ use: flagd, path: flags.json }'

describe('a step that its target cannot hold is an error of the plan, at its place, once', () => {
  it.each([
    [
      UNLEASH,
      '[0.1%, 1%, 100%]',
      'FEATURE_X on edge: 0.1% cannot be held by Unleash: it has 100 buckets, and a step is a whole percent',
      13,
    ],
    [
      UNLEASH,
      '[1%, { to: 2.5%, hold: 1m }, 100%]',
      'FEATURE_X on edge: 2.5% cannot be held by Unleash: it has 100 buckets, and a step is a whole percent',
      17,
    ],
    [GOFF, '[0.1%, 0.10001%, 100%]', 'FEATURE_X on edge: 0.10001% cannot be held by GO Feature Flag: its buckets are 0.001%', 19],
    [GOFF, '[1.001%, 100%]', 'FEATURE_X on edge: 1.001% cannot be held by GO Feature Flag: it loses a bucket to rounding', 13],
  ])('%s %s', async (target, steps, message, column) => {
    const { code, problems } = await refusal(plan(target, steps))
    expect(code).toBe('config')
    expect(problems).toMatchObject([{ message, where: { file: 'rollout.yaml', line: 11, column }, hint: expect.stringContaining('flagd') }])
  })

  it('a key of a variable that is not written there', async () => {
    const { problems } = await refusal(plan('{ use: flagd, path: flags.json, keys: { FEATUR_X: search } }', '[10%, 100%]'))
    expect(problems).toMatchObject([
      { message: '"FEATUR_X" is not written here', hint: 'did you mean FEATURE_X?', where: { line: 7, column: 49 } },
    ])
  })

  it('in the file of the phase', async () => {
    const [top = ''] = plan(UNLEASH, '').split('phases:')
    const files = {
      'rollout.yaml': `${top}phases: [one.yaml]\n`,
      'one.yaml': 'phase: core\ntoggles: [FEATURE_X]\nsteps:\n  - 0.1%\n  - 100%\n',
    }
    expect((await refusal(files)).problems).toMatchObject([{ where: { file: 'one.yaml', line: 4, column: 5 } }])
  })

  it('a word that is none to a flag, where the toggle names the target', async () => {
    const { problems } = await refusal(plan(FLAGD, '[10%, 100%]', ', words: { on: enabled, off: disabled }'))
    expect(problems).toMatchObject([
      { message: 'FEATURE_X on edge: a flag is true, false or a percentage, and no "disabled"', where: { line: 4, column: 26 } },
      { message: 'FEATURE_X on edge: a flag is true, false or a percentage, and no "enabled"', where: { line: 11, column: 18 } },
    ])
  })

  it('a word that some reader of env files would take otherwise', async () => {
    const { problems } = await refusal(plan('{ use: env-file, path: edge.env }', '[10%, 100%]', `, words: { on: "it's", off: a$b }`))
    expect(problems).toMatchObject([
      { message: 'FEATURE_X on edge: "a$b" cannot be a word in an env file', where: { line: 4, column: 26 } },
      { message: 'FEATURE_X on edge: "it\'s" cannot be a word in an env file', where: { line: 11, column: 18 } },
    ])
  })

  const HTTP = '{ use: http, url: "http://x/{{name}}", body: { p: "{{percent}}" }, get: { url: "http://x/{{name}}", path: p } }'
  it.each([
    [FLAGD, ', allow: [ann]'],
    ['{ use: flagd, path: "{{instance}}.json", instances: [a, b] }', ', exposure: instances, allow: [ann]'],
    [UNLEASH, ', deny: [ann]'],
    [GOFF, ', segments: [staff]'],
    [HTTP, ', allow: [ann]'],
    [HTTP, ', segments: [staff]'],
  ])('lists and segments, which %s cannot hold: %s', async (target, more) => {
    const text = `${plan(target, '[50%, 100%]', more)}segments: { staff: { where: { email: { ends: "@example.com" } } } }\n`
    const { problems } = await refusal(text)
    const hint = 'remove segments:, allow: and deny: of the toggle, or use env-file'
    expect(problems).toMatchObject([
      { message: 'FEATURE_X on edge: a flag has no segments and lists beside it', where: { line: 4, column: 26 }, hint },
    ])
  })

  it('a legacy toggle by what is left of it', async () => {
    const { problems } = await refusal(plan(UNLEASH, '[0.5%, 100%]', ', kind: legacy, default: on'))
    expect(problems).toMatchObject([{ message: expect.stringContaining('99.5% cannot be held by Unleash') }])
  })

  it.each([
    [FLAGD, '[0.00001%, 0.1%, 12.34567%, 100%]'],
    [GOFF, '[0.001%, 0.1%, 12.345%, 100%]'],
    [UNLEASH, '[1%, 10%, 100%]'],
    ['{ use: env-file, path: edge.env }', '[0.00001%, 100%]'],
  ])('not for %s %s', async (target, steps) => {
    await expect(loaded(plan(target, steps))).resolves.toMatchObject({ plan: { name: 'shop' } })
  })
})

describe('the commands', () => {
  it.each([['plan'], ['start'], ['check']])('rollout %s exits 78, and nothing is written', async (...argv) => {
    const shell = fakeShell({ files: { 'rollout.yaml': plan(UNLEASH, '[0.1%, 100%]') } })
    expect(await shell.run(...argv)).toBe('config')
    expect(`${shell.printed.out}${shell.printed.err}`).toContain('rollout.yaml:11:13')
    expect(`${shell.printed.out}${shell.printed.err}`).toContain('0.1% cannot be held by Unleash')
  })

  it('rollback --to refuses an exposure between, before anything moves', async () => {
    const bootstrap = '{"features": []}'
    const shell = fakeShell({ files: { 'rollout.yaml': plan(UNLEASH, '[10%, 100%]'), 'bootstrap.json': bootstrap } })
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run('advance')).toBe('done')
    expect(await shell.run('rollback', '--to', '2.5%')).toBe('usage')
    expect(shell.printed.err).toContain('2.5% cannot be held by Unleash')
    expect(await shell.run('rollback', '--to', '2%')).toBe('done')
  })
})

it('refuses for a function of its own what is no name of one, at its place', async () => {
  const text = `${plan('{ use: env-file, path: web.env }', '[100%]')}cleanup: { asks: [use$flag, 'is_on(', flags.useFlag] }\n`
  const { code, problems } = await refusal(text)
  expect(code).toBe('config')
  const message = 'use the name of a function, without what it belongs to: useFlag'
  expect(problems).toMatchObject([
    { message: expect.stringContaining(message), where: { file: 'rollout.yaml', line: 12, column: 29 } },
    { message: expect.stringContaining(message), where: { file: 'rollout.yaml', line: 12, column: 39 } },
  ])
})
