import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import command from '../../../src/adapters/targets/command.ts'
import { checked, lend } from '../../helpers/loan.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'))
  script('set-env', 'printf "%s\\n" "$@" > "value-$1"; echo "$*" >> log')
  script('get-env', 'if [ -e "value-$1" ]; then sed -n 2p "value-$1"; fi')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function script(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
}

const usual = { set: ['./set-env', '{{name}}', '{{value}}'], get: ['./get-env', '{{name}}'] }
const write = async (words: Record<string, string>, over: object = {}, epoch = 1) =>
  command.write(await checked(command, { ...usual, ...over }), words, lend(folder, { epoch }))
const read = async (names: string[], over: object = {}) => command.read(await checked(command, { ...usual, ...over }), names, lend(folder))
const sh = (body: string, ...words: string[]): string[] => ['sh', '-c', body, ...words]

describe('options', () => {
  it.each([
    [{ set: './set-env {{name}} {{value}}' }, 'set'],
    [{ set: [] }, 'set'],
    [{ set: ['./set', '{{name}}', '{{valeu}}'] }, 'set.2: {{valeu}} is not a placeholder here; there is {{name}}, {{value}}, {{epoch}}'],
    [{ set: ['./set', '{{name}}'] }, 'set: no argument holds {{value}}'],
    [{ set: ['{{value}}', '{{value}}'] }, 'set.0: the command itself has no placeholder'],
    [{ get: ['./get', '{{value}}'] }, 'get.1: {{value}} is not a placeholder here; there is {{name}}'],
    [{ get: undefined }, 'get'],
    [{ timeout: 5 }, 'timeout'],
    [{ shell: true }, 'shell'],
  ])('%j is refused', async (over, message) => {
    await expect(checked(command, { ...usual, ...over })).rejects.toThrow(message)
  })
})

describe('a number in the place of a word', () => {
  const set = ['./set-env', '{{name}}', '{{weight:1000}}']

  it('is written, and read back as the word', async () => {
    for (const word of ['false', '0.1%', 'true']) {
      await write({ F: word }, { set })
      expect(await read(['F', 'G'], { set })).toEqual({ F: word })
    }
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('F 0\nF 1\nF 1000\n')
    expect(command.byHand(await checked(command, { ...usual, set }), { F: '10%' }, { epoch: 1 })).toEqual(['./set-env F 100'])
  })

  it('is refused where it is none, and where a word has none', async () => {
    await write({ F: '10%' })
    await expect(read(['F'], { set })).rejects.toThrow('./get-env printed 10%: {{weight:1000}} is a whole number from 0 to 1000')
    expect(command.refuses?.(await checked(command, { ...usual, set }), 'F', '0.01%')?.message).toBe(
      '0.01% is no whole number of 1000, which {{weight:1000}} writes',
    )
    expect(command.refuses?.(await checked(command, usual), 'F', '0.01%;seg=staff')).toBeUndefined()
    await expect(checked(command, { ...usual, set: [...set, '{{share}}'] })).rejects.toThrow('set: use one of {{weight:1000}}, {{share}}')
  })
})

