import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMetrics } from '../../../src/adapters/open.ts'
import type { Json } from '../../../src/core/values/json.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import type { Summary } from '../../../src/core/report/summary.ts'
import { metric } from '../../helpers/core.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { namesAll } from '../../helpers/loan.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, realClock, serve } from '../../helpers/shell.ts'

const RATIO = { ratio: { below: 3 } }
const NOW = Date.now()
const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString()

async function read(options: { readonly [key: string]: Json }, folder = '/'): Promise<Reading> {
  // A mean of ratings is no share: rules in percent are not about it.
  const { success: _s, warning: _w, critical: _c, ...unruled } = metric({ use: 'feedback', options })
  const plan = { metrics: { feedback: unruled } }
  const [open] = await openMetrics(plan, ['feedback'], { clock: realClock(), env: {}, folder, standingOf: namesAll })
  if (!open) throw new Error('no metric')
  return open.read(new AbortController().signal)
}

async function answered(body: string | Buffer, options: { readonly [key: string]: Json } = RATIO, status = 200): Promise<Reading> {
  return read({ url: await serve((_, response) => response.writeHead(status).end(body)), ...options })
}

const counts = (bad: number, total: number): object => ({ is: 'ratio', bad: { ratings: bad }, total: { ratings: total } })

describe('ratings', () => {
  const LINES =
    '{"rating": 5, "toggle": "FEATURE_X"}\n{"rating": 1.5, "toggle": "FEATURE_X", "user": "ada"}\n{"rating": "3", "toggle": "OTHER"}\n'
  it.each([
    ['JSON lines', LINES, counts(1, 3)],
    ['a line that is being written', `${LINES}{"rating": 1, "tog`, counts(1, 3)],
    ['a last line without its end', `${LINES}{"rating": 1}`, counts(2, 4)],
    ['one line', '{"rating": 2}', counts(1, 1)],
    ['blank lines, CR LF and a byte order mark', `\ufeff${LINES.replaceAll('\n', '\r\n\r\n')}`, counts(1, 3)],
    ['a list', '[{"rating": 1}, {"rating": 4}]', counts(1, 2)],
    ['a list under ratings', '{\n"page": 1, "ratings": [{"rating": 2.999}, {"rating": 3}]}', counts(1, 2)],
    ['nobody yet', '[]', counts(0, 0)],
  ])('are read from %s', async (_, body, wanted) => expect(await answered(body)).toEqual(wanted))

  it('count only those that are meant, and the groups apart', async () => {
    expect(await answered(LINES, { ...RATIO, only: 'toggle="FEATURE_X"' })).toEqual(counts(1, 2))
    const body = '[{"rating":1,"with":true},{"rating":5,"with":true},{"rating":5,"with":false}]'
    expect(await answered(body, { ...RATIO, on: 'with="true"', off: 'with="false"' })).toMatchObject({
      ...counts(1, 3),
      groups: { on: { bad: { ratings: 1 }, total: { ratings: 2 } }, off: { bad: { ratings: 0 }, total: { ratings: 1 } } },
    })
  })

  it('have a mean of the last hours, with its count', async () => {
    const body = JSON.stringify([
      { rating: 1, at: ago(30) },
      { rating: 4, at: ago(5) },
      { rating: 3, at: NOW },
      { rating: 5, at: NOW / 1000 },
    ])
    expect(await answered(body, { mean: {} })).toEqual({ is: 'value', value: 4, samples: 3 })
    expect(await answered(body, { mean: { over: '1h' } })).toEqual({ is: 'value', value: 4, samples: 2 })
    expect(await answered('[{"rating":4}]', { mean: {} })).toMatchObject({ is: 'missing', reason: 'malformed' })
    expect(await answered(JSON.stringify([{ rating: 4, at: ago(30) }]), { mean: {} })).toMatchObject({ is: 'missing', reason: 'empty' })
  })

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'empty'],
    ['blanks', ' \n\n', 'empty'],
    ['a page', '<html>503</html>', 'malformed'],
    ['half a document', '[{"rating": 4}, {"rat', 'malformed'],
    ['a bad line among good ones', '{"rating": 4}\noops\n{"rating": 4}\n', 'malformed'],
    ['another object', '{"status": "ok"}', 'malformed'],
    ['null', 'null', 'malformed'],
    ['a list that is no list', '{"ratings": {"length": 3}}', 'malformed'],
    ['a list of numbers', '[1, 2, 3]', 'malformed'],
    ['a rating of null among others', '[{"rating": 5}, {"rating": null}]', 'malformed'],
    ['a rating without one', '[{"stars": 5}]', 'malformed'],
    ['a rating that is text', '[{"rating": "good"}]', 'malformed'],
    ['NaN', '[{"rating": "NaN"}]', 'not-finite'],
    ['more than any number', '[{"rating": 1e999}]', 'not-finite'],
    ['off the scale', '[{"rating": 5}, {"rating": 11}]', 'impossible'],
    ['below the scale', '[{"rating": -1}]', 'impossible'],
    ['a prototype', '[{"__proto__": {"rating": 1}}]', 'malformed'],
    ['a time that is none', '[{"rating": 1, "at": "yesterday"}]', 'malformed'],
    ['a time to come', '[{"rating": 1, "at": "2999-01-01T00:00:00Z"}]', 'future'],
    ['nesting', '['.repeat(100_000), 'malformed'],
    ['too much', `[${'{"rating": 5},'.repeat(200)}{"rating": 5}]`, 'too-large'],
  ])('%s is missing, with the reason', async (what, body, reason) => {
    expect(await answered(body, { ...RATIO, ...(what === 'too much' && { maxBytes: 2048 }) })).toMatchObject({ is: 'missing', reason })
  })

  it('are not what an error page says', async () => {
    expect(await answered('[{"rating": 5}]', RATIO, 500)).toMatchObject({ is: 'missing', reason: 'unreachable' })
  })
})

