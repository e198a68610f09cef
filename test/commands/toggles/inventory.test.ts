import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { barePlan, type } from '../../helpers/marked.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { fakeShell, serve, type FakeShell } from '../../helpers/shell.ts'

const DAY = 86_400_000

/** A toggle that ends at a half, one that is meant to stay, and one that nothing moves. */
const PLAN = barePlan(undefined, { steps: '[10%, 50%]' })
  .replace(
    'toggles: { FEATURE_X: { targets: [web] } }',
    `toggles:
  FEATURE_X: { targets: [web], owner: search, kind: experiment }
  FEATURE_OPS: { targets: [web], kind: ops }
  FEATURE_OLD: { targets: [web], removeBy: 2020-01-31 }`,
  )
  .replace('toggles: [FEATURE_X], steps', 'toggles: [FEATURE_X, FEATURE_OPS], order: together, steps')

function planned(more = '') {
  const clock = fakeClock()
  return { clock, shell: fakeShell({ clock, files: { 'rollout.yaml': PLAN + more } }) }
}

describe('rollout toggles', () => {
  it('says which have been at their end for too long, and whose they are', async () => {
    const { clock, shell } = planned()
    await type(shell, 'start', 'advance')
    clock.advance(20 * DAY)
    await type(shell, 'toggles --stale')
    expect(shell.printed.out).toBe('✓ no toggle is due\n')

    await type(shell, 'advance')
    clock.advance(14 * DAY)
    await type(shell, 'toggles --stale')
    expect(shell.printed.out).toBe('✓ no toggle is due\n')
    clock.advance(DAY)
    await type(shell, 'toggles --stale')
    expect(shell.printed.out).toContain('! stale   FEATURE_X at 50% since 2027-02-04 (15d), stale after 14d\n')
    expect(shell.printed.out).not.toContain('FEATURE_OPS')
    expect(shell.printed.out).not.toContain('FEATURE_OLD')
  })

  it('by the days that the plan gives them', async () => {
    const { clock, shell } = planned('stale: 30d\n')
    await type(shell, 'start', 'advance', 'advance')
    clock.advance(29 * DAY)
    await type(shell, 'toggles --stale --json')
    expect(shell.json()).toMatchObject({ toggles: [] })
    clock.advance(2 * DAY)
    await type(shell, 'toggles --stale --json')
    expect(shell.json()).toMatchObject({ toggles: [{ name: 'FEATURE_X', due: [{ is: 'stale' }] }] })
  })

  it('counts from the newest move: one that was taken back is not at its end', async () => {
    const { clock, shell } = planned()
    await type(shell, 'start', 'advance', 'advance')
    clock.advance(20 * DAY)
    await type(shell, 'rollback')
    clock.advance(20 * DAY)
    await type(shell, 'toggles --stale --json')
    expect(shell.json()).toMatchObject({ toggles: [] })
    // Given up: nothing will move it any more.
    await type(shell, 'close --reason over')
    await type(shell, 'toggles --stale --json')
    expect(shell.json()).toMatchObject({ toggles: [{ name: 'FEATURE_X', exposure: '0%' }] })
  })

  it('knows no toggle that the plan has lost since its rollout was over', async () => {
    const { shell } = planned()
    await type(shell, 'start', 'advance', 'close --reason over --keep')
    shell.write('rollout.yaml', PLAN.replace(/ {2}FEATURE_OLD.*\n/, ''))
    await type(shell, 'toggles --overdue --json')
    expect(shell.json()).toEqual(expect.objectContaining({ toggles: [] }))
  })

  it('tells the channels that listen, and whose it is', async () => {
    const told: string[] = []
    const url = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        told.push(body)
        response.end()
      })
    })
    const { clock, shell } = planned(`notify: { hook: { use: webhook, url: "${url}/", events: [stale] } }\n`)
    await type(shell, 'toggles --stale --notify', 'start', 'advance', 'advance')
    expect(told).toEqual([])
    clock.advance(15 * DAY)
    await type(shell, 'toggles --stale --notify')
    expect(told).toHaveLength(1)
    expect(JSON.parse(told[0] ?? '')).toMatchObject({
      type: 'rollout.stale',
      data: {
        title: 'shop has toggles that are due',
        next: 'rollout toggles',
        text: expect.stringContaining('FEATURE_X (search) at 50% since'),
      },
    })
  })

  it('says that nobody listens', async () => {
    const { shell } = planned()
    await type(shell, 'toggles --notify')
    expect(shell.printed.err).toContain('no channel of the plan listens to stale')
  })
})

