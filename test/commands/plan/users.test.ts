import { describe, expect, it } from 'vitest'
import { bucketOf } from '../../../src/core/toggle/bucket.ts'
import type { PlanReport } from '../../../src/core/report/plan-report.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, type FakeShell } from '../../helpers/shell.ts'

const TWO = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web], segments: [nordic], allow: [ada], deny: [eve] }
  FEATURE_Y: { targets: [web] }
segments: { nordic: { where: { country: { in: [se, no] } } } }
targets: { web: { use: env-file, path: web.env } }
phases: [{ phase: core, toggles: [FEATURE_X, FEATURE_Y], order: together, steps: [0.1%, 10%, 100%], hold: 1m }]
`

function shellOf(users: string | Uint8Array, plan = TWO): FakeShell {
  const files = { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\n' }
  const shell = fakeShell({ files })
  shell.write('users', users)
  return shell
}

describe('plan --users', () => {
  it('says who joins with each step, and on whom toggles meet', async () => {
    const ids = Array.from({ length: 20_000 }, (_, nth) => `id-${nth}`)
    const shell = shellOf(['ada', 'eve', ...ids, 'ada', ''].join('\n'))
    expect(await shell.run('plan', '--users', 'users', '--json')).toBe('done')
    const { users, joining = [] } = shell.json<PlanReport>()
    const below = (toggle: string, to: number): readonly string[] => ids.filter((id) => bucketOf(toggle, id) < Math.ceil(to * 2 ** 32))
    const meet = below('FEATURE_X', 0.1).filter((id) => below('FEATURE_Y', 0.1).includes(id)).length
    expect(users).toBe(20_002)
    expect(joining.map(({ step }) => step)).toEqual([0, 1, 2])
    expect(joining[0]?.toggles[0]).toEqual({
      toggle: 'FEATURE_X',
      joins: below('FEATURE_X', 0.001).length + 1,
      on: below('FEATURE_X', 0.001).length + 1,
    })
    expect(joining[0]?.who.slice(0, 1)).toEqual(['ada'])
    expect(joining[1]?.overlaps[0]).toMatchObject({
      toggles: ['FEATURE_X', 'FEATURE_Y'],
      both: meet + (bucketOf('FEATURE_Y', 'ada') < 0.1 * 2 ** 32 ? 1 : 0),
    })
    expect(joining[1]?.overlaps[0]?.expected).toBeCloseTo(200, -2)
    // At 100 % everybody has it but eve.
    expect(joining[2]?.toggles.map(({ on }) => on)).toEqual([20_001, 20_002])
    expect(joining[2]?.overlaps).toEqual([])
    expect(shell.printed.err).toContain('1 ids are written twice')
    await shell.run('plan', '--users', 'users')
    expect(shell.printed.out).toContain('Of 20,002 users:')
    expect(shell.printed.out).toMatch(/at step 2 FEATURE_X and FEATURE_Y meet on \d+ users \(\d+ by chance\)/)
    expect(shell.printed.out).toContain('! step 1: 0.1% of 20,002 users is 20 people: about 9 days to see a doubling of a 0.5% error rate')
  })

  it('knows attributes from a CSV, and counts what is ahead only', async () => {
    const shell = shellOf('\ufeffcountry,id\r\nse,mary\r\n"no","o""hara"\r\ndk,linus\r\n')
    await shell.run('start')
    await shell.run('plan', '--users', 'users', '--json')
    expect(shell.json<PlanReport>().joining?.map(({ who }) => who)).toEqual([['mary', 'o"hara'], [], ['mary', 'o"hara', 'linus']])
  })

  it('says what a number of users in the plan means', async () => {
    const shell = shellOf('', plainPlan('http://127.0.0.1:1', 'users: 50000\n').replace('[10%, 100%]', '[0.1%, 10%, 100%]'))
    await shell.run('plan')
    expect(shell.printed.out).toContain(
      '! step 1: 0.1% of 50,000 users is 50 people: about 4 days to see a doubling of a 0.5% error rate (20 requests a user and day); it holds 1m',
    )
  })

  it.each<[string, string | Uint8Array, string]>([
    ['a file of nobody', '', 'users nobody is in it'],
    ['an empty id', 'ada\n\neve\n', 'users:2:1 the id is empty: it is nobody'],
    ['an id of a megabyte', `ada\n${'x'.repeat(2 ** 20)}\n`, 'users:2 is longer than 160000 bytes'],
    ['a long id', `ada\n${'x'.repeat(20_000)}\n`, 'users:2:1 the id has 20000 characters; at most 10000 are read'],
    [
      'half a character',
      Buffer.from([0x61, 0x0a, 0xed, 0xa0, 0x80, 0x0a]),
      'users:2:1 is not UTF-8 text: half a character (a lone surrogate)',
    ],
    ['another encoding', Buffer.from([0xff, 0xfe, 0x61, 0x00]), 'users:1:1 is not UTF-8 text'],
    ['a CSV without ids', 'ID,country\nada,se\n', 'users:1:1 the first line names no column id\n  is it ID? It must be called id'],
    ['a CSV with a line that is short', 'id,country\nada\n', 'users:2:1 there are 1 fields, and 2 columns'],
    ['a CSV with an empty id', 'id,country\n,se\n', 'users:2:1 the id is empty'],
    ['a CSV with an open quote', 'id,country\n"ada,se\n', 'users:2:1 a quote is never closed'],
    ['a CSV that begins late', 'ada\neve,se\n', 'users:2:1 an id with a comma'],
  ])('refuses %s', async (_, users, said) => {
    const shell = shellOf(users)
    expect(await shell.run('plan', '--users', 'users')).toBe('usage')
    expect(shell.printed.err).toContain(said)
    expect(shell.printed.out).toBe('')
  })

  it('refuses a file that is not there', async () => {
    const shell = shellOf('')
    expect(await shell.run('plan', '--users', 'nowhere.txt')).toBe('usage')
    expect(shell.printed.err).toContain('nowhere.txt does not exist')
    expect(await shell.run('plan', '--users', '.')).toBe('usage')
    expect(shell.printed.err).toContain('is a directory')
  })
})
