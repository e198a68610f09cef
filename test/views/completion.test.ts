import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/commands/table.ts'
import { fakeShell } from '../helpers/shell.ts'
import { ownFolder } from '../helpers/folder.ts'

const folder = ownFolder('rollout-completion-')

async function script(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const world = fakeShell()
  await world.run('completion', shell)
  const path = join(folder, shell)
  writeFileSync(path, world.printed.out)
  return path
}

/** What bash offers for the last of the words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const typed = 'COMP_WORDS=(rollout "$@"); COMP_CWORD=$#; _rollout; printf "%s\\n" "${COMPREPLY[@]}"'
  const { stdout } = spawnSync('bash', ['-c', `source ${await script('bash')}; ${typed}`, 'bash', ...words], { encoding: 'utf8' })
  return stdout.split('\n').filter((word) => word !== '')
}

describe('what bash completes', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [['st'], ['start', 'status', 'state']],
    [
      ['docs', '--format', ''],
      ['markdown', 'html'],
    ],
    [['history', '--format', ''], ['cdevents']],
    [['toggles', '--format', ''], ['markdown']],
    [
      ['toggles', 're'],
      ['references', 'remove'],
    ],
    [['check', 'm'], ['metrics']],
    [['completion', 'z'], ['zsh']],
    // What follows a flag of every verb is its value, also where it is a verb's name.
    [['-e', 'run', 'status', '--w'], ['--watch']],
    [
      ['--json', 'st'],
      ['start', 'status', 'state'],
    ],
    [['--json', 'list', '--al'], ['--all']],
  ])('%j', async (words, expected) => expect(await offered(...words)).toEqual(expected))
})

it.each(['bash', 'zsh', 'fish'] as const)('the script for %s has every verb in it', async (shell) => {
  const text = readFileSync(await script(shell), 'utf8')
  for (const verb of Object.keys(VERBS)) expect(text).toMatch(new RegExp(`\\b${verb}\\b`))
})
