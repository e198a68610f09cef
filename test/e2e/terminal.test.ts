import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { rowsOf } from '../../src/views/fit.ts'
import { freePort } from '../helpers/port.ts'
import { has } from '../helpers/program.ts'
import { until } from '../helpers/until.ts'
import { place } from './binary.ts'

/* The program in a terminal of a size of its own: a real one, made by script(1). */

const binary = join(import.meta.dirname, '../../bin/rollout.cjs')
const CLEARED = '\u001b[H\u001b[J'
const ended: (() => void)[] = []

afterEach(() => {
  for (const end of ended.splice(0)) end()
})

interface Size {
  readonly columns: number
  readonly rows: number
}

/** Types the program in a terminal; ends it after the test. */
function type(folder: string, argv: string, { columns, rows }: Size, env: Readonly<Record<string, string>> = {}) {
  const line = `stty rows ${rows} cols ${columns}; exec '${process.execPath}' '${binary}' ${argv}`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, SHELL: '/bin/sh', TERM: 'xterm', ROLLOUT_ACTOR: 'ana', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text.replaceAll('\r\n', '\n')))
  const gone = new Promise<number | null>((done) => child.once('close', done))
  ended.push(() => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  const said = (): string => out
  const press = (keys: string): unknown => child.stdin.write(keys)
  /** As a window that is closed, or a connection that breaks. */
  const close = (): unknown => child.kill('SIGKILL')
  return { said, gone, press, close, printed: async (what: RegExp) => until(`it prints ${what}`, () => what.test(out), { said }) }
}

/** Thirty toggles, of which the first one moves. */
function thirty(): string {
  const all = Array.from({ length: 30 }, (_, nth) => `FEATURE_${nth + 10}`)
  return [
    'version: 1',
    'name: shop',
    `toggles: { ${all.map((name) => `${name}: { targets: [web] }`).join(', ')} }`,
    'targets: { web: { use: env-file, path: web.env } }',
    'metrics: { errors: { use: command, run: [echo, "0"], critical: "> 5" } }',
    'defaults: { hold: 1h, metrics: [errors] }',
    'phases:',
    ...all.map((name) => `  - { phase: ${name.toLowerCase().replace('_', '-')}, toggles: [${name}], steps: [50%, 100%] }`),
    '',
  ].join('\n')
}

async function begun() {
  const env = Array.from({ length: 30 }, (_, nth) => `FEATURE_${nth + 10}=false\n`).join('')
  const at = place({ 'rollout.yaml': thirty(), 'web.env': env })
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  expect(await at.rollout('advance')).toMatchObject({ code: 0 })
  return at
}