describe('a command that does not do as it is told', () => {
  it('refuses with its exit code and last words, free of escape sequences', async () => {
    const set = sh(String.raw`printf 'line\n\033[31mno such variable\033[0m \a%s\n' "$0" >&2; exit 7`, '{{value}}')
    await expect(write({ F: 'true' }, { set })).rejects.toMatchObject({
      code: 'unreachable',
      message: 'sh exited with 7: line | no such variable true',
    })
    await expect(read(['F'], { get: sh('echo true; exit 1') })).rejects.toThrow('sh exited with 1')
  })

  it('goes on with the others where one is refused, so that a rollback reaches them', async () => {
    script('set-env', 'echo "$1" >> log; [ "$1" != B ]')
    await expect(write({ A: 'true', B: 'true', C: 'true' })).rejects.toThrow('./set-env exited with 1')
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('A\nB\nC\n')
  })

  it('that hangs is ended', async () => {
    await expect(write({ F: 'true' }, { set: sh('sleep 3600', '{{value}}'), timeout: '300ms' })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('that has set it may leave the application running, whatever that keeps open', async () => {
    await write({ F: 'true' }, { set: sh('sleep 3600 & echo $! > application', '{{value}}') })
    process.kill(Number(readFileSync(join(folder, 'application'), 'utf8')))
  })

  it('that floods is ended', async () => {
    await expect(read(['F'], { get: ['yes', '{{name}}'] })).rejects.toThrow('yes printed more than 1048576 bytes')
  })

  it('that is not there is named', async () => {
    await expect(write({ F: 'true' }, { set: ['./absent', '{{value}}'] })).rejects.toMatchObject({
      problems: [{ message: './absent was not found', hint: expect.stringContaining('./') }],
    })
  })
})

describe('what is handed over', () => {
  it.each(['-rf', '--output=/etc/passwd'])('is never an option: %s', async (word) => {
    await expect(write({ F: word })).rejects.toMatchObject({ code: 'config', message: `"${word}" would be read as an option by ./set-env` })
    expect(existsSync(join(folder, 'log'))).toBe(false)
  })

  it.each(['$(touch pwned)', '; touch pwned', '`touch pwned`', '{{name}}', 'a b', "it's", '*'])(
    'is one argument, whatever it holds: %s',
    async (word) => {
      await write({ F: word })
      expect(readFileSync(join(folder, 'value-F'), 'utf8')).toBe(`F\n${word}\n`)
      expect(existsSync(join(folder, 'pwned'))).toBe(false)
    },
  )

  it('may be part of an argument', async () => {
    await write({ F: '10%' }, { set: ['./set-env', '{{name}}', '--set={{name}}={{value}}', '{{epoch}}'] }, 42)
    expect(readFileSync(join(folder, 'value-F'), 'utf8')).toBe('F\n--set=F=10%\n42\n')
  })

  it('is the environment it was promised, and no more', async () => {
    const env = { PATH: process.env['PATH'], SECRET: 'canary', KUBECONFIG: '/k' }
    const given = await checked(command, { set: sh('env > seen', '{{value}}'), get: sh('env'), pass: ['KUBECONFIG'] })
    await command.write(given, { F: 'true' }, lend(folder, { env }))
    const seen = readFileSync(join(folder, 'seen'), 'utf8')
    expect([seen.includes('KUBECONFIG=/k'), seen.includes('canary')]).toEqual([true, false])
  })
})

describe('what works', () => {
  it('is written one after another and read back', async () => {
    expect(await read(['F', 'G'])).toEqual({})
    await write({ F: '0.1%', G: 'true' })
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('F 0.1%\nG true\n')
    expect(await read(['F', 'G', 'H'])).toEqual({ F: '0.1%', G: 'true' })
  })

  it.each([
    ['  10%% \\n\\n', '10%'],
    ['\\033[32mtrue\\033[0m\\r\\n', 'true'],
    ['  \\n', undefined],
  ])('%j is read as %j', async (printed, word) => {
    expect((await read(['F'], { get: ['printf', printed] }))['F']).toBe(word)
  })
})

describe('by hand', () => {
  it('is what a shell understands, and does the same', async () => {
    const given = await checked(command, { ...usual, set: ['./set-env', '{{name}}', "it's {{value}}", '', '{{epoch}}'] })
    const [line = '', ...more] = command.byHand(given, { F: '10%;key=x' }, { epoch: 42 })
    expect([line, more]).toEqual([`./set-env F 'it'\\''s 10%;key=x' '' 42`, []])
    execFileSync('sh', ['-c', line], { cwd: folder })
    expect(readFileSync(join(folder, 'value-F'), 'utf8')).toBe("F\nit's 10%;key=x\n\n42\n")
  })

  it('is short when it can be', async () => {
    expect(command.byHand(await checked(command, usual), { A: 'false', B: '0.1%' }, { epoch: 42 })).toEqual([
      './set-env A false',
      './set-env B 0.1%',
    ])
  })
})
