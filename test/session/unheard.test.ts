import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { barePlan, lose, outcomeOf, planned, type, wordOf } from '../helpers/marked.ts'
import type { FakeShell } from '../helpers/shell.ts'

const KEEPS_NO_MARK = `{ use: command, set: [sh, -c, 'echo "$1" > word', sh, "{{value}}"], get: [cat, word] }`

/** A rollout at its first step whose journal is damaged, taken back without it. */
async function broken(target?: string): Promise<FakeShell> {
  const shell = planned(barePlan(target))
  shell.write('word', 'false\n')
  await type(shell, 'start', 'advance')
  const folder = join(shell.cwd, '.rollout/shop')
  const [, second = ''] = readdirSync(folder)
  chmodSync(join(folder, second), 0o600)
  writeFileSync(join(folder, second), '')
  await type(shell, 'rollback --all --break-glass --reason leak')
  return shell
}

/** Takes away the journals and leaves the note of the break-glass beside them, as who mends the folder by hand does. */
function loseJournal(shell: FakeShell): void {
  const note = noteOf(shell)
  lose(shell)
  shell.write('.rollout/shop.break-glass.json', note)
}

function noteOf(shell: FakeShell): string {
  return readFileSync(join(shell.cwd, '.rollout/shop.break-glass.json'), 'utf8')
}

function isNoted(shell: FakeShell): boolean {
  return existsSync(join(shell.cwd, '.rollout/shop.break-glass.json'))
}

const NOTED = /the break-glass of ana at .*: leak is noted here, and is in no journal that can be read/

describe('a break-glass that no journal knows of', () => {
  it.each([
    ['env-file', undefined, 'unhealthy'],
    ['command', KEEPS_NO_MARK, 'usage'],
  ])('is said beside a journal that is damaged or gone, and nothing begins over it: %s', async (_, target, lost) => {
    const shell = await broken(target)
    expect(await outcomeOf(shell, 'status')).toBe('config')
    expect(shell.printed.err).toMatch(NOTED)
    loseJournal(shell)
    expect(await outcomeOf(shell, 'status')).toBe(lost)
    expect(shell.printed.err).toMatch(NOTED)
    expect(await outcomeOf(shell, 'start --if-needed')).toBe('conflict')
    expect(await outcomeOf(shell, 'advance')).toBe('usage')
    expect(await wordOf(shell)).toBe('false')
  })

  it('of a target that keeps no mark start names who broke it, and the two lines that go on', async () => {
    const shell = await broken(KEEPS_NO_MARK)
    loseJournal(shell)
    for (const line of ['start', 'start --adopt --reason mine']) {
      expect(await outcomeOf(shell, line)).toBe('conflict')
      expect(shell.printed.err).toMatch(NOTED)
    }
    const lines = [...shell.printed.err.matchAll(/rollout ((?:rollback|resume) [^;]*?)(?: looks|\n)/g)].map(([, line = '']) => line)
    expect(lines).toEqual(['rollback --all', 'resume --reason "…"'])
    await type(shell, 'rollback --all', 'resume --reason …', 'advance')
    expect(shell.printed.err).toBe('')
    expect([await wordOf(shell), isNoted(shell)]).toEqual(['10%', false])
  })

  it('is over once what it left is adopted', async () => {
    const shell = await broken()
    loseJournal(shell)
    await type(shell, 'start --adopt --reason mine', 'advance')
    expect([shell.printed.err, isNoted(shell)]).toEqual(['', false])
  })

  it('that is older than what was decided since is asked about by status too, until everything was taken back', async () => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance')
    shell.write('.rollout/shop.break-glass.json', JSON.stringify({ at: shell.clock.now() - 60_000, actor: 'ben' }))
    expect(await outcomeOf(shell, 'status')).toBe('done')
    expect(shell.printed.out).toMatch(/nothing is done about it\.\n.* Is it still to be\? rollout rollback --all takes everything back/)
    await type(shell, 'rollback --all')
    expect(shell.printed.err).toContain('Is it still to be?')
    expect(await outcomeOf(shell, 'status')).toBe('unhealthy')
    expect(shell.printed.out).not.toContain('Is it still to be?')
    await type(shell, 'resume')
    expect([shell.printed.err, isNoted(shell)]).toEqual(['', false])
  })
})