describe.runIf(has('script'))('in a terminal', () => {
  test.each([
    ['Ctrl-D is no answer', '\u0004', 75, 'rollout init --force replaces it'],
    ['Ctrl-C ends it', '\u0003', 130, 'stopped by SIGINT'],
    ['n is no', 'n\n', 75, 'rollout init --force replaces it'],
  ])('a question is asked, and %s', async (_, keys, code, says) => {
    const { folder } = place({ 'rollout.yaml': thirty(), 'web.env': '' })
    const init = type(folder, 'init', { columns: 120, rows: 24 })
    await init.printed(/Replace it\? \[y\/N\]/)
    init.press(keys)
    expect(await init.gone).toBe(code)
    expect(init.said()).toContain(says)
  })

  test.each([
    [80, 24],
    [40, 12],
    [40, 24],
    [200, 60],
  ])('status --watch fits %i×%i: where it is, what it waits for, what moves, what to type', async (columns, rows) => {
    const at = await begun()
    const { said } = type(at.folder, 'status --watch', { columns, rows })
    // A second page: the first is whole.
    await until('it draws it again', () => said().split(CLEARED).length > 2, { said })
    const page = said().split(CLEARED)[1] ?? ''
    const lines = page.split('\n').slice(0, -1)
    expect(lines.length).toBeLessThan(rows)
    for (const line of lines) expect(rowsOf(line, columns), line).toHaveLength(1)
    for (const part of ['RUNNING', 'hold', 'FEATURE_10 ', 'rollout run']) expect(page).toContain(part)
    expect(page.includes('more lines')).toBe(rows < 40)
  })

  test('the line of run that lives fits a small terminal', async () => {
    const at = await begun()
    const size = { columns: 30, rows: 6 }
    const { printed, said } = type(at.folder, 'run', size, { NO_COLOR: '1' })
    await printed(/FEATURE_10 at 50%/)
    await printed(/watched by/)
    // oxlint-disable-next-line no-control-regex -- what a terminal obeys
    const frames = said().split(/(?:\u001b\[[\d;?]*[A-Za-z])+/)
    const lives = frames.filter((each) => each.includes('FEATURE_10 at'))
    expect(lives).not.toEqual([])
    for (const frame of lives) {
      expect(frame.split('\n').length).toBeLessThan(size.rows)
      for (const row of frame.split('\n')) expect(rowsOf(row, size.columns), frame).toHaveLength(1)
    }
  })

  test('a rollback over a target that does not answer says what is known of each, and one line lives', async () => {
    const port = await freePort()
    const words = new Map([['FEATURE_X', 'false']])
    let hangs = false
    const server = createServer((request, answer) => {
      if (hangs) return
      const name = request.url?.slice(1) ?? ''
      let body = ''
      request.on('data', (part: Buffer) => (body += String(part)))
      request.on('end', () => {
        if (request.method === 'PUT') words.set(name, body)
        answer.setHeader('content-type', 'application/json').end(JSON.stringify({ value: words.get(name) }))
      })
    }).listen(port, '127.0.0.1')
    ended.push(() => (server.closeAllConnections(), server.close()))
    const url = `http://127.0.0.1:${port}/{{name}}`
    const store = `{ use: http, url: "${url}", body: "{{value}}", get: { url: "${url}", path: value }, timeout: 5m }`
    const plan = thirty().replace('targets: { web:', `targets: { store: ${store}, web:`).replace('[web]', '[web, store]')
    const at = place({ 'rollout.yaml': plan, 'web.env': Array.from({ length: 30 }, (_, nth) => `FEATURE_${nth + 10}=false\n`).join('') })
    words.set('FEATURE_10', 'false')
    expect(await at.rollout('start')).toMatchObject({ code: 0 })
    expect(await at.rollout('advance')).toMatchObject({ code: 0 })
    hangs = true
    const { printed, said } = type(at.folder, 'rollback', { columns: 60, rows: 20 }, { NO_COLOR: '1' })
    await printed(/web ✓/)
    await printed(/store … has not confirmed yet. By hand:\n {6}curl/)
    await until('one line lives', () => said().includes('\r\u001b[K  … '), { said })
    await printed(/ {2}… \d+s: waits for store/)
    expect(said()).not.toContain('web … has not')
  })

  test.each([
    ['where a person watches', '', {}, true],
    ['not in CI', '', { CI: 'true' }, false],
    ['not beside one value', '--json', {}, false],
  ])('a plan says what it foretells while it does, %s', async (_, flags, env, isSaid) => {
    let requests = 0
    const server = createServer((_request, answer) => {
      requests += 1000
      const series = ['on', 'off'].flatMap((is) => [
        `calls_total{answer="${is}",outcome="ok"} ${requests}`,
        `calls_total{answer="${is}",outcome="error"} ${requests / 100}`,
      ])
      answer.end(`${series.join('\n')}\n`)
    })
    const port = await freePort()
    server.listen(port, '127.0.0.1')
    ended.push(() => (server.closeAllConnections(), server.close()))
    const ratio = `ratio: { bad: 'calls_total{outcome="error"}', total: calls_total }, on: 'answer="on"', off: 'answer="off"'`
    const at = place({
      'rollout.yaml': [
        'version: 1',
        'name: shop',
        'toggles: { FEATURE_A: { targets: [web] } }',
        'targets: { web: { use: env-file, path: web.env } }',
        `metrics: { errors: { use: openmetrics, url: "http://127.0.0.1:${port}/metrics", ${ratio}, critical: "> 5%" } }`,
        'phases: [{ phase: core, toggles: [FEATURE_A], steps: [10%, 100%], metrics: [errors] }]',
        '',
      ].join('\n'),
      'web.env': 'FEATURE_A=false\n',
    })
    const { said, gone } = type(at.folder, `plan ${flags}`, { columns: 120, rows: 24 }, env)
    expect(await gone).toBe(0)
    expect(said()).toContain('FEATURE_A')
    expect(said().includes('core, phase 1 of 1: plays a good release')).toBe(isSaid)
  })

  test('run lives in a terminal that does not say how large it is', async () => {
    const at = await begun()
    const { printed, press, gone } = type(at.folder, 'run', { columns: 0, rows: 0 })
    await printed(/FEATURE_10 at 50%/)
    press('\u0003')
    expect(await gone).toBe(130)
  })

  test('a terminal that closes ends a controller, which says so, and no rollback', async () => {
    const at = await begun()
    const events = async (): Promise<string> => (await at.rollout('history', '--all')).out
    const watching = type(at.folder, 'run', { columns: 80, rows: 24 })
    await watching.printed(/watched by/)
    watching.close()
    await until('it has let go', async () => (await events()).includes('no longer watched'))
    const set = 'touch asked; until test -e go; do sleep 0.1; done; echo "$1" > word'
    const plan = `version: 1
name: shop
toggles: { FEATURE_A: { targets: [web] } }
targets: { web: { use: command, set: [sh, -c, '${set}', sh, "{{value}}"], get: [cat, word] } }
phases: [{ phase: core, toggles: [FEATURE_A], steps: [50%, 100%], hold: 1h }]`
    const other = place({ 'rollout.yaml': plan, word: 'false', go: '' })
    await other.rollout('start')
    expect(await other.rollout('advance')).toMatchObject({ code: 0 })
    for (const each of ['go', 'asked']) rmSync(join(other.folder, each))
    const back = type(other.folder, 'rollback', { columns: 80, rows: 24 })
    await until('it writes', () => existsSync(join(other.folder, 'asked')))
    back.close()
    await until('the terminal is gone', async () => ((await back.gone) ?? -1) !== 0)
    other.write('go', '')
    await until('it is back', async () => /ROLLED BACK +– .*FEATURE_A 0%/.test((await other.rollout('list')).out))
    expect(other.read('word')).toBe('false\n')
    await until('it is confirmed', async () => /^#8 .*confirmed by every target/.test((await other.rollout('history')).out))
  })

  test('where the terminal is dumb, or nobody watches, nothing is drawn over', async () => {
    const at = await begun()
    const { printed, said } = type(at.folder, 'status --watch', { columns: 80, rows: 24 }, { TERM: 'dumb' })
    await printed(/rollout run/)
    expect(said()).not.toContain('\u001b')
    expect(said()).toContain('FEATURE_39')
  })
})

test('status --watch ends when its reader has gone', async () => {
  const at = await begun()
  const line = `'${process.execPath}' '${binary}' status --watch | head -1; exit "\${PIPESTATUS[0]}"`
  const child = spawn('bash', ['-c', line], { cwd: at.folder, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  ended.push(() => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const gone = new Promise<number | null>((done) => child.once('exit', done))
  await until('it prints', () => out.includes('RUNNING'))
  // Nobody hears of a reader that goes: only the next page finds that out.
  for (const verb of ['pause', 'resume', 'pause']) await at.rollout(verb)
  expect(await gone).not.toBeNull()
})
