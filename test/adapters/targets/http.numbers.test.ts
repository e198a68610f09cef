import { execFile } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { conform } from '../../../src/adapters/conform.ts'
import http from '../../../src/adapters/targets/http.ts'
import { refusal } from '../../config/plan.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { fakeShell, serve, type FakeShell } from '../../helpers/shell.ts'

/** A flag service that is strict: what it holds is of the type it has, and every other is answered 400. */
let held: Record<string, unknown> = {}
let type: 'number' | 'string' = 'number'
let sent: unknown[] = []
beforeEach(() => {
  held = { FEATURE_X: 0 }
  type = 'number'
  sent = []
})
const service: RequestListener = (request, response) => {
  const name = request.url?.split('/').at(-1) ?? ''
  const answer = (status: number, value: object): void => void response.writeHead(status).end(JSON.stringify(value))
  if (request.method === 'GET') return answer(Object.hasOwn(held, name) ? 200 : 404, { key: name, rollout: held[name] })
  let body = ''
  request.on('data', (part: Buffer) => (body += String(part)))
  request.on('end', () => {
    const { rollout } = JSON.parse(body)
    if (typeof rollout !== type) return answer(400, { detail: `a valid ${type} is required` })
    held[name] = rollout
    sent.push(rollout)
    answer(200, {})
  })
}
const url = `${await serve(service)}/flags/{{name}}`
const options = (number = 'percent', over: object = {}) => ({
  url,
  method: 'PATCH',
  body: { rollout: `{{${number}}}`, note: 'of {{name}}' },
  get: { url, path: 'rollout' },
  ...over,
})
const folder = ownFolder('http-numbers-')
const write = async (word: string, given: object) => http.write(await checked(http, given), { FEATURE_X: word }, lend(folder))
const read = async (given: object = options()) => http.read(await checked(http, given), ['FEATURE_X'], lend(folder))

describe('a number in the place of a word', () => {
  it.each([
    ['percent', [0, 0.1, 25, 100]],
    ['share', [0, 0.001, 0.25, 1]],
    ['weight:100000', [0, 100, 25_000, 100_000]],
  ])('{{%s}} writes %j, and reads it back', async (number, numbers) => {
    for (const word of ['false', '0.1%', '25%', 'true']) {
      await write(word, options(number))
      expect(await read(options(number))).toEqual({ FEATURE_X: word })
    }
    expect(sent).toEqual(numbers)
  })

  it('is text where the place wants that, in JSON, in an address and in a body of one’s own', async () => {
    type = 'string'
    await write('10%', options('percent:text'))
    await write('12.5%', options('share', { body: '{"rollout":"{{share}}"}' }))
    expect(sent).toEqual(['10', '0.125'])
    expect(await read(options('share'))).toEqual({ FEATURE_X: '12.5%' })
    type = 'number'
    await write('30%', options('percent', { body: '{"rollout":{{percent}}}' }))
    expect(held['FEATURE_X']).toBe(30)
  })

  it('is not set where the place does not know the variable', async () => {
    held = {}
    expect(await read()).toEqual({ FEATURE_X: undefined })
  })

  it.each([[101], [-1], [null], [true], ['10%'], ['ten'], [{ percent: 10 }]])('%j is none', async (value) => {
    held = { FEATURE_X: value }
    await expect(read()).rejects.toMatchObject({
      code: 'conflict',
      message: `${url.replace('{{name}}', 'FEATURE_X')} holds ${JSON.stringify(value)} at rollout: {{percent}} is a number from 0 to 100, a percentage of at most five decimals`,
    })
  })

  it('is never rounded', async () => {
    await expect(write('0.1%', options('weight:100'))).rejects.toThrow('0.1% is no whole number of 100')
    expect(sent).toEqual([])
  })

  it('keeps the contract', async () => {
    await conform(http, { options: options('weight:1000'), words: [{ FEATURE_X: '10%' }, { FEATURE_X: 'true' }, { FEATURE_X: 'false' }] })
    expect(held).toEqual({ FEATURE_X: 0 })
  })

  it('is what the line to type by hand writes', async () => {
    const [line = ''] = http.byHand(await checked(http, options('share')), { FEATURE_X: '10%' }, { epoch: 1 })
    await promisify(execFile)('sh', ['-c', line])
    expect(held).toEqual({ FEATURE_X: 0.1 })
  })
})

