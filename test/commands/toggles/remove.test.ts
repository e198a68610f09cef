import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Removal } from '../../../src/views/removal.ts'
import { fakeShell, type FakeShell } from '../../helpers/shell.ts'

const PLAN = `version: 1
name: shop
toggles:
  # the search
  FEATURE_X: { targets: [web] }
  FEATURE_Y: { targets: [web], words: { on: "1", off: "0" } }
targets: { web: { use: env-file, path: web.env } }
cleanup: { check: [node, check.mjs], timeout: 10s, asks: [useFlag] }
phases:
  - phases/search.yaml
  - { phase: rest, toggles: [FEATURE_Y], steps: [100%], hold: 0s }
`
const FILES = {
  'rollout.yaml': PLAN,
  'phases/search.yaml': 'phase: search\ntoggles: [FEATURE_X]\nsteps: [100%]\nhold: 0s\n',
  'web.env': 'FEATURE_X=false\nFEATURE_Y=0\n',
  '.gitignore': '.rollout\nnode_modules\n',
  '.env.example': 'A=1\r\nFEATURE_X=false\r\n',
  'check.mjs': `import { readFileSync } from 'node:fs'\nif (readFileSync('src/a.ts', 'utf8').includes('BROKEN')) process.exit(3)\n`,
  'src/a.ts': `import { isEnabled } from 'rolloutctl/sdk'\n\nexport const run = (a: number) => (isEnabled('FEATURE_X') ? a : -a)\n`,
  'src/b.jsx': `\uFEFFimport { useFlag } from './flags'\r\nimport { Old } from './old'\r\n\r\nexport const B = () => <p>{useFlag('FEATURE_X') ? 'new' : <Old />}</p>\r\n`,
  'test/a.test.ts': `process.env.FEATURE_X = 'false'\n`,
}

function git(shell: FakeShell, ...argv: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@example.com', ...argv], { cwd: shell.cwd, encoding: 'utf8' })
}

/** A repository whose rollout is complete, unless it is not started. */
async function shop(files: Readonly<Record<string, string>> = {}, isStarted = true): Promise<FakeShell> {
  const shell = fakeShell({
    files: { ...FILES, ...files },
    env: {
      PATH: process.env['PATH'],
      GIT_AUTHOR_NAME: 'ana',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'ana',
      GIT_COMMITTER_EMAIL: 'a@b',
    },
  })
  git(shell, 'init', '-q', '-b', 'main')
  git(shell, 'add', '.')
  git(shell, 'commit', '-qm', 'x')
  if (isStarted) {
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run('run')).toBe('done')
    git(shell, 'commit', '-qam', 'the targets')
  }
  return shell
}

const read = (shell: FakeShell, path: string): string => readFileSync(join(shell.cwd, path), 'utf8')

