import { describe, expect, it } from 'vitest'
import { describeOption, spelling, type OptionTable, type Row } from '../../src/commands/option.ts'
import { PEERS } from '../../src/commands/peers.ts'
import { GLOBAL, VERBS } from '../../src/commands/table.ts'
import { GATES } from '../../src/core/policy/gates.ts'
import { fakeShell } from '../helpers/shell.ts'

const rows: readonly (readonly [string, Row])[] = Object.entries(VERBS)

describe.each(rows)('%s', (verb, { options, oneOf = [] }) => {
  const known: OptionTable = { ...options, ...GLOBAL }

  it('relates only to what there is, and hides no flag that every verb takes', () => {
    const related = [...oneOf, ...Object.values(options).flatMap(({ needs = [], not = [] }) => [...needs, ...not])]
    expect(related.filter((name) => !Object.hasOwn(known, name))).toEqual([])
    expect(Object.keys(options).filter((name) => Object.hasOwn(GLOBAL, name))).toEqual([])
    const behind = Object.values(options).flatMap((each) => each.behind ?? [])
    const words = options['verb']?.is === 'text' ? (options['verb'].choices ?? []) : []
    expect(behind.filter((word) => !words.includes(word))).toEqual([])
  })

  it('says in its help every flag, its relations too', async () => {
    const shell = fakeShell()
    expect(await shell.run(verb, '--help')).toBe('done')
    const help = shell.printed.out.replaceAll(/\s+/g, ' ')
    for (const [name, option] of Object.entries(known)) {
      expect(help).toContain(option.argument ? name : spelling(name, option))
      expect(help).toContain(describeOption(name, known, oneOf).replaceAll(/\s+/g, ' '))
    }
  })
})

it('has the gates of the policy', () => {
  expect(VERBS.advance.options.override.choices).toEqual(GATES)
})

it.each(Object.entries(PEERS))('%s, the word of another tool, is answered with ours, and nothing is done', async (word, lines) => {
  const shell = fakeShell()
  expect(Object.hasOwn(VERBS, word)).toBe(false)
  expect(await shell.run(word, '--all', 'x')).toBe('usage')
  expect(shell.printed).toEqual({ out: '', err: expect.stringContaining(lines.map((line) => `rollout ${line}`).join(', or ')) })
})