describe('options', () => {
  it.each([
    [{ body: { a: '{{percent}}', b: '{{share}}' } }, 'body: use one of {{percent}}, {{share}}: it is read back as that'],
    [{ body: { a: '{{percent}}', b: '{{words}}' } }, 'body: use {{name}} and {{value}}, or "{{words}}" for all at once'],
    [{ body: { a: '{{weight:0}}' } }, 'body: {{weight:0}} is not a placeholder here; there is {{name}}'],
    [
      { body: { a: '{{percents}}' } },
      '{{percents}} is not a placeholder here; there is {{name}}, {{value}}, {{epoch}}, {{words}}, {{percent}}, {{share}}',
    ],
    [{ get: { url: 'http://x/{{percent}}' } }, 'get.url: {{percent}} is not a placeholder here; there is {{name}}'],
  ])('%j is refused', async (over, message) => {
    await expect(checked(http, options('percent', over))).rejects.toThrow(message)
  })

  it('says once what is wrong with a placeholder, and not what is missing because of it', async () => {
    const refused = await checked(http, options('percent', { body: { a: '{{weight:0}}' } })).catch(String)
    expect(refused).not.toContain('use {{name}}')
    expect(refused).toContain('{{weight:0}} is not a placeholder here')
  })

  it('may hold the word beside the number', async () => {
    await write('10%', options('percent', { body: { rollout: '{{percent}}', note: 'to {{value}}' } }))
    expect(held).toEqual({ FEATURE_X: 10 })
  })
})

const plan = (number = 'percent', steps = '[10%, 100%]') => `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [flags] }
targets:
  flags: ${JSON.stringify({ use: 'http', ...options(number) })}
phases:
  - phase: core
    toggles: [FEATURE_X]
    steps: ${steps}
    hold: 0s
`

describe('a rollout', () => {
  const started = async (text: string): Promise<FakeShell> => {
    const shell = fakeShell({ files: { 'rollout.yaml': text } })
    expect(await shell.run('start'), shell.printed.err).toBe('done')
    return shell
  }

  it.each([
    ['percent', [10, 100, 0]],
    ['share', [0.1, 1, 0]],
    ['weight:1000', [100, 1000, 0]],
  ])('by {{%s}} writes %j on its way up and back', async (number, numbers) => {
    const shell = await started(plan(number))
    for (const argv of [['advance'], ['advance'], ['rollback', '--reason', 'bad']]) expect(await shell.run(...argv)).toBe('done')
    expect(sent).toEqual(numbers)
  })

  it('brings back what was there before', async () => {
    held = { FEATURE_X: 30 }
    const shell = await started(plan('percent', '[50%, 100%]'))
    expect(await shell.run('advance')).toBe('done')
    expect(held).toEqual({ FEATURE_X: 50 })
    expect(await shell.run('rollback', '--reason', 'bad')).toBe('done')
    expect(held).toEqual({ FEATURE_X: 30 })
  })

  it('sees what somebody else has written since', async () => {
    const shell = await started(plan())
    await shell.run('advance')
    held = { FEATURE_X: 77 }
    expect(await shell.run('check')).toBe('unhealthy')
    expect(shell.printed.out).toContain('targets flags  holds FEATURE_X=77% instead of 10%')
  })

  it('does not start over a number that is no percentage', async () => {
    held = { FEATURE_X: null }
    const shell = fakeShell({ files: { 'rollout.yaml': plan() } })
    expect(await shell.run('start')).toBe('conflict')
    expect(shell.printed.err).toContain('holds null at rollout: {{percent}} is a number from 0 to 100')
  })

  it('has no step that the weight cannot hold: an error of the plan, at its place', async () => {
    const { code, problems } = await refusal(plan('weight:100', '[0.1%, 1%, 100%]'))
    expect(code).toBe('config')
    expect(problems).toMatchObject([
      {
        message: 'FEATURE_X on flags: 0.1% is no whole number of 100, which {{weight:100}} writes',
        where: { file: 'rollout.yaml', line: 10, column: 13 },
      },
    ])
  })
})