describe('rollout check --fail-on stale', () => {
  it('fails on what is due, and the plain check does not', async () => {
    const { shell } = planned()
    expect(await shell.run('check', 'toggles')).toBe('done')
    expect(shell.printed.out).toContain('! toggles FEATURE_OLD  should have been removed by 2020-01-31')
    expect(await shell.run('check', '--fail-on', 'stale')).toBe('unhealthy')
    shell.write('rollout.yaml', PLAN.replace('2020-01-31', '2099-01-31'))
    expect(await shell.run('check', 'toggles', '--fail-on', 'stale')).toBe('done')
  })
})

it('a shadow is no toggle of the inventory: no code asks for it, and nobody removes it', async () => {
  const plan = barePlan().replace('steps:', 'shadow: { share: 5%, hold: 0s, metric: same }, steps:')
  const metric = "metrics: { same: { use: command, run: [cat, n], ratio: { bad: bad, total: total }, critical: '> 1%' } }\n"
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan + metric, 'web.env': 'FEATURE_X_SHADOW=5%\n' } })
  for (const flag of ['--unused', '--json']) {
    await type(shell, `toggles --json ${flag}`)
    expect(shell.json<{ toggles: readonly { name: string }[] }>().toggles.map(({ name }) => name)).toEqual(['FEATURE_X'])
  }
  await type(shell, 'toggles --unknown --json')
  expect(shell.json()).toMatchObject({ unknown: [] })
  for (const verb of ['remove', 'references']) {
    expect(await shell.run('toggles', verb, 'FEATURE_X_SHADOW')).toBe('usage')
    expect(shell.printed.err).toContain('FEATURE_X_SHADOW is the shadow of FEATURE_X: no code asks for it')
  }
  await type(shell, 'check config')
  expect(shell.printed.out).toContain('1 toggle, 2 phases')
  await type(shell, 'docs')
  const [inventory = '', written = ''] = readFileSync(join(shell.cwd, 'docs/toggles.md'), 'utf8').split('## What is written')
  expect([inventory, written].map((part) => part.includes('| `FEATURE_X_SHADOW` |'))).toEqual([false, true])
})

describe('what no plan and no code knows', () => {
  const code = (): FakeShell => {
    const { shell } = planned()
    shell.write('web.env', 'FEATURE_X=false\nFEATURE_GONE=true\nPORT=80\n')
    shell.write('src/shop.js', "if (process.env.FEATURE_X === 'true') {}\nif (process.env.FEATURE_GHOST) {} // FEATURE_TALK\n")
    return shell
  }

  it('is a toggle that no code asks for', async () => {
    const shell = code()
    await type(shell, 'toggles --unused --json')
    expect(shell.json<{ toggles: readonly { name: string }[] }>().toggles.map(({ name }) => name)).toEqual(['FEATURE_OPS', 'FEATURE_OLD'])
    await type(shell, 'toggles --unused')
    expect(shell.printed.out).toContain(`! unused  FEATURE_OPS is asked for by none of the 2 files in ${shell.cwd}`)
  })

  it('is a variable on a target or in the code that looks like a toggle', async () => {
    const shell = code()
    await type(shell, 'toggles --unknown --json')
    expect(shell.json()).toMatchObject({
      toggles: [],
      unknown: [
        { variable: 'FEATURE_GHOST', at: ['src/shop.js:2'] },
        { variable: 'FEATURE_GONE', at: ['web holds FEATURE_GONE=true'] },
      ],
    })
    shell.write('web.env', 'FEATURE_X=false\n')
    shell.write('src/shop.js', '')
    await type(shell, 'toggles --unknown')
    expect(shell.printed.out).toBe('✓ no toggle is unknown\n')
    await type(shell, 'toggles --unknown --stale')
    expect(shell.printed.out).toBe('✓ no toggle is due or unknown\n')
  })

  it('is found in every file, by small letters too', async () => {
    const small = (text: string): string => text.replaceAll(/FEATURE_\w+/g, (name) => name.toLowerCase())
    const shell = fakeShell({
      clock: fakeClock(),
      files: { 'rollout.yaml': small(PLAN), 'src/a.js': 'process.env.feature_early', 'src/shop.js': 'if (process.env.feature_ghost) {}' },
    })
    await type(shell, 'toggles --unknown --json')
    expect(shell.json()).toMatchObject({
      unknown: [
        { variable: 'feature_early', at: ['src/a.js:1'] },
        { variable: 'feature_ghost', at: ['src/shop.js:1'] },
      ],
    })
  })

  it('is told as far as it can be read', async () => {
    const shell = code()
    rmSync(join(shell.cwd, 'web.env'))
    mkdirSync(join(shell.cwd, 'web.env'))
    expect(await shell.run('toggles', '--unknown')).toBe('partial')
    expect(shell.printed.out).toContain('! unknown FEATURE_GHOST: src/shop.js:2\n! web cannot be read:')
  })
})