describe('rollout toggles remove', () => {
  it('takes the toggle out of code, settings and plan, and names what it leaves', async () => {
    const shell = await shop()
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--json')).toBe('partial')
    const removal = shell.json<Removal>()
    expect(read(shell, 'src/a.ts')).toBe('export const run = (a: number) => a\n')
    expect(read(shell, 'src/b.jsx')).toBe(`\uFEFFexport const B = () => <p>{'new'}</p>\r\n`)
    expect(read(shell, '.env.example')).toBe('A=1\r\n')
    expect(read(shell, 'rollout.yaml')).toBe(PLAN.replace('  FEATURE_X: { targets: [web] }\n', '').replace('  - phases/search.yaml\n', ''))
    expect(existsSync(join(shell.cwd, 'phases/search.yaml'))).toBe(false)
    expect(removal.left.map(({ file, line, why }) => `${file}:${line} ${why}`)).toEqual([
      'web.env:1 a target writes it: the line may go once nothing that runs asks for it',
    ])
    expect(removal.tests.map(({ file, line }) => `${file}:${line}`)).toEqual(['test/a.test.ts:1'])
    expect(removal).toMatchObject({ toggle: 'FEATURE_X', keep: 'on', applied: true, check: ['node', 'check.mjs'] })
    expect(await shell.run('check', 'config')).toBe('done')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('usage')
  })

  it('prints a patch that git applies, and writes nothing', async () => {
    const shell = await shop()
    await shell.run('toggles', 'remove', 'FEATURE_X', '--dry-run')
    expect(git(shell, 'status', '--porcelain')).toBe('')
    const { out } = shell.printed
    expect(out).toContain('· FEATURE_X would go but for 1 place, on stays: 5 files')
    execFileSync('git', ['apply'], { cwd: shell.cwd, input: out })
    const applied = git(shell, 'diff')
    git(shell, 'checkout', '-q', '.')
    await shell.run('toggles', 'remove', 'FEATURE_X')
    expect(git(shell, 'diff')).toBe(applied)
  })

  it('goes by the words of the plan, and by --keep off', async () => {
    const code = `export const run = (a: number) => (process.env.FEATURE_Y === '1' ? a : -a)\n`
    const shell = await shop({ 'src/a.ts': code })
    await shell.run('toggles', 'remove', 'FEATURE_Y')
    expect(read(shell, 'src/a.ts')).toBe('export const run = (a: number) => a\n')
    const other = await shop({ 'src/a.ts': code }, false)
    expect(await other.run('toggles', 'remove', 'FEATURE_Y')).toBe('conflict')
    expect(other.printed.err).toContain('--keep off gives it up')
    await other.run('toggles', 'remove', 'FEATURE_Y', '--keep', 'off')
    expect(read(other, 'src/a.ts')).toBe('export const run = (a: number) => -a\n')
  })

  it.each<[what: string, check: string, outcome: string, said: string]>([
    [
      'fails without it',
      `if (!readFileSync('src/a.ts', 'utf8').includes('isEnabled')) process.exit(3)`,
      'unhealthy',
      'without FEATURE_X: every file is as it was; tests that name it: test/a.test.ts:1',
    ],
    [
      'hangs without it',
      `if (!readFileSync('src/a.ts', 'utf8').includes('isEnabled')) setInterval(() => {}, 1000)`,
      'timeout',
      'without FEATURE_X: every file is as it was',
    ],
    ['fails already', 'process.exit(3)', 'unhealthy', 'before anything was changed: FEATURE_X stays until it passes'],
  ])('leaves every file as it was where the check %s', async (_, check, outcome, said) => {
    const shell = await shop({
      'check.mjs': `import { readFileSync } from 'node:fs'\n${check}\n`,
      'rollout.yaml': PLAN.replace('10s', '2s'),
    })
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe(outcome)
    expect(shell.printed.err).toContain(said)
    expect(git(shell, 'status', '--porcelain')).toBe('')
    expect(existsSync(join(shell.cwd, 'phases/search.yaml'))).toBe(true)
  })

  it('leaves every file as it was where the plan still needs it', async () => {
    const shell = await shop({ 'rollout.yaml': `${PLAN}contingencies: { stop: { text: Stop it, do: rollback, toggles: [FEATURE_X] } }\n` })
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('config')
    expect(shell.printed.err).toContain('without FEATURE_X the plan is wrong: every file is as it was')
    expect(shell.printed.err).toContain('rollout.yaml:')
    expect(git(shell, 'status', '--porcelain')).toBe('')
  })

  it('refuses a tree that is not committed, or is no repository, unless told', async () => {
    const shell = await shop()
    shell.write('src/a.ts', `${FILES['src/a.ts']}// mine\n`)
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('conflict')
    expect(shell.printed.err).toContain('not committed: src/a.ts')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--allow-dirty')).toBe('partial')
    expect(read(shell, 'src/a.ts')).toContain('// mine')
    const bare = fakeShell({ files: FILES })
    expect(await bare.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off')).toBe('conflict')
    expect(bare.printed.err).toContain('is no git repository')
  })

  it('refuses a file that was never committed where it would change, and no other', async () => {
    const shell = await shop()
    shell.write('notes.txt', 'mine\n')
    shell.write('src/new/a.ts', FILES['src/a.ts'])
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('conflict')
    expect(shell.printed.err).toContain('not committed: src/new/a.ts')
    expect(read(shell, 'src/new/a.ts')).toBe(FILES['src/a.ts'])
    rmSync(join(shell.cwd, 'src/new/a.ts'))
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('partial')
  })

  it('commits what it changed, and nothing else, on a branch, and pushes it', async () => {
    const shell = await shop()
    const origin = fakeShell()
    git(origin, 'init', '-q', '--bare')
    git(shell, 'remote', 'add', 'origin', origin.cwd)
    shell.write('check.mjs', FILES['check.mjs'].replace('BROKEN', 'OTHER'))
    expect(
      await shell.run(
        'toggles',
        'remove',
        'FEATURE_X',
        '--allow-dirty',
        '--branch',
        'without-x',
        '--pull-request',
        '--reason',
        'all have it',
      ),
    ).toBe('partial')
    expect(git(shell, 'branch', '--show-current')).toBe('without-x\n')
    expect(git(shell, 'log', '-1', '--format=%B')).toBe('Remove FEATURE_X\n\nall have it\n\n')
    expect(git(shell, 'status', '--porcelain')).toBe(' M check.mjs\n')
    expect(git(origin, 'rev-parse', 'without-x')).toBe(git(shell, 'rev-parse', 'HEAD'))
    git(shell, 'checkout', '-q', '.')
    git(shell, 'switch', '-q', 'main')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--branch', 'without-x')).toBe('usage')
    expect(shell.printed.err).toContain('there is a branch without-x already')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--branch', 'a b')).toBe('usage')
    expect(shell.printed.err).toContain('"a b" is no name of a branch')
    expect(git(shell, 'status', '--porcelain')).toBe('')
  })

  it('is as before where git does not commit it, and committed where it is not pushed', async () => {
    const shell = await shop()
    shell.write('.git/hooks/pre-commit', '#!/bin/sh\necho not today >&2\nexit 1\n')
    chmodSync(join(shell.cwd, '.git/hooks/pre-commit'), 0o755)
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--branch', 'without-x')).toBe('conflict')
    expect(shell.printed.err).toContain('git does not commit it: git exited with 1: not today')
    expect(git(shell, 'status', '--porcelain')).toBe('')
    expect(git(shell, 'branch')).toBe('* main\n')
    rmSync(join(shell.cwd, '.git/hooks/pre-commit'))
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--branch', 'without-x', '--pull-request')).toBe('unreachable')
    expect(shell.printed.err).toContain('it is committed on without-x, which was not pushed')
    expect(git(shell, 'status', '--porcelain')).toBe('')
  })

  it('says what does not parse or is not read, and leaves it', async () => {
    const shell = await shop({ 'src/bad.ts': `const = isEnabled('FEATURE_X')\n`, 'src/c.py': `import os\nx = os.getenv("FEATURE_X")\n` })
    shell.write('src/huge.js', '')
    truncateSync(join(shell.cwd, 'src/huge.js'), 65 << 20)
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--dry-run')).toBe('partial')
    expect(shell.printed.out).toMatch(/^· FEATURE_X would go but for 5 places, on stays: /m)
    expect(shell.printed.out).toMatch(/src\/huge\.js:1:1 +it is larger than 64 MB/)
    expect(shell.printed.out).toMatch(/src\/bad\.ts:1:20 +Unexpected token/)
    expect(shell.printed.out).toMatch(/src\/c\.py:2:16 +it is passed on, or asked in a way that is not understood/)
  })

  it('leaves a file that is not UTF-8 as it is', async () => {
    const shell = await shop()
    const bytes = Buffer.from(`const place = 'caf\xe9'\nif (process.env.FEATURE_X === 'true') go(place)\n`, 'latin1')
    writeFileSync(join(shell.cwd, 'src/latin.js'), bytes)
    git(shell, 'add', '.')
    git(shell, 'commit', '-qm', 'latin')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X')).toBe('partial')
    expect(readFileSync(join(shell.cwd, 'src/latin.js'))).toEqual(bytes)
    expect(shell.printed.out).toMatch(/src\/latin\.js:2:17 +its file is not UTF-8/)
  })

  it('knows the plan and the files of targets through a link to their folder', async () => {
    const shell = await shop()
    const link = join(fakeShell().cwd, 'link')
    symlinkSync(shell.cwd, link)
    const before = read(shell, 'web.env')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '-f', join(link, 'rollout.yaml'), '--branch', 'without-x', '--json')).toBe(
      'partial',
    )
    expect(shell.json<Removal>().files.map(({ file }) => file)).toContain('phases/search.yaml')
    expect(read(shell, 'web.env')).toBe(before)
    expect(git(shell, 'status', '--porcelain')).toBe('')
  })

  it('is typed with a toggle, and its flags belong to it', async () => {
    const shell = await shop({}, false)
    expect(await shell.run('toggles', 'remove')).toBe('usage')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--pull-request')).toBe('usage')
    expect(shell.printed.err).toContain('--pull-request needs --branch')
    expect(await shell.run('toggles', 'references', '--keep', 'off')).toBe('usage')
    expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'half')).toBe('usage')
  })
})
