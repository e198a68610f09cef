import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PlanReport } from '../../../src/core/report/plan-report.ts'
import { outcomeOf, planned, type } from '../../helpers/marked.ts'
import type { FakeShell } from '../../helpers/shell.ts'

/** A phase is `id: TOGGLE TOGGLE`, with `together` in front where its toggles move at once. */
function planOf(...phases: readonly string[]): string {
  const read = phases.map((each) => {
    const [head = '', toggles = ''] = each.split(':')
    return {
      order: head.startsWith('together ') ? 'together' : 'one-by-one',
      id: head.replace('together ', ''),
      toggles: toggles.trim().split(' '),
    }
  })
  const inventory = [...new Set(read.flatMap(({ toggles }) => toggles))].map((name) => `  ${name}: { targets: [web] }\n`)
  const written = read.map(
    ({ id, order, toggles }) => `  - { phase: ${id}, order: ${order}, toggles: [${toggles.join(', ')}], steps: [10%, 100%] }\n`,
  )
  return `version: 1\nname: shop\ndefaults: { hold: 0s }\ntoggles:\n${inventory.join('')}targets: { web: { use: env-file, path: web.env, create: true } }\nphases:\n${written.join('')}`
}

async function after(steps: number, ...phases: readonly string[]): Promise<FakeShell> {
  const shell = planned(planOf(...phases))
  await type(shell, 'start', ...Array.from({ length: steps }, () => 'advance'))
  return shell
}

async function edit(shell: FakeShell, ...phases: readonly string[]): Promise<string> {
  shell.write('rollout.yaml', planOf(...phases))
  return outcomeOf(shell, 'plan --accept --reason edited')
}

