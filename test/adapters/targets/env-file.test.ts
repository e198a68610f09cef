import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import envFile from '../../../src/adapters/targets/env-file.ts'
import { TOMBSTONE } from '../../../src/core/toggle/mark.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { openToggles } from '../../../src/sdk/toggles.ts'
import { until } from '../../helpers/until.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'env-file-'))
  file = join(folder, 'web.env')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const text = (): string => readFileSync(file, 'utf8')
const options = async (over: object = {}) => checked(envFile, { path: 'web.env', ...over })
const write = async (words: Record<string, string>, epoch = 1, over: object = {}): Promise<void> =>
  envFile.write(await options(over), words, lend(folder, { epoch }))
const read = async (names: string[], over: object = {}) => envFile.read(await options(over), names, lend(folder))
/** Reload commands leave a line each time they run. */
const reload = ['sh', '-c', 'cat web.env >> reloads; echo "--" >> reloads']
const reloads = (): number =>
  existsSync(join(folder, 'reloads')) ? readFileSync(join(folder, 'reloads'), 'utf8').split('--\n').length - 1 : 0

const isRoot = process.getuid?.() === 0
/** Longer than a page. */
const LONG = `F=true\n${'# a long comment\n'.repeat(600)}`
/** Root may do anything, so permissions are tried as somebody else. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!isRoot) return work()
  process.setegid?.(65534)
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

const canMount = ((): boolean => {
  try {
    const probe = mkdtempSync(join(tmpdir(), 'mount-'))
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe])
    rmSync(probe, { recursive: true })
    return true
  } catch {
    console.warn('NOT TESTED: bind mounts and full disks, because nothing can be mounted here')
    return false
  }
})()

describe('what is no env file of ours is refused, and left as it is', () => {
  it.each<[string, () => void, object, { code: string; message: RegExp }]>([
    ['a missing file', () => undefined, {}, { code: 'unreachable', message: /web\.env does not exist/ }],
    ['a directory', () => mkdirSync(file), {}, { code: 'config', message: /is a directory/ }],
    ['a pipe', () => void execFileSync('mkfifo', [file]), {}, { code: 'config', message: /not a regular file/ }],
    ['2 MB', () => writeFileSync(file, '#'.repeat(2 << 20)), {}, { code: 'config', message: /larger than 1 MB/ }],
    [
      'bytes that are no text',
      () => writeFileSync(file, Buffer.from('F=\xff\xfe\n', 'latin1')),
      {},
      { code: 'config', message: /not UTF-8/ },
    ],
    [
      'words that disagree',
      () => writeFileSync(file, 'F=true\nF=false\n'),
      {},
      { code: 'conflict', message: /"true" on line 1 and "false" on line 2/ },
    ],
    ['a value of several lines', () => writeFileSync(file, 'F="a\nb"\n'), {}, { code: 'conflict', message: /goes over several lines/ }],
    ['a link to nothing', () => symlinkSync('gone.env', file), { create: true }, { code: 'config', message: /symbolic link to nothing/ }],
    ['a link in a circle', () => symlinkSync('web.env', file), {}, { code: 'unreachable', message: /ELOOP/ }],
    [
      'a missing folder',
      () => undefined,
      { path: 'no/web.env', create: true },
      { code: 'config', message: /the folder .* does not exist/ },
    ],
    [
      'a path that leaves the folder',
      () => undefined,
      { path: '../web.env', create: true },
      { code: 'denied', message: /outside the plan's folder/ },
    ],
    ['an absolute path', () => undefined, { path: '/etc/hosts' }, { code: 'denied', message: /outside the plan's folder/ }],
    ['a link that leaves the folder', () => symlinkSync('/etc/hosts', file), {}, { code: 'denied', message: /outside the plan's folder/ }],
  ])('%s', async (_, prepare, over, expected) => {
    prepare()
    const before = readdirSync(folder)
    const content = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
    // A regular expression by itself would match any text: it has no members.
    const refusal = { code: expected.code, message: expect.stringMatching(expected.message) }
    await expect(write({ F: '10%' }, 1, over)).rejects.toMatchObject(refusal)
    await expect(read(['F'], over)).rejects.toMatchObject(refusal)
    expect(readdirSync(folder)).toEqual(before)
    if (content) expect(readFileSync(file).equals(content)).toBe(true)
  })

  it('what lies outside may be allowed', async () => {
    const plan = join(folder, 'plan')
    mkdirSync(plan)
    writeFileSync(file, '')
    await envFile.write(await options({ path: '../web.env', allowOutside: true }), { F: 'true' }, lend(plan))
    expect(text()).toBe('F=true\n# rollout:1 of:shop/1a2b\n')
  })

  // A read-only file: test/e2e/other-user.test.ts.
  it.each([
    ['a read-only folder with a longer file', LONG, () => (chmodSync(file, 0o666), chmodSync(folder, 0o555))],
    ['an unreadable file', 'F=true\n', () => (chmodSync(file, 0o222), chmodSync(folder, 0o777))],
  ])('%s', async (_, before, prepare) => {
    writeFileSync(file, before)
    if (isRoot) chownSync(file, 65534, 65534)
    prepare()
    await asNobody(async () =>
      expect(write({ F: 'false' })).rejects.toMatchObject({ code: 'denied', problems: [{ message: expect.stringContaining(file) }] }),
    )
    chmodSync(file, 0o600)
    chmodSync(folder, 0o700)
    expect([text(), readdirSync(folder)]).toEqual([before, ['web.env']])
  })
})

describe('a file that must stay the same file is written in place', () => {
  it('where its folder may not be written', async () => {
    writeFileSync(file, 'F=10%\nB=2\n')
    if (isRoot) chownSync(file, 65_534, 65_534)
    chmodSync(folder, 0o555)
    const { ino } = statSync(file)
    await asNobody(async () => (await envFile.probe?.(await options(), lend(folder)), write({ F: 'false' })))
    chmodSync(folder, 0o700)
    expect([text(), statSync(file).ino, readdirSync(folder)]).toEqual(['F=false\nB=2\n# rollout:1 of:shop/1a2b\n', ino, ['web.env']])
  })

  it.runIf(isRoot)('where this user may not give a new one to its owner', async () => {
    writeFileSync(file, 'F=true\n')
    chownSync(file, 1234, 1235)
    chmodSync(file, 0o666)
    chmodSync(folder, 0o777)
    const { ino } = statSync(file)
    await asNobody(async () => write({ F: 'false' }))
    expect([text(), statSync(file).uid, statSync(file).ino, readdirSync(folder)]).toEqual([
      'F=false\n# rollout:1 of:shop/1a2b\n',
      1234,
      ino,
      ['web.env'],
    ])
  })

  it('where it has another name', async () => {
    writeFileSync(file, 'F=false\n')
    linkSync(file, join(folder, 'other'))
    await write({ F: 'true' })
    expect([text(), readFileSync(join(folder, 'other'), 'utf8')]).toEqual(Array(2).fill('F=true\n# rollout:1 of:shop/1a2b\n'))
  })

  it('where an access list says who may read it', async () => {
    writeFileSync(file, 'F=false\n')
    chmodSync(file, 0o640)
    execFileSync('setfacl', ['-m', 'u:1234:r', file])
    const before = execFileSync('getfacl', ['-cn', file], { encoding: 'utf8' })
    await write({ F: 'true' })
    expect(text()).toBe('F=true\n# rollout:1 of:shop/1a2b\n')
    expect(execFileSync('getfacl', ['-cn', file], { encoding: 'utf8' })).toBe(before)
  })
})

it('a file with attributes keeps them', async () => {
  writeFileSync(file, 'F=false\n')
  chmodSync(file, 0o600)
  execFileSync('setfattr', ['-n', 'user.owner', '-v', 'team-shop', file])
  await write({ F: 'true' })
  expect(text()).toBe('F=true\n# rollout:1 of:shop/1a2b\n')
  expect(execFileSync('getfattr', ['--only-values', '-n', 'user.owner', '--absolute-names', file], { encoding: 'utf8' })).toBe('team-shop')
  expect(readdirSync(folder)).toEqual(['web.env'])
})

describe('a write in place that was cut off', () => {
  const [before, after] = ['A=1\nF=10%\nB=2\n# rollout:1 of:shop/1a2b\n', 'A=1\nF=true\nB=2\n# rollout:2 of:shop/1a2b\n']
  const cutOff = (now: string): void => {
    writeFileSync(file, now)
    writeFileSync(`${file}.rollout-backup`, JSON.stringify({ before, after }))
  }
  const pieces = [0, 5, 9, 20, 30, after.length].map((at) => after.slice(0, at) + before.slice(at))

  it.each([...pieces, after + before.slice(after.length), after.slice(0, -1)])(
    'at %j does not keep anybody from going back',
    async (now) => {
      cutOff(now)
      await write({ F: 'false' }, 3)
      expect(text()).toBe('A=1\nF=false\nB=2\n# rollout:3 of:shop/1a2b\n')
      expect(readdirSync(folder)).toEqual(['web.env'])
    },
  )

  it('leaves what somebody has written since, and the texts from before beside it', async () => {
    cutOff('A=1\nTHEIRS=1\nF=10%\n')
    await write({ F: 'false' }, 3)
    expect(text()).toBe('A=1\nTHEIRS=1\nF=false\n# rollout:3 of:shop/1a2b\n')
    expect(readdirSync(folder)).toEqual(['web.env', 'web.env.rollout-backup.old'])
  })
})

describe.runIf(canMount)('disks and mounts', () => {
  const mounted: string[] = []
  const mount = (...words: string[]): void => {
    execFileSync('mount', words)
    mounted.push(words.at(-1) ?? '')
  }
  afterEach(() => {
    for (const place of mounted.splice(0).toReversed()) execFileSync('umount', [place])
  })

  const fill = (): void => {
    for (let free = 64; free >= 0; free -= 1) {
      try {
        appendFileSync(join(folder, 'ballast'), 'x'.repeat(4096))
      } catch {
        return
      }
    }
  }

  it.each([1, 2])('on a full disk a file of at most a page is written in the room it has, with %i names', async (names) => {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
    writeFileSync(file, '# ours\nF=10%\n')
    if (names > 1) linkSync(file, join(folder, 'other.env'))
    fill()
    await write({ F: 'false' })
    expect(text()).toMatch(/^# ours\nF=false\n/)
    expect(readdirSync(folder).filter((name) => !name.endsWith('.env'))).toEqual(['ballast'])
  })

  it('on a full disk a longer file stays as it was, and nothing is left beside it', async () => {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
    writeFileSync(file, LONG)
    fill()
    await expect(write({ F: 'true' })).rejects.toMatchObject({
      code: 'unreachable',
      message: `the disk of ${file} is full; the file is as it was`,
    })
    expect(text()).toBe(LONG)
    expect(readdirSync(folder)).toEqual(['ballast', 'web.env'])
  })

  it('on a full disk a longer file is written while both texts lie where the journals are', async () => {
    const journals = join(folder, '.rollout')
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
    writeFileSync(file, LONG)
    mkdirSync(journals)
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', journals)
    fill()
    await write({ F: 'true' })
    expect(text()).toMatch(/^F=true$/m)
    await write({ F: 'false' })
    expect([text().length > 4096, readdirSync(journals), readdirSync(folder)]).toEqual([true, [], ['.rollout', 'ballast', 'web.env']])
    expect(await read(['F'])).toEqual({ F: 'false' })
  })

  it('a file that is mounted into a folder of a read-only disk is written in the room it has', async () => {
    const host = mkdtempSync(join(tmpdir(), 'rollout-host-'))
    const outside = join(host, 'web.env')
    writeFileSync(outside, 'F=10%\n')
    mount('-t', 'tmpfs', 'tmpfs', folder)
    writeFileSync(file, '')
    mount('--bind', outside, file)
    execFileSync('mount', ['-o', 'remount,ro', folder])
    await write({ F: 'false' })
    expect(readFileSync(outside, 'utf8')).toBe('F=false\n# rollout:1 of:shop/1a2b\n')
    rmSync(host, { recursive: true })
  })

  it('a file that is mounted by itself is written in place', async () => {
    const outside = join(folder, 'host.env')
    writeFileSync(outside, '# on the host\nF=false\n# rollout:1\n')
    writeFileSync(file, '')
    mount('--bind', outside, file)
    const { ino } = statSync(file)
    await write({ F: 'true' })
    expect(readFileSync(outside, 'utf8')).toBe('# on the host\nF=true\n# rollout:1 of:shop/1a2b\n')
    expect(statSync(file).ino).toBe(ino)
    expect(readdirSync(folder).toSorted()).toEqual(['host.env', 'web.env'])
  })
})

describe('somebody else', () => {
  const theirs = (n: number): string => `HEAD=1\nTHEIRS=${String(n).padStart(9, '0')}\n${'# filler\n'.repeat(50)}TAIL=1\n`
  const entire = /^HEAD=1\nTHEIRS=\d{9}\n(# filler\n){50}TAIL=1\n(F=(true|10%|25%)\n# rollout:\d of:shop\/1a2b\n)?$/
  const byRename = `fs.writeFileSync(file + '.theirs', body); fs.renameSync(file + '.theirs', file)`
  const inPlace = `const open = fs.openSync(file, 'r+'); fs.writeSync(open, body, 0); fs.closeSync(open)`

  it.each([
    ['all the time, by renaming', byRename, 0, /^written$|was changed by somebody else during each of 5 tries$/],
    ['all the time, in place', inPlace, 0, /^written$|was changed by somebody else during each of 5 tries$/],
    ['now and then', byRename, 500, /^written$/],
  ])('who edits %s, never makes it a mixed file', async (_, edit, pause, outcome) => {
    writeFileSync(file, theirs(0))
    const source = `const fs = require('node:fs'); const file = process.argv[1]
      for (let n = 1; ; n += 1) {
        const body = fs.readFileSync(file, 'utf8').replace(/THEIRS=\\d+/, 'THEIRS=' + String(n).padStart(9, '0'))
        { ${edit} }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${pause})
      }`
    const editor = spawn(process.execPath, ['-e', source, file])
    try {
      await until('the other editor has written', () => text() !== theirs(0), { every: 5 })
      for (let epoch = 1; epoch <= 5; epoch += 1) {
        // As long as each other: who writes a shorter text in place and cuts nothing off makes a mixed file alone.
        const said = await write({ F: epoch % 2 ? '10%' : '25%' }, epoch).then(
          () => 'written',
          (thrown: Error) => thrown.message,
        )
        expect(said).toMatch(outcome)
        expect(text()).toMatch(entire)
      }
    } finally {
      editor.kill('SIGKILL')
      await new Promise((done) => editor.once('close', done))
    }
    await write({ F: 'true' }, 9)
    expect(text()).toMatch(entire)
    expect(text()).toContain('F=true\n# rollout:9 of:shop/1a2b\n')
  })

  const marked = { identity: { name: 'shop', lineage: '1a2b' }, isMarked: true }
  const writeMarked = async (words: Record<string, string>, epoch: number): Promise<void> =>
    envFile.write(await options(), words, lend(folder, { epoch, ...marked }))

  it.each([
    ['from the beginning', '>', 'A=1\nF=10%\n# rollout:1 of:shop/1a2b\nB=2\n'],
    ['at the end', '>>', 'A=0\nF=10%\n# rollout:1 of:shop/1a2b\nA=1\nF=10%\n# rollout:1 of:shop/1a2b\nB=2\n'],
  ])('who is just writing it %s is waited for, and loses nothing', async (_, how, theirs) => {
    writeFileSync(file, 'A=0\nF=10%\n# rollout:1 of:shop/1a2b\n')
    const script = `exec 3${how} web.env; echo A=1 >&3; echo begun; read go; printf 'F=10%%\\n# rollout:1 of:shop/1a2b\\n' >&3; echo B=2 >&3`
    const writer = spawn('sh', ['-c', script], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((done) => writer.stdout.once('data', done))
    const before = text()
    await expect(write({ F: 'false' }, 2)).rejects.toMatchObject({
      code: 'conflict',
      message: `pid ${writer.pid} (sh) has ${file} open for writing`,
    })
    expect(text()).toBe(before)
    const late = write({ F: 'false' }, 3)
    writer.stdin.end('go\n')
    await new Promise((done) => writer.once('close', done))
    await late
    expect(text()).toBe(theirs.replaceAll('F=10%', 'F=false').replaceAll('rollout:1', 'rollout:3'))
  })

  it.each([
    ['', 'has lost F and the mark of this rollout'],
    ['A=1\n', 'has lost F and the mark of this rollout'],
    ['A=1\nF="10', 'has lost the mark of this rollout, and F on line 2 opens a quote that nothing closes'],
    [
      'A=1\nF=10%\n# rollout:9 of:cart/ff\nB',
      'has lost the mark of this rollout, and line 4 is no NAME=value and has no end: it may be cut off',
    ],
  ])('who has left %j of it is not overwritten, and neither is what they add', async (half, lost) => {
    writeFileSync(file, half)
    await expect(writeMarked({ F: 'false' }, 2)).rejects.toMatchObject({
      code: 'conflict',
      message: `${file} ${lost}: somebody may be writing it just now`,
    })
    expect(text()).toBe(half)
    const late = writeMarked({ F: 'false' }, 2)
    writeFileSync(file, 'A=1\nF=10%\nB=2\n')
    await late
    expect(text()).toBe('A=1\nF=false\nB=2\n# rollout:2 of:shop/1a2b\n')
  })

  it('who has it open and never writes does not keep a break-glass from it', async () => {
    writeFileSync(file, 'A=1\nF=10%\n')
    const holder = spawn('sh', ['-c', 'exec 3>> web.env; echo begun; read go'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((done) => holder.stdout.once('data', done))
    await write({ F: 'false' }, TOMBSTONE)
    holder.stdin.end()
    expect(text()).toContain('A=1\nF=false\n')
  })

  it('with a newer change is not overwritten by an older one', async () => {
    writeFileSync(file, 'F=false\n# rollout:42 of:shop/1a2b\n')
    await expect(write({ F: '50%' }, 41, { reload })).rejects.toMatchObject({
      code: 'conflict',
      message: `${file} holds change #42, which is newer than #41`,
      problems: [{ hint: expect.stringContaining('remove the line "# rollout:42 of:shop/1a2b"') }],
    })
    expect([text(), reloads()]).toEqual(['F=false\n# rollout:42 of:shop/1a2b\n', 0])
  })
})

describe('writing', () => {
  it('creates a file where that was asked for', async () => {
    expect(await read(['F'], { create: true })).toEqual({ F: undefined })
    await write({ F: 'true' }, 3, { create: true })
    expect(text()).toBe('F=true\n# rollout:3 of:shop/1a2b\n')
  })

  it('keeps everything else: BOM, CRLF, comments, quotes, export, an open end', async () => {
    writeFileSync(file, '\ufeff# shop\r\nexport F="false" # soaking\r\n\r\nSECRET=\'a=b\'\r\nF = false\r\nLAST=1')
    await write({ F: '0.1%', G: 'true' }, 5)
    expect(text()).toBe(
      '\ufeff# shop\r\nexport F="0.1%" # soaking\r\n\r\nSECRET=\'a=b\'\r\nF = 0.1%\r\nLAST=1\r\nG=true\r\n# rollout:5 of:shop/1a2b',
    )
    expect(await read(['F', 'G', 'H'])).toEqual({ F: '0.1%', G: 'true', H: undefined })
  })

  it('writes through a link, keeping mode and owner of the real file', async () => {
    mkdirSync(join(folder, 'shared'))
    const real = join(folder, 'shared', 'real.env')
    writeFileSync(real, 'F=false\n')
    chmodSync(real, 0o640)
    if (isRoot) chownSync(real, 1234, 1235)
    symlinkSync('shared/real.env', file)
    await write({ F: 'true' })
    const { mode, uid, gid } = statSync(real)
    expect([readFileSync(real, 'utf8'), lstatSync(file).isSymbolicLink(), mode & 0o7777]).toEqual([
      'F=true\n# rollout:1 of:shop/1a2b\n',
      true,
      0o640,
    ])
    if (isRoot) expect([uid, gid]).toEqual([1234, 1235])
    expect(readdirSync(join(folder, 'shared'))).toEqual(['real.env'])
  })

  it('is one rename: whoever has the old file open keeps all of it', async () => {
    writeFileSync(file, 'F=false\n')
    const old = openSync(file, 'r')
    await write({ F: 'true' })
    expect([text(), readFileSync(old, 'utf8')]).toEqual(['F=true\n# rollout:1 of:shop/1a2b\n', 'F=false\n'])
    closeSync(old)
  })

  it('touches nothing when all is there', async () => {
    writeFileSync(file, 'F=true\n# rollout:1 of:shop/1a2b\n')
    const before = statSync(file)
    await write({ F: 'true' })
    expect([statSync(file).ino, statSync(file).mtimeMs]).toEqual([before.ino, before.mtimeMs])
  })
})

describe('reload', () => {
  beforeEach(() => writeFileSync(file, 'F=false\n'))

  it('runs once, after the words are in the file; the same words again need none', async () => {
    await write({ F: 'true' }, 1, { reload })
    expect(readFileSync(join(folder, 'reloads'), 'utf8')).toBe('F=true\n# rollout:1 of:shop/1a2b\n--\n')
    const { ino } = statSync(file)
    await write({ F: 'true' }, 1, { reload })
    expect([reloads(), statSync(file).ino]).toEqual([1, ino])
    await write({ F: 'true' }, 2, { reload })
    expect([reloads(), text()]).toEqual([1, expect.stringMatching(/^F=true\n# rollout:2 of:shop\/1a2b reloaded:[0-9a-f]{8}\n$/)])
  })

  it('is made good after a crash between the file and the command', async () => {
    await write({ F: 'true' }, 1, { reload })
    // What kill -9 leaves behind: the new words, and the digest of the old.
    writeFileSync(file, text().replace('F=true', 'F=10%').replace('rollout:1', 'rollout:2'))
    await write({ F: '10%' }, 2, { reload })
    expect(reloads()).toBe(2)
  })

  it('is made good after a hand edit that nobody reloaded', async () => {
    await write({ F: 'true' }, 1, { reload })
    writeFileSync(file, text().replace('F=true', 'F=false'))
    await write({ F: 'false' }, 2, { reload })
    expect(reloads()).toBe(2)
  })

  it('is tried again after it failed; its last words are in the refusal', async () => {
    const failing = ['sh', '-c', 'echo x >> tried; echo "unit shop is not active" >&2; exit 4']
    await expect(write({ F: 'true' }, 1, { reload: failing })).rejects.toMatchObject({
      code: 'unreachable',
      message: 'sh exited with 4: unit shop is not active',
    })
    expect(await read(['F'])).toEqual({ F: 'true' })
    await expect(write({ F: 'true' }, 1, { reload: failing })).rejects.toThrow('exited with 4')
    expect(readFileSync(join(folder, 'tried'), 'utf8')).toBe('x\nx\n')
    await write({ F: 'true' }, 1, { reload })
    expect(reloads()).toBe(1)
  })

  it.each([
    ['did not end in time', { reload: ['sh', '-c', 'cat web.env >> reloads; echo "--" >> reloads; sleep 30'], timeout: '3s' }],
    ['was killed', { reload: ['sh', '-c', 'cat web.env >> reloads; echo "--" >> reloads; kill -9 $$'] }],
  ])('that %s leaves one owed to the words from before, which were reloaded once', async (_, over) => {
    await write({ F: 'false' }, 1, { reload })
    await expect(write({ F: 'true' }, 2, over)).rejects.toThrow()
    await write({ F: 'false' }, 3, { reload })
    expect(reloads()).toBe(3)
    expect(readFileSync(join(folder, 'reloads'), 'utf8')).toMatch(/F=false\n# rollout:3 of:shop\/1a2b\n--\n$/)
  })

  it('is owed after a hand edit of words that were reloaded once', async () => {
    await write({ F: 'false' }, 1, { reload })
    writeFileSync(file, text().replace('F=false', 'F=true'))
    await write({ F: 'false' }, 2, { reload })
    expect([reloads(), text()]).toEqual([2, expect.stringMatching(/^F=false\n# rollout:2 of:shop\/1a2b reloaded:/)])
  })

  it('is owed where an older copy of the file is put back, whose words were reloaded once', async () => {
    await write({ F: 'false' }, 1, { reload })
    const copy = text()
    await write({ F: 'true' }, 2, { reload })
    writeFileSync(file, copy)
    const again = async (): Promise<void> =>
      envFile.write(await options({ reload }), { F: 'false' }, lend(folder, { epoch: 3, isNews: true }))
    await again()
    expect(reloads()).toBe(3)
    await again()
    expect(reloads()).toBe(3)
  })

  it('runs again when somebody has put the words back while it ran', async () => {
    const rude = ['sh', '-c', `${reload[2]}; test -e once || { touch once; sed -i s/F=.*/F=false/ web.env; }`]
    await write({ F: 'true' }, 1, { reload: rude })
    expect([reloads(), text()]).toEqual([2, expect.stringMatching(/^F=true\n# rollout:1 of:shop\/1a2b reloaded:/)])
  })

  it('that a newer change has overtaken is followed by one for the newer, which stays owed', async () => {
    const slow = [
      'sh',
      '-c',
      `${reload[2]}; test -e once || { touch once; printf 'F=false\\n# rollout:9 of:shop/1a2b reloaded:00c0ffee\\n' > web.env; }`,
    ]
    await expect(write({ F: 'true' }, 1, { reload: slow })).rejects.toThrow('change #9, which is newer')
    expect([reloads(), text()]).toEqual([2, 'F=false\n# rollout:9 of:shop/1a2b\n'])
    expect(readFileSync(join(folder, 'reloads'), 'utf8')).toMatch(/F=false\n# rollout:9 of:shop\/1a2b\n--\n$/)
  })

  it('has a deadline', async () => {
    await expect(write({ F: 'true' }, 1, { reload: ['sleep', '30'], timeout: '200ms' })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('does not claim a newer change as reloaded', async () => {
    const newer = ['sh', '-c', "printf 'F=false\\n# rollout:9 of:shop/1a2b\\n' > web.env"]
    await expect(write({ F: 'true' }, 1, { reload: newer })).rejects.toThrow('change #9, which is newer')
    expect(text()).toBe('F=false\n# rollout:9 of:shop/1a2b\n')
  })

  it('sees only the variables it was promised', async () => {
    const loan = lend(folder, { env: { PATH: process.env['PATH'], SECRET: 'no', WANTED: 'yes' } })
    await envFile.write(await options({ reload: ['sh', '-c', 'env > seen'], pass: ['WANTED'] }), { F: 'true' }, loan)
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toMatch(/WANTED=yes/)
    expect(readFileSync(join(folder, 'seen'), 'utf8')).not.toMatch(/SECRET/)
  })
})

describe('verify', () => {
  let server: Server
  let answer: () => { status?: number; body: string; headers?: Record<string, string> }
  let url = ''
  let asked: string | undefined
  beforeEach(async () => {
    writeFileSync(file, 'F=false\n')
    server = createServer((request, response) => {
      asked = request.headers['cache-control']
      const { status = 200, body, headers = {} } = answer()
      response.writeHead(status, headers).end(body)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/toggles`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it.each([
    ['the old word', { body: '{"F":"false"}' }, 'the application runs with F=false instead of true'],
    ['nothing', { body: '{}' }, /does not say what it runs with: .* does not name F$/],
    ['a number', { body: '{"F":1}' }, /does not name F$/],
    ['null', { body: '{"F":null}' }, /does not name F$/],
    ['another toggle', { body: '{"G":"true"}' }, /does not name F$/],
    ['no toggles', { body: '{"toggles":{},"F":"true"}' }, /does not name F$/],
    ['the toggle twice', { body: '{"F":"false","F":"true"}' }, /names "F" twice$/],
    ['an error', { status: 503, body: 'down' }, /does not say what it runs with: .* answered 503/],
    ['HTML', { body: '<html>' }, /did not answer with words/],
    ['what a cache knew', { body: '{"F":"true"}', headers: { age: '60' } }, /was answered by a cache, from 60 s ago$/],
    ['what a cache has just asked for', { body: '{"F":"true"}', headers: { age: '0' } }, ''],
    ['a list', { body: '["F"]' }, /did not answer with words/],
    ['escape sequences', { body: '{"F":"\\u001b[31mtrue"}' }, ''],
  ])('an application that answers with %s', async (_, reply, message) => {
    answer = () => reply
    const work = write({ F: 'true' }, 1, { verify: url, timeout: '1s' })
    if (message === '') await work
    else
      await expect(work).rejects.toMatchObject({
        code: 'partial',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      })
  })

  it('waits until the application has the words, in whatever shape it says so', async () => {
    const answers = ['{"F":"false"}', '{"F":"false","uptime":3}', '{"toggles":{"F":true}}']
    answer = () => ({ body: (answers.length > 1 ? answers.shift() : answers[0]) ?? '' })
    await write({ F: 'true' }, 1, { verify: url })
    expect(answers).toEqual(['{"toggles":{"F":true}}'])
    // No cache on the way is asked for what it knows.
    expect(asked).toBe('no-cache')
  })

  it('is not agreed with while one of three instances behind the address runs with something else', async () => {
    const connections = new Set<unknown>()
    server.on('connection', (socket) => connections.add(socket))
    let looks = 0
    let isOld = true
    answer = () => ({ body: JSON.stringify({ F: (looks += 1) % 3 === 0 && isOld ? 'false' : 'true' }) })
    await expect(write({ F: 'true' }, 1, { verify: url, timeout: '1s' })).rejects.toThrow('runs with F=false instead of true')
    // As many connections as looks: a balancer sends each where it likes.
    expect(connections.size).toBe(looks)
    isOld = false
    await write({ F: 'true' }, 1, { verify: url, timeout: '1s' })
  })

  it('is asked where the server closes a connection that it said nothing about', async () => {
    const terse = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"F":"true"}')
        setTimeout(() => socket.destroy(), 40)
      })
    })
    await new Promise<void>((done) => terse.listen(0, '127.0.0.1', done))
    const { port } = terse.address() as AddressInfo
    await write({ F: 'true' }, 1, { verify: `http://127.0.0.1:${port}/`, timeout: '1s' })
    expect(await read(['F'], { verify: `http://127.0.0.1:${port}/` })).toEqual({ F: 'true' })
    terse.close()
  })

  it('does not ask whom the words are for: the SDK reports words alone', async () => {
    const toggles = openToggles({ env: {}, file, every: 10, onProblem: (message) => expect(message).toBe('') })
    answer = () => ({ body: JSON.stringify(toggles.report()) })
    const lists = { F_DENY: 'eve', ROLLOUT_SEGMENT_STAFF: 'email:ends:@example.com', F_USERS: 'ada' }
    await write({ ...lists, F: '10%;seg=staff' }, 1, { verify: url })
    expect([toggles.isEnabled('F', 'ada'), toggles.isEnabled('F', 'x', { email: 'x@example.com' })]).toEqual([true, true])
    await write({ F: 'false', F_USERS: '', F_DENY: '', ROLLOUT_SEGMENT_STAFF: '' }, 2, { verify: url })
    expect([toggles.isEnabled('F', 'ada'), toggles.isEnabled('F', 'x', { email: 'x@example.com' })]).toEqual([false, false])
    toggles.close()
    answer = () => ({ body: '{"F":"true","F_USERS":"linus"}' })
    await expect(write({ F: 'true', F_USERS: 'ada' }, 3, { verify: url, timeout: '2s' })).rejects.toThrow('F_USERS=linus instead of ada')
  })

  it('reads back what the application runs with, not what the file says', async () => {
    answer = () => ({ body: '{"F":"10%"}' })
    writeFileSync(file, 'F=false\nF_USERS=ada\n')
    expect(await read(['F', 'F_USERS', 'G'], { verify: url })).toEqual({ F: '10%', F_USERS: 'ada', G: undefined })
  })

  it.each(['{}', '{"F":1}', '{"F":null}', '{"G":"false"}', '[]', 'false'])(
    'an application that answers %s has not agreed when it is read',
    async (body) => {
      answer = () => ({ body })
      await expect(read(['F'], { verify: url })).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/does not name F$|did not answer with words/),
      })
    },
  )

  it('reloads an application that runs with something else, although it was told', async () => {
    answer = () => ({ body: JSON.stringify({ F: reloads() >= 2 ? 'true' : 'false' }) })
    await expect(write({ F: 'true' }, 1, { reload, verify: url, timeout: '3s' })).rejects.toThrow('instead of true')
    await write({ F: 'true' }, 1, { reload, verify: url })
    expect(reloads()).toBe(2)
    await write({ F: 'true' }, 1, { reload, verify: url })
    expect(reloads()).toBe(2)
  })

  it('ends when the signal does', async () => {
    answer = () => ({ body: '{}' })
    const loan = lend(folder, { signal: AbortSignal.timeout(150) })
    await expect(envFile.write(await options({ verify: url }), { F: 'true' }, loan)).rejects.toMatchObject({
      name: expect.stringMatching(/TimeoutError|AbortError/),
    })
  })
})