describe('a file of ratings', () => {
  const folder = ownFolder('rollout-feedback-')
  writeFileSync(join(folder, 'latin1.json'), Buffer.from([0x5b, 0xff, 0x5d]))
  writeFileSync(join(folder, 'good.jsonl'), '{"rating": 4}\n')
  mkdirSync(join(folder, 'folder'))

  it.each([
    ['good.jsonl', counts(0, 1)],
    ['none.jsonl', { is: 'missing', reason: 'unreachable' }],
    ['folder', { is: 'missing', reason: 'unreachable' }],
    ['latin1.json', { is: 'missing', reason: 'malformed' }],
    ['../outside.jsonl', { is: 'missing', reason: 'unreachable' }],
  ])('%s', async (path, wanted) => expect(await read({ path, ...RATIO }, folder)).toMatchObject(wanted))

  it('stops a rollout that people dislike: the same judge, shown in status', async () => {
    const clock = fakeClock()
    const plan = plainPlan('http://127.0.0.1:1').replace(
      /  error_rate:[^]*minSamples: 10\n/,
      '  error_rate: { use: feedback, path: ratings.jsonl, ratio: { below: 3 }, critical: "> 20%", minSamples: 10 }\n',
    )
    const shell = fakeShell({
      clock,
      files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n', 'ratings.jsonl': '{"rating":1}\n'.repeat(50) },
    })
    await shell.run('start')
    await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first')
    // What was said before the step does not count against it.
    shell.write('ratings.jsonl', '{"rating":1}\n'.repeat(50) + '{"rating":5}\n'.repeat(20))
    await shell.run('run', '--once')
    await shell.run('status')
    expect(shell.printed.out).toContain('✓ healthy error_rate 0% (0 of 20)')
    clock.advance(1000)
    shell.write('ratings.jsonl', '{"rating":1}\n'.repeat(60) + '{"rating":5}\n'.repeat(20))
    // One reading never decides, and two of a disaster do.
    expect(await shell.run('run', '--once')).toBe('notYet')
    clock.advance(1000)
    shell.write('ratings.jsonl', '{"rating":1}\n'.repeat(70) + '{"rating":5}\n'.repeat(20))
    expect(await shell.run('run', '--once')).toBe('unhealthy')
    await shell.run('status', '--json')
    expect(shell.json<Summary>()).toMatchObject({
      status: 'rolled back',
      stopped: { why: { text: 'error_rate 50% > 20% (20 of 40), 99% sure: evidence 400:1, limit 100' } },
    })
  })
})