function held(shell: FakeShell): string {
  return readFileSync(join(shell.cwd, 'web.env'), 'utf8')
    .replaceAll(/# rollout.*\n|"/g, '')
    .replaceAll('\n', ' ')
    .trim()
}

/** Where the rollout is: `step of steps`. */
async function step(shell: FakeShell): Promise<string> {
  await outcomeOf(shell, 'status --json')
  const { step: at, steps } = shell.json<{ step?: { number: number; of: number }; steps?: number }>()
  return `${at?.number ?? 0} of ${at?.of ?? steps ?? 0}`
}

describe('a toggle that is done', () => {
  it('goes without a rollback, and stays as it is', async () => {
    const shell = await after(3, 'core: A B')
    expect(held(shell)).toBe('A=true B=10%')
    expect(await edit(shell, 'core: B')).toBe('done')
    expect(shell.printed.out).toContain('goes')
    expect(shell.printed.out).toContain('stays at 100% on web, and is not written any more')
    expect(await step(shell)).toBe('1 of 2')
    await type(shell, 'advance')
    expect(held(shell)).toBe('A=true B=true')
    await type(shell, 'rollback')
    expect(held(shell)).toBe('A=true B=false')
  })

  it('goes out of its phase, and a rollback of the phase lets it be', async () => {
    const shell = await after(3, 'core: A B')
    shell.write('rollout.yaml', planOf('core: A B').replace('toggles: [A, B]', 'toggles: [B]'))
    expect(await outcomeOf(shell, 'plan --accept --reason edited')).toBe('done')
    expect(shell.printed.out).toContain('stays at 100% on web, and is moved no more')
    await type(shell, 'rollback')
    expect(held(shell)).toBe('A=true B=false')
    await type(shell, 'rollback A')
    expect(held(shell)).toBe('A=false B=false')
  })

  it('goes from a step that others share', async () => {
    const shell = await after(3, 'together core: A B', 'later: C')
    expect(held(shell)).toBe('A=true B=true C=10%')
    expect(await edit(shell, 'together core: B', 'later: C')).toBe('done')
    expect(await step(shell)).toBe('3 of 4')
  })

  it('goes with its phase', async () => {
    const shell = await after(3, 'first: A', 'core: B')
    expect(await edit(shell, 'core: B')).toBe('done')
    expect(await step(shell)).toBe('1 of 2')
  })

  it('is not one that is on its way', async () => {
    const shell = await after(3, 'core: A B')
    expect(await edit(shell, 'core: A')).toBe('conflict')
    expect(shell.printed.err).toContain('B is at 10%, on its way, and would be forgotten')
    expect(shell.printed.err).toContain('rollout rollback B first')
    expect(await step(shell)).toBe('3 of 4')
  })
})

describe('a toggle that is new', () => {
  it('joins ahead', async () => {
    const shell = await after(3, 'core: A B')
    expect(await edit(shell, 'core: A B C', 'later: D')).toBe('done')
    expect(shell.printed.out).toMatch(/core +C +new +10% 100%/)
    expect(await step(shell)).toBe('3 of 8')
    await type(shell, 'advance', 'advance')
    expect(held(shell)).toBe('A=true B=true C=10% D=false')
  })

  it('joins a phase that is behind, when no other is half way: the cursor goes back for it', async () => {
    const shell = await after(4, 'first: A', 'core: B', 'last: D')
    expect(await edit(shell, 'first: A C', 'core: B', 'last: D')).toBe('done')
    expect(await step(shell)).toBe('2 of 8')
    await type(shell, 'advance')
    expect(held(shell)).toBe('A=true B=true D=false C=10%')
    await type(shell, 'advance', 'advance', 'advance')
    expect(held(shell)).toBe('A=true B=true D=10% C=true')
  })

  it('does not join there while another is half way', async () => {
    const shell = await after(3, 'first: A', 'core: B')
    const before = held(shell)
    expect(await edit(shell, 'first: A C', 'core: B')).toBe('conflict')
    expect(shell.printed.err).toContain('C would join first behind the cursor while B is at 10%')
    expect(shell.printed.err).toContain('put it into a phase that is still ahead, or accept the plan when B has come to its end')
    expect([held(shell), await step(shell)]).toEqual([before, '3 of 4'])
  })

  it('and of those that move together only who joins is named', async () => {
    const shell = await after(1, 'together core: A B')
    expect(await edit(shell, 'together core: A B C')).toBe('conflict')
    expect(shell.printed.err).toContain('✗ C would join core behind the cursor while A is at 10%')
  })

  it('keeps the word that the target holds already', async () => {
    const shell = await after(1, 'core: A')
    shell.write('web.env', `${readFileSync(join(shell.cwd, 'web.env'), 'utf8')}B=true\n`)
    expect(await edit(shell, 'core: A B')).toBe('done')
    await type(shell, 'rollback')
    expect(held(shell)).toBe('A=false B=true')
  })
})

it.each([
  [1, 'A=10% B=false', '2 of 6'],
  [2, 'A=true B=false', '3 of 6'],
  [3, 'A=true B=10%', '5 of 6'],
])('a shadow of a phase that has begun is over: after %i steps', async (steps, words, at) => {
  const shell = await after(steps, 'first: A', 'core: B')
  const ratio = "{ use: prometheus, url: http://127.0.0.1:9, ratio: { bad: a, total: b }, critical: '> 1%' }"
  shell.write(
    'rollout.yaml',
    planOf('first: A', 'core: B').replaceAll('order: one-by-one', 'shadow: 5%') + `metrics: { shadow: ${ratio} }\n`,
  )
  expect(await outcomeOf(shell, 'plan --accept --reason edited')).toBe('done')
  expect(shell.printed.out).toMatch(/first-shadow +A_SHADOW +behind +5%/)
  expect([held(shell), await step(shell)]).toEqual([words, at])
})

describe('a toggle that is on', () => {
  it.each([
    ['A: { targets: [web] }', 'A: { targets: [web], variable: NEW }', 'A is at 100%, and A on web would be forgotten'],
    ['B: { targets: [web] }', 'B: { targets: [web], variable: NEW }', 'B is at 10%, and B on web would be forgotten'],
    ['A: { targets: [web] }', 'A: { targets: [] }', 'A is at 100%, and A on web would be forgotten'],
    ['B: { targets: [web] }', 'B: { targets: [web], kind: legacy }', 'B is at 10%, and would go the other way as a legacy toggle'],
  ])('keeps where it is written and which way it goes: %s → %s', async (was, is, message) => {
    const shell = await after(3, 'core: A B')
    const before = held(shell)
    const other =
      'targets: { web: { use: env-file, path: web.env, create: true }, other: { use: env-file, path: other.env, create: true } }'
    const edited = planOf('core: A B').replace(was, is.replace('[]', '[other]'))
    shell.write('rollout.yaml', edited.replace(/^targets: .*$/m, other))
    expect(await outcomeOf(shell, 'plan --accept --reason edited')).toBe('conflict')
    expect(shell.printed.err).toContain(message)
    expect(shell.printed.err).toContain(`rollout rollback ${message[0]} first`)
    expect(held(shell)).toBe(before)
    await type(shell, `rollback ${message[0]}`, 'plan --accept --reason edited')
  })
})

it('a step behind the cursor cannot change', async () => {
  const shell = await after(3, 'core: A B')
  shell.write('rollout.yaml', planOf('core: A B').replace('[10%, 100%]', '[20%, 100%]'))
  expect(await outcomeOf(shell, 'plan --accept --reason edited')).toBe('conflict')
  expect(shell.printed.err).toContain('step 1 (A to 10%) is behind the cursor and cannot change')
})

it('plan shows what it would mean before anything is accepted', async () => {
  const shell = await after(3, 'core: A B')
  shell.write('rollout.yaml', planOf('core: B C'))
  await type(shell, 'plan --json')
  const { replan } = shell.json<PlanReport>()
  expect(replan).toMatchObject({
    cursor: 0,
    rows: [
      { phase: 'core', toggle: 'B', is: 'under way', to: ['10%', '100%'] },
      { phase: 'core', toggle: 'C', is: 'new' },
      { phase: 'core', toggle: 'A', is: 'goes' },
    ],
  })
  await type(shell, 'plan')
  expect(shell.printed.out).toMatch(/core +A +goes +10% 100% +stays at 100% on web/)
  expect(await step(shell)).toBe('3 of 4')
})