describe('by hand', () => {
  it('is what a shell understands, and does the same', async () => {
    mkdirSync(join(folder, 'it is'))
    const real = join(folder, 'it is', "bob's.env")
    writeFileSync(real, '# F=old\nexport F="false"\nFF=1\nG=true\n')
    symlinkSync("it is/bob's.env", file)
    const given = await options({ path: "it is/bob's.env", reload: ['sh', '-c', 'echo "ran $0" > ran', 'a b'] })
    const lines = envFile.byHand(given, { F: '0.1%', G: '10%;key=a/b' }, { epoch: 42 })
    expect(lines).toHaveLength(2)
    for (const line of lines) execFileSync('sh', ['-c', line], { cwd: folder })
    expect(readFileSync(real, 'utf8')).toBe('# F=old\nexport F=0.1%\nFF=1\nG="10%;key=a/b"\n')
    expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe('ran a b\n')
  })

  it.each([
    ['blanks beside the name', ' FEATURE_X\t= 10%\n', 'FEATURE_X=false\n'],
    ['export and a tab', 'export\tFEATURE_X=10%\nFEATURE_X=50%\n', 'export\tFEATURE_X=false\nFEATURE_X=false\n'],
    ['a variable that is gone', 'A=1\n', 'A=1\n\nFEATURE_X=false\n'],
    [
      'a variable that is gone, and a last line without an end',
      'MY_FEATURE_X=1\n#FEATURE_X=1',
      'MY_FEATURE_X=1\n#FEATURE_X=1\nFEATURE_X=false\n',
    ],
    ['an empty file', '', '\nFEATURE_X=false\n'],
    ['blanks that a shell does not allow', 'export FEATURE_X = 10%\n', 'export FEATURE_X=false\n', 'sh'],
    ['export that systemd does not know', 'export FEATURE_X=10%\n', 'FEATURE_X=false\n', 'systemd'],
    ['the line behind a byte-order mark', '\ufeffFEATURE_X=10%\r\nA=\ufeff\r\n', 'FEATURE_X=false\nA=\ufeff\r\n'],
    ['quotes that docker keeps', 'FEATURE_X="10%"\n', 'FEATURE_X=false\n', 'docker'],
  ])('reaches %s', async (_, before, after, dialect = 'any') => {
    writeFileSync(file, before)
    const [line = ''] = envFile.byHand(await options({ dialect }), { FEATURE_X: 'false' }, { epoch: 42 })
    execFileSync('sh', ['-c', line], { cwd: folder })
    expect([text(), await read(['FEATURE_X'], { dialect })]).toEqual([after, { FEATURE_X: 'false' }])
  })

  it('is short when it can be', async () => {
    const given = await options({ path: 'deploy/web.env', reload: ['systemctl', 'reload', 'shop'] })
    expect(envFile.byHand(given, { FEATURE_X: 'false' }, { epoch: 42 })).toEqual([
      `sed -E -e "1s/^$(printf '\\357\\273\\277')//" -e 's|^[[:blank:]]*(export[[:blank:]]+)?FEATURE_X[[:blank:]]*=.*|\\1FEATURE_X=false|' deploy/web.env > deploy/web.env.new && cat deploy/web.env.new > deploy/web.env && rm deploy/web.env.new && for each in FEATURE_X=false; do grep -Eq "^[[:blank:]]*(export[[:blank:]]+)?\${each%%=*}[[:blank:]]*=" deploy/web.env || printf '\\n%s\\n' "$each" >> deploy/web.env; done`,
      'systemctl reload shop',
    ])
  })
})

describe('options', () => {
  it.each([
    ['../other.env', false, 1],
    ['../other.env', true, 0],
    ['deploy/web.env', false, 0],
  ])('a path out of the folder is an error of the plan: %s, allowed: %s', async (path, allowOutside, count) => {
    expect(envFile.check?.(await checked(envFile, { path, allowOutside }), { folder: '/srv/shop' })).toHaveLength(count)
  })

  it.each([
    [{ path: '' }, 'path'],
    [{ path: 'a', reload: 'systemctl reload shop' }, 'reload'],
    [{ path: 'a', reload: [] }, 'reload'],
    [{ path: 'a', reload: ['a\0b'] }, 'reload'],
    [{ path: 'a', verify: 'ftp://x' }, 'verify'],
    [{ path: 'a', timeout: 10 }, 'timeout'],
    [{ path: 'a', timeout: '0s' }, 'timeout'],
    [{ path: 'a', timeout: '1h' }, 'timeout'],
  ])('%j is refused', async (raw, where) => {
    await expect(checked(envFile, raw)).rejects.toThrow(where)
  })
})
