import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import envFile from '../../src/adapters/targets/env-file.ts'
import { openSource } from '../../src/sdk/source.ts'
import { openToggles, type ReloadEvent, type Options, type Toggles } from '../../src/sdk/toggles.ts'
import { checked, lend } from '../helpers/loan.ts'
import { LIMITS } from '../helpers/limits.ts'

let folder: string
let file: string
let opened: Toggles[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-sdk-'))
  file = join(folder, 'flags.env')
  opened = []
})
afterEach(() => {
  for (const toggles of opened) toggles.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(options: Options = {}) {
  const told: string[] = []
  const changes: ReloadEvent[] = []
  const stale: boolean[] = []
  const toggles = openToggles({
    env: {},
    file,
    every: 10,
    onProblem: (message) => told.push(message),
    onChange: (change) => changes.push(change),
    onStale: (isStale) => stale.push(isStale),
    ...options,
  })
  opened.push(toggles)
  return { toggles, told, changes, stale }
}

/** As the CLI does, and every careful writer. */
function replace(text: string): void {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

const until = async (expected: unknown, value: () => unknown): Promise<void> =>
  vi.waitFor(() => expect(value()).toEqual(expected), { timeout: LIMITS.wait, interval: 5 })
/** Longer than several looks. */
const looks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300))

describe('what can happen to a file', () => {
  it('it is replaced', async () => {
    replace('F=false\nG=true\n# rollout:1\n')
    const { toggles, told, changes } = open()
    const isOn = toggles.bind('F')
    expect([isOn('x'), toggles.generation()]).toEqual([false, '1'])
    replace('F=true\nG=true\n# rollout:2\n')
    await until([true, true, '2'], () => [isOn('x'), toggles.isEnabled('F', 'x'), toggles.generation()])
    expect({ told, changes }).toEqual({ told: [], changes: [{ generation: '2', toggles: ['F'] }] })
  })

  it('a list that it names is replaced', async () => {
    const users = join(folder, 'users')
    writeFileSync(users, 'ann\n')
    replace(`F=false\nF_USERS_FILE=${users}\nG=true\n`)
    const { toggles, changes } = open()
    expect([toggles.isEnabled('F', 'ann'), toggles.isEnabled('F', 'bob')]).toEqual([true, false])
    writeFileSync(`${users}.tmp`, 'ann\nbob\n')
    renameSync(`${users}.tmp`, users)
    await until([['F']], () => changes.map((change) => change.toggles))
    expect(toggles.isEnabled('F', 'bob')).toBe(true)
  })

  it('it is replaced after it was closed: nobody looks', async () => {
    replace('F=false\n')
    const [closed, other] = [open(), open()]
    closed.toggles.close()
    for (const [nth, text] of ['F=true\n', 'F=false\n'].entries()) {
      replace(text)
      await until(nth + 1, () => other.changes.length)
    }
    expect([closed.changes, closed.toggles.isEnabled('F', 'ann')]).toEqual([[], false])
  })

  it('Kubernetes swaps the folder behind it by a symbolic link, over and over', async () => {
    const mount = (nth: number): void => {
      mkdirSync(join(folder, `..${nth}`))
      // The same size, and the same times: only the file itself is another one.
      writeFileSync(join(folder, `..${nth}`, 'flags.env'), `F=${nth % 2 === 0 ? 'true ' : 'false'}\n`)
      utimesSync(join(folder, `..${nth}`, 'flags.env'), 1, 1)
      symlinkSync(`..${nth}`, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
      if (nth > 0) rmSync(join(folder, `..${nth - 1}`), { recursive: true })
    }
    mount(0)
    symlinkSync('..data/flags.env', file)
    const { toggles, told } = open()
    expect(toggles.isEnabled('F')).toBe(true)
    for (let nth = 1; nth <= 8; nth += 1) {
      mount(nth)
      await until(nth % 2 === 0, () => toggles.isEnabled('F'))
    }
    expect(told).toEqual([])
  })

  it('it is written in place, slowly: no half of it is ever believed', async () => {
    replace('F=10%\nF_DENY=one,two\n# rollout:1\n')
    const { toggles, changes, stale } = open()
    const seen = new Set<string>()
    const text = `F=100%;key=search\nF_DENY=one,two\n${'# a comment\n'.repeat(40)}# rollout:2\n`
    writeFileSync(file, '')
    for (const letter of text.match(/[\s\S]{1,7}/g) ?? []) {
      appendFileSync(file, letter)
      seen.add(`${toggles.words()['F']} ${toggles.explain('F', 'one').why}`)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await until('2', () => toggles.generation())
    seen.add(`${toggles.words()['F']} ${toggles.explain('F', 'one').why}`)
    expect([...seen]).toEqual(['10% deny', '100%;key=search deny'])
    expect(changes.map(({ generation }) => generation)).toEqual(['2'])
    expect(stale.at(-1) ?? false).toBe(false)
  })

  it('it has no line end at its end: it is believed at the second look', async () => {
    replace('F=false\n')
    const { toggles } = open()
    replace('F=true')
    await until(true, () => toggles.isEnabled('F'))
    replace('F=false')
    toggles.reload()
    expect(toggles.isEnabled('F')).toBe(false)
  })

  it('a toggle is taken out of it', async () => {
    replace('F=true\nG=true\n')
    const { toggles, changes } = open()
    expect(toggles.isEnabled('F')).toBe(true)
    replace('G=true\n')
    await until('unset', () => toggles.explain('F').why)
    expect(changes.map((change) => change.toggles)).toEqual([['F']])
  })

  it.each([
    ['is deleted', () => unlinkSync(file), /^[^\n]+flags\.env is not read, the last good content stays: ENOENT/],
    [
      'becomes an error page',
      () => replace('<html>503</html>\n'),
      /the last good content stays: line 1 is no NAME=value, nor is any other$/,
    ],
    [
      'is cut in the middle of a name',
      () => replace('F=true\nFEATU'),
      /the last good content stays: line 2 is no NAME=value and has no end: it may be cut off$/,
    ],
    ['is emptied', () => replace(''), /the last good content stays: it is empty$/],
    ['is not UTF-8', () => writeFileSync(file, Buffer.from([0x46, 0x3d, 0xff, 0x0a])), /the last good content stays: it is not UTF-8$/],
    [
      'becomes a folder',
      () => {
        unlinkSync(file)
        mkdirSync(file)
      },
      /the last good content stays: it is not a regular file$/,
    ],
    [
      'becomes a named pipe',
      () => {
        unlinkSync(file)
        execFileSync('mkfifo', [file])
      },
      /the last good content stays: it is not a regular file$/,
    ],
    [
      'is far too large',
      () => replace(`# ${'x'.repeat(17 * 2 ** 20)}\n`),
      /the last good content stays: it has 17825795 bytes, more than 16777216$/,
    ],
  ])('it %s: the last good content stays, that is told once, and over when it is good again', async (_, spoil, message) => {
    replace('F=true\n# rollout:5\n')
    const { toggles, told, stale, changes } = open()
    spoil()
    await until([true], () => stale)
    await looks()
    expect(toggles.report()).toEqual({ generation: '5', isStale: true, toggles: { F: 'true' } })
    expect(told).toEqual([expect.stringMatching(message)])
    rmSync(file, { recursive: true, force: true })
    replace('F=true\n# rollout:5\n')
    await until([true, false], () => stale)
    replace('F=false\n# rollout:6\n')
    await until([{ generation: '6', toggles: ['F'] }], () => changes)
    spoil()
    await until([true, false, true], () => stale)
    // What went wrong again is told again.
    expect(told.filter((each) => message.test(each))).toHaveLength(2)
  })

  it('it is not there yet: the environment counts, and the file once it comes', async () => {
    const { toggles, told, stale } = open({ env: { F: 'false', G: 'true' } })
    expect([toggles.isStale(), toggles.generation(), toggles.isEnabled('G')]).toEqual([true, 'environment', true])
    expect(told).toEqual([expect.stringMatching(/flags\.env is not read, there is no earlier content: ENOENT/)])
    replace('F=true\n')
    await until(true, () => toggles.isEnabled('F'))
    expect([toggles.isStale(), toggles.isEnabled('G'), stale]).toEqual([false, true, [false]])
    expect(toggles.generation()).toMatch(/^content:[0-9a-f]{12}$/)
  })

  it('two rules for one segment are none', () => {
    replace('F=0%;seg=staff\nROLLOUT_SEGMENT_STAFF=id:in:a\nROLLOUT_SEGMENT_STAFF=id:in:a,b\n')
    const { toggles, told } = open()
    expect([toggles.isEnabled('F', 'a'), toggles.isEnabled('F', 'b')]).toEqual([false, false])
    expect(told).toEqual([expect.stringMatching(/^ROLLOUT_SEGMENT_STAFF="id:in:a,b" is not a segment/)])
  })

  it('a handle follows it, even one bound after very many names', () => {
    replace('F=false\n')
    const { toggles } = open()
    for (let nth = 0; nth < 100_000; nth += 1) toggles.isEnabled(`MADE_UP_${nth}`)
    const isOn = toggles.bind('F')
    expect(isOn('x')).toBe(false)
    replace('F=true\n')
    toggles.reload()
    expect(isOn('x')).toBe(true)
  })

  it('two values for one toggle are none', () => {
    replace('F=true\nF=false\n')
    const { toggles, told } = open()
    expect(toggles.explain('F', 'x')).toEqual({ isOn: false, why: 'invalid' })
    expect(told).toEqual(['F is written twice or over several lines: F is off'])
  })
})

describe('the CLI', () => {
  it('writes it, and hears from the application when it runs with it', async () => {
    replace('F=false\n')
    const { toggles } = open()
    const server = createServer((_, response) => response.end(JSON.stringify(toggles.report())))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const options = await checked(envFile, { path: 'flags.env', verify: `http://127.0.0.1:${port}/` })
      await envFile.write(options, { F: '10%', G: 'true' }, lend(folder, { epoch: 7 }))
      expect(toggles.report()).toEqual({ generation: '7', isStale: false, toggles: { F: '10%', G: 'true' } })
    } finally {
      server.close()
    }
  })
})

describe('a storm', () => {
  it('replaced a thousand times a second by another process, it is always one whole content, and in the end the last one', async () => {
    replace('F=10%\nG=10%\n# rollout:0\n')
    const { toggles, told } = open()
    const script = `
      const { renameSync, writeFileSync } = require('fs')
      const file = process.argv[1]
      let nth = 0
      const timer = setInterval(() => {
        for (const end = nth + 10; nth < end; ) {
          nth += 1
          writeFileSync(file + '.new', 'F=' + nth % 100 + '%\\nG=' + nth % 100 + '%\\n# rollout:' + nth + '\\n')
          renameSync(file + '.new', file)
        }
        if (nth >= 2000) { clearInterval(timer) }
      }, 10)`
    const writer = spawn(process.execPath, ['-e', script, file], { stdio: 'inherit' })
    const exited = once(writer, 'exit')
    const mixed: unknown[] = []
    const generations = new Set<string>()
    const watching = setInterval(() => {
      const { F, G } = toggles.words()
      const generation = toggles.generation()
      generations.add(generation)
      if (F !== G || (generation !== '0' && F !== `${Number(generation) % 100}%`)) mixed.push([F, G, generation])
    }, 1)
    await exited
    await until('2000', () => toggles.generation())
    clearInterval(watching)
    expect({ mixed, told }).toEqual({ mixed: [], told: [] })
    expect(generations.size).toBeGreaterThan(3)
  })

  it('two writes within one tick of the clock, of the same size, are both seen', async () => {
    writeFileSync(file, 'F=10%\n')
    const { toggles } = open()
    for (let nth = 11; nth < 40; nth += 1) {
      writeFileSync(file, `F=${nth}%\n`)
      await until(`${nth}%`, () => toggles.words()['F'])
    }
  })
})

describe('what ends with a line and may be half of it all the same is believed at the second look', () => {
  const opened = () => {
    const told: string[] = []
    return { source: openSource({}, file, { tell: (_, message) => told.push(message), isOver: () => undefined }), told }
  }

  it.each([
    ['one of its names', 'F=true\nG=true\n', 'F=false\n'],
    ['its mark', 'F=true\n# rollout:1\n', 'F=false\n'],
  ])('a file without %s', (_, whole, half) => {
    replace(whole)
    const { source } = opened()
    replace(half)
    expect([source.look(), source.isUnsure(), source.get('F')]).toEqual([false, true, 'true'])
    expect([source.look(), source.isUnsure(), source.get('F')]).toEqual([true, false, 'false'])
  })

  it('a shorter list', () => {
    const path = join(folder, 'denied.txt')
    writeFileSync(path, 'eve\nada\n')
    replace('F=true\n')
    const { source } = opened()
    expect(source.list(path)).toEqual(new Set(['eve', 'ada']))
    writeFileSync(path, 'eve\n')
    expect([source.look(), source.isUnsure(), source.list(path)?.size]).toEqual([false, true, 2])
    expect([source.look(), source.isUnsure(), source.list(path)?.size]).toEqual([true, false, 1])
  })

  it('and what is no text is no list', () => {
    writeFileSync(join(folder, 'denied.txt'), 'eve\0ada\n')
    replace('F=true\n')
    const { source, told } = opened()
    expect([source.list('denied.txt'), source.isStale()]).toEqual([undefined, true])
    expect(told).toEqual([expect.stringMatching(/denied\.txt is not read, there is no earlier content: it is not text/)])
  })
})

describe('lists in files', () => {
  it('are read beside the toggles, and again when they change', async () => {
    writeFileSync(join(folder, 'testers.txt'), '# people\nada\n\n  grace \n')
    writeFileSync(join(folder, 'denied.txt'), 'eve\n')
    replace('F=0%\nF_USERS=inline\nF_USERS_FILE=testers.txt\nF_DENY_FILE=denied.txt\n')
    const { toggles, told, changes } = open()
    const on = (): readonly string[] => ['ada', 'grace', 'inline', 'eve', '# people'].filter((id) => toggles.isEnabled('F', id))
    expect(on()).toEqual(['ada', 'grace', 'inline'])
    writeFileSync(join(folder, 'testers.txt'), 'ada\ngrace\neve\nadam\n')
    writeFileSync(join(folder, 'denied.txt'), 'eve\nada\n')
    await until(['grace', 'inline'], on)
    expect(changes.every((change) => change.toggles.join(',') === 'F')).toBe(true)
    unlinkSync(join(folder, 'denied.txt'))
    await until(true, () => toggles.isStale())
    expect(on()).toEqual(['grace', 'inline'])
    expect(told).toEqual([expect.stringMatching(/denied\.txt is not read, the last good content stays: ENOENT/)])
  })

  it('that cannot be read put the toggle off: nobody knows who is denied', () => {
    const { toggles, told } = open({ file: '', env: { F: 'true', F_DENY_FILE: join(folder, 'missing.txt') } })
    expect(toggles.explain('F', 'x')).toEqual({ isOn: false, why: 'invalid' })
    expect(told).toEqual([expect.stringMatching(/missing\.txt is not read/), 'a list of F cannot be read: it is off'])
  })
})
