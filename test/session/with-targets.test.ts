import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backUp, barePlan, breakGlassElsewhere, lose, MARKING, outcomeOf, planned, restore, type, wordOf } from '../helpers/marked.ts'
import type { FakeShell } from '../helpers/shell.ts'

/** A rollout at 75 %, whose journal was restored from a backup that says 10 %. */
async function restored(target?: string): Promise<FakeShell> {
  const shell = planned(barePlan(target, { steps: '[10%, 25%, 50%, 75%, 100%]' }))
  await type(shell, 'start', 'advance')
  backUp(shell)
  await type(shell, 'advance', 'advance', 'advance')
  restore(shell)
  return shell
}

const said = ({ printed }: FakeShell): string => printed.out + printed.err

describe.each(MARKING)('a journal that was restored from a backup is recognised by the mark of %s', (_, target) => {
  it.each([
    ['status', 'unhealthy'],
    ['check', 'unhealthy'],
    ['check targets', 'unhealthy'],
    ['doctor', 'conflict'],
    ['advance', 'notYet'],
    ['advance --override drift --reason sure', 'notYet'],
    ['run --once', 'notYet'],
  ] as const)('%s says so, and nobody is told that somebody else changed it: %s', async (line, outcome) => {
    const shell = await restored(target)
    expect(await outcomeOf(shell, line)).toBe(outcome)
    expect(said(shell)).toMatch(/the journal is older than what it wrote: web carries change #\d+, the journal ends with #\d+/)
    expect(said(shell)).toContain('bring the newer journal back')
    expect(said(shell)).toContain('rollout rollback')
    expect(said(shell)).not.toContain('somebody else changed it')
    expect(await wordOf(shell)).toBe('75%')
  })

  it('run pauses before anything moves up, again after a resume, and a rollback goes through', async () => {
    const shell = await restored(target)
    expect(await outcomeOf(shell, 'run --once')).toBe('notYet')
    expect(await outcomeOf(shell, 'status')).toBe('unhealthy')
    expect(shell.printed.out).toContain('PAUSED')
    await type(shell, 'resume')
    expect(await outcomeOf(shell, 'run --exit-on-pause')).toBe('notYet')
    expect(await wordOf(shell)).toBe('75%')
    await type(shell, 'rollback')
    expect(await wordOf(shell)).toBe('false')
    await type(shell, 'check targets', 'resume', 'advance', 'check targets')
    expect(await wordOf(shell)).toBe('10%')
  })

  it('a break-glass goes through', async () => {
    const shell = await restored(target)
    await type(shell, 'rollback --all --break-glass')
    expect(await wordOf(shell)).toBe('false')
  })

  it('the newer journal goes on as if nothing had been', async () => {
    const shell = planned(barePlan(target))
    await type(shell, 'start', 'advance')
    backUp(shell)
    await type(shell, 'advance')
    backUp(shell, 'newer')
    restore(shell)
    expect(await outcomeOf(shell, 'advance')).toBe('notYet')
    restore(shell, 'newer')
    await type(shell, 'status', 'check targets', 'advance')
    expect(await wordOf(shell)).toBe('50%')
  })
})

describe('a target that somebody else has changed', () => {
  const edit = ({ cwd }: FakeShell, word: string): void => {
    const file = join(cwd, 'web.env')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/FEATURE_X=.*/, `FEATURE_X=${word}`))
  }

  it('is the first thing that status says, and a rollback what it proposes', async () => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance', 'status')
    edit(shell, '50%')
    expect(await outcomeOf(shell, 'status')).toBe('unhealthy')
    expect(said(shell)).toMatch(/core\n {2}✗ web holds FEATURE_X=50% instead of 10%: somebody else changed it/)
    expect(said(shell)).not.toContain('rollout advance takes one step')
    await type(shell, 'rollback')
    edit(shell, '50%')
    await outcomeOf(shell, 'status')
    expect(said(shell)).toContain('✗ web holds FEATURE_X=50% instead of false: somebody else changed it')
    expect(said(shell)).toContain('rollout rollback looks at every target')
  })

  it('is not said of one that cannot be read, nor of a rollout that is closed', async () => {
    const shell = planned(barePlan(undefined, { steps: '[100%]' }))
    await type(shell, 'start', 'advance')
    edit(shell, '"')
    await type(shell, 'status')
    edit(shell, 'true')
    await type(shell, 'close --keep --reason done')
    edit(shell, 'false')
    await type(shell, 'status')
    expect(said(shell)).toContain('CLOSED')
  })

  it('is said beside a rollout that is complete, as check says it', async () => {
    const shell = planned(barePlan(undefined, { steps: '[100%]' }))
    await type(shell, 'start', 'advance', 'run --once', 'status')
    edit(shell, '30%')
    for (const verb of ['status', 'check targets']) {
      expect(await outcomeOf(shell, verb)).toBe('unhealthy')
      expect(said(shell)).toMatch(/web\s+holds FEATURE_X=30% instead of true/)
    }
    edit(shell, 'true')
    await type(shell, 'status')
  })
})

