import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { perform, plain, spawn, type SpawnOptions } from '../../src/adapters/spawn.ts'
import { until } from '../helpers/until.ts'

const cwd = mkdtempSync(join(tmpdir(), 'spawn-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
const base: SpawnOptions = { cwd, env: process.env, signal: new AbortController().signal }
const sh = async (script: string, over: Partial<SpawnOptions> = {}) => spawn(['sh', '-c', script], { ...base, ...over })

/** What the promise was rejected with. */
async function rejection(work: Promise<unknown>): Promise<Error & { code?: string }> {
  return work.then(
    () => new Error('it did not fail'),
    (thrown: Error) => thrown,
  )
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

describe('a command that fails', () => {
  it.each([
    ['its exit code and its last lines', 'seq 9 >&2; exit 3', 'sh exited with 3: 7 | 8 | 9'],
    [
      'no colours, no bells, no titles',
      String.raw`printf '\033[31mbad\033[0m\a \033]0;title\a\302\233x' >&2; exit 1`,
      'sh exited with 1: bad x',
    ],
    ['the signal that ended it', 'kill -TERM $$', 'sh was ended by SIGTERM'],
    ['nothing when it said nothing', 'echo "only stdout"; exit 9', 'sh exited with 9'],
  ])('shows %s', async (_, script, message) => {
    await expect(sh(script)).rejects.toMatchObject({ code: 'unreachable', message })
  })

  it('keeps arguments to itself: they may hold secrets', async () => {
    expect((await rejection(spawn(['sh', '-c', 'exit 1', 'hunter2'], base))).message).toBe('sh exited with 1')
  })

  it('says what is not there, and what is not executable', async () => {
    writeFileSync(join(cwd, 'text'), 'text', { mode: 0o644 })
    await expect(spawn(['./absent'], base)).rejects.toMatchObject({ code: 'unreachable', message: './absent was not found' })
    await expect(spawn(['./text'], base)).rejects.toMatchObject({ code: 'denied', message: './text is not executable' })
  })
})

// What sleeps for an hour outlasts the test: that the command has ended is all there is to see.
describe('a command that does not end', () => {
  it('ends at the deadline together with what it started', async () => {
    const error = await rejection(sh('sleep 3600 & echo $! > grandchild; sleep 3600', { timeout: 3000 }))
    expect(error).toMatchObject({ code: 'timeout', message: 'sh did not finish within 3s and was ended' })
    const grandchild = Number(readFileSync(join(cwd, 'grandchild'), 'utf8'))
    await until('the grandchild is gone', () => !isAlive(grandchild))
  })

  it.each([
    ['a grandchild that holds stdout', 'sleep 3600 & exit 0', 'sh has ended, but what it started held its output for 1s'],
    ['a command that ignores SIGTERM', 'trap "" TERM; while :; do sleep 1; done', 'sh did not finish within 1s and was ended'],
  ])('does not wait for %s', async (_, script, message) => {
    expect(await rejection(sh(script, { timeout: 1000 }))).toMatchObject({ code: 'timeout', message })
  })

  it('does not wait for a grandchild that has left the group', async () => {
    const error = await rejection(sh('setsid sleep 3600 & echo $! > escaped; exit 0', { timeout: 3000 }))
    process.kill(Number(readFileSync(join(cwd, 'escaped'), 'utf8')))
    expect(error).toMatchObject({ code: 'timeout' })
  })

  it('ends when the signal does, with its reason', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('interrupted')), 100)
    expect((await rejection(sh('sleep 3600 & sleep 3600', { signal: stop.signal }))).message).toBe('interrupted')
    await expect(sh('touch started', { signal: stop.signal })).rejects.toThrow('interrupted')
    expect(existsSync(join(cwd, 'started'))).toBe(false)
  })

  it.each(['yes', 'yes >&2', 'yes & yes & wait'])('is ended when it floods: %s', async (script) => {
    const error = await rejection(sh(script, { maxBytes: 10_000 }))
    expect(error).toMatchObject({ code: 'unreachable', message: 'sh printed more than 10000 bytes and was ended' })
  })
})

describe('a command that works', () => {
  it('gets its words as they are: no shell reads them', async () => {
    const { stdout } = await spawn(['printf', '%s|', '$HOME', '`id`', '; exit 1', 'a b', '*'], base)
    expect(stdout).toBe('$HOME|`id`|; exit 1|a b|*|')
  })

  it('sees only the variables it was promised', async () => {
    const env = {
      PATH: process.env['PATH'],
      HOME: '/home/me',
      LANG: 'C',
      TZ: 'UTC',
      TMPDIR: '/tmp',
      SECRET: 'no',
      WANTED: 'yes',
      ABSENT: undefined,
    }
    const { stdout } = await spawn(['env'], { ...base, env, pass: ['WANTED', 'ABSENT'] })
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(new Set(names)).toEqual(new Set(['HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ', 'WANTED']))
  })

  it('reads its input; without any it reads nothing, and need not read at all', async () => {
    expect((await spawn(['cat'], { ...base, input: 'hello' })).stdout).toBe('hello')
    expect((await spawn(['cat'], base)).stdout).toBe('')
    expect((await spawn(['true'], { ...base, input: 'x'.repeat(1_000_000) })).stdout).toBe('')
  })

  it('runs in its folder, and what it prints is left as it is', async () => {
    expect(await sh('pwd; echo warning >&2')).toEqual({ stdout: `${cwd}\n`, stderr: 'warning\n' })
  })

  it('may leave a daemon behind that does not hold its output', async () => {
    const { stdout } = await sh('sleep 3600 >/dev/null 2>&1 & echo $!')
    expect(isAlive(Number(stdout))).toBe(true)
    process.kill(Number(stdout))
  })
})

describe('a command that does something', () => {
  const act = async (script: string, over: Partial<SpawnOptions> = {}) => perform(['sh', '-c', script], { ...base, ...over })

  it('leaves the application alive that it has started, whatever that keeps open', async () => {
    await act('sleep 3600 & echo $! > application')
    const application = Number(readFileSync(join(cwd, 'application'), 'utf8'))
    expect(isAlive(application)).toBe(true)
    process.kill(application)
  })

  it('shows its last words when it failed, and leaves what it had started', async () => {
    await expect(act('sleep 3600 & echo $! > left; echo "no such unit" >&2; exit 5')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'sh exited with 5: no such unit',
    })
    process.kill(Number(readFileSync(join(cwd, 'left'), 'utf8')))
  })

  it('is ended with what it started while it has not ended', async () => {
    expect(await rejection(act('sleep 3600 & echo $! > started; wait', { timeout: 3000 }))).toMatchObject({ code: 'timeout' })
    const grandchild = Number(readFileSync(join(cwd, 'started'), 'utf8'))
    await until('the grandchild is gone', () => !isAlive(grandchild))
  })

  it('may print as much as it likes, and read its input', async () => {
    await act('seq 100000', { maxBytes: 1000 })
    await act('cat > copied', { input: 'hello' })
    expect(readFileSync(join(cwd, 'copied'), 'utf8')).toBe('hello')
  })
})

describe('plain', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u0007', 'link'],
    ['a\u0000b\rc\u009b1md', 'abc1md'],
    ['zwei\tWörter\n✓', 'zwei\tWörter\n✓'],
  ])('%j becomes %j', (text, shown) => {
    expect(plain(text)).toBe(shown)
  })
})