describe('two journals of one name', () => {
  it.each(MARKING)('each sees at %s that the other has written there since', async (_, target) => {
    const shell = planned(barePlan(target))
    await type(shell, 'start', 'advance')
    backUp(shell, 'first')
    lose(shell)
    await type(shell, 'start --adopt --reason lost', 'advance')
    backUp(shell, 'second')
    restore(shell, 'first')
    for (const line of ['status', 'check targets', 'advance', 'doctor']) {
      expect(await outcomeOf(shell, line)).not.toBe('done')
      expect(said(shell)).toMatch(/web carries change #\d+ of another journal of shop/)
    }
    expect(await wordOf(shell)).toBe('25%')
    await type(shell, 'rollback', 'check targets')
    expect(await wordOf(shell)).toBe('false')
    restore(shell, 'second')
    expect(await outcomeOf(shell, 'check targets')).toBe('unhealthy')
    expect(said(shell)).toContain('of another journal of shop')
    expect(await outcomeOf(shell, 'advance')).toBe('notYet')
    expect(await wordOf(shell)).toBe('false')
  })
})

describe('a break-glass on another machine', () => {
  it.each(MARKING)('is said of %s, and not undone', async (_, target) => {
    const shell = planned(barePlan(target))
    await type(shell, 'start', 'advance')
    await breakGlassElsewhere(shell)
    for (const line of ['status', 'check targets', 'advance', 'doctor', 'run --once']) {
      expect(await outcomeOf(shell, line)).not.toBe('done')
      expect(said(shell)).toContain('web was taken back by a break-glass that the journal does not know of')
    }
    await type(shell, 'rollback', 'check targets')
    expect(await wordOf(shell)).toBe('false')
    await type(shell, 'resume', 'advance')
    expect(await wordOf(shell)).toBe('10%')
  })
})

const TWO_PHASES = `version: 1
name: shop
toggles: { FEATURE_A: { targets: [web, worker] }, FEATURE_B: { targets: [web] } }
targets:
  web: { use: env-file, path: web.env, create: true }
  worker: { use: env-file, path: worker.env, create: true }
phases:
  - { phase: first, toggles: [FEATURE_A], steps: [50%, 100%], hold: 0s }
  - { phase: second, toggles: [FEATURE_B], steps: [10%, 50%, 100%], hold: 0s }
`

describe('a rollback of a journal that is older than the targets', () => {
  it('raises nothing that was taken further back since', async () => {
    const shell = planned(TWO_PHASES)
    await type(shell, 'start', 'advance', 'advance', 'advance')
    backUp(shell)
    await type(shell, 'advance', 'rollback --all')
    restore(shell)
    expect(await outcomeOf(shell, 'rollback --dry-run')).toBe('done')
    await type(shell, 'rollback')
    expect([await wordOf(shell, 'FEATURE_A'), await wordOf(shell, 'FEATURE_B')]).toEqual(['false', 'false'])
    await type(shell, 'check targets', 'resume', 'advance')
    expect([await wordOf(shell, 'FEATURE_A'), await wordOf(shell, 'FEATURE_B')]).toEqual(['50%', 'false'])
  })

  it('keeps an earlier phase where nobody took it back, and clears every mark', async () => {
    const shell = planned(TWO_PHASES)
    await type(shell, 'start', 'advance', 'advance', 'advance')
    backUp(shell)
    await type(shell, 'advance')
    restore(shell)
    await type(shell, 'rollback')
    expect([await wordOf(shell, 'FEATURE_A'), await wordOf(shell, 'FEATURE_B')]).toEqual(['true', 'false'])
    await type(shell, 'check targets', 'resume', 'status', 'advance')
  })

  it('is heard where a break-glass was, also for one phase', async () => {
    const shell = planned(TWO_PHASES)
    await type(shell, 'start', 'advance', 'advance', 'advance')
    await breakGlassElsewhere(shell)
    await type(shell, 'rollback', 'check targets')
    expect([await wordOf(shell, 'FEATURE_A'), await wordOf(shell, 'FEATURE_B')]).toEqual(['false', 'false'])
  })
})

it('a mark from before a rollout was begun again in the same journal is no news', async () => {
  const shell = planned(barePlan())
  await type(shell, 'start', 'run')
  shell.write('rollout.yaml', barePlan(undefined, { steps: '[100%]' }).replaceAll('FEATURE_X', 'FEATURE_Y'))
  await type(shell, 'start', 'status', 'check targets', 'advance', 'check targets')
})

it('a journal that was moved to another store is the same one', async () => {
  const shell = planned(barePlan())
  await type(shell, 'start', 'advance', 'state move elsewhere')
  shell.write('rollout.yaml', `state: elsewhere\n${barePlan()}`)
  await type(shell, 'status', 'check targets', 'advance', 'check targets', 'rollback')
})

/* Whatever was lost, restored, begun anew or taken back meanwhile: nothing moves up where check says no, and a rollback goes back. */
const ACTS = ['advance', 'run --once', 'rollback', 'resume', 'back up', 'restore', 'lose', 'adopt', 'break glass', 'pause'] as const

describe('in any order', () => {
  it.each(MARKING)('%s', { timeout: 600_000 }, async (_, target) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { minLength: 4, maxLength: 14 }), async (acts) => play(target, acts)),
      { numRuns: 6, seed: 13 },
    )
  })
})

async function play(target: string, acts: readonly (typeof ACTS)[number][]): Promise<void> {
  const shell = planned(barePlan(target, { steps: '[10%, 25%, 50%, 75%, 90%, 100%]' }))
  await type(shell, 'start', 'advance')
  backUp(shell)
  for (const act of acts) {
    const before = await wordOf(shell)
    switch (act) {
      case 'back up':
        if (await isStarted(shell)) backUp(shell)
        break
      case 'restore':
        restore(shell)
        break
      case 'lose':
        if (await isStarted(shell)) lose(shell)
        break
      case 'adopt':
        await outcomeOf(shell, 'start --adopt --reason lost')
        expect(await wordOf(shell)).toBe(before)
        break
      case 'break glass':
        await breakGlassElsewhere(shell)
        expect(await wordOf(shell)).toBe('false')
        break
      case 'rollback': {
        const outcome = await outcomeOf(shell, 'rollback')
        // Without a journal only `--all` knows where to.
        if (outcome !== 'usage') expect([outcome, await wordOf(shell)]).toEqual(['done', 'false'])
        break
      }
      default: {
        const isGo = (await outcomeOf(shell, 'check targets')) === 'done'
        await outcomeOf(shell, act)
        if (!isGo) expect(percent(await wordOf(shell))).toBeLessThanOrEqual(percent(before))
      }
    }
  }
}

async function isStarted(shell: FakeShell): Promise<boolean> {
  return (await outcomeOf(shell, 'status')) !== 'usage'
}

function percent(word: string): number {
  return word === 'true' ? 100 : Number.parseFloat(word) || 0
}
