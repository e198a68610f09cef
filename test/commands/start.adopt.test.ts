import { describe, expect, it } from 'vitest'
import { barePlan, breakGlassElsewhere, lose, MARKING, outcomeOf, planned, type, wordOf } from '../helpers/marked.ts'
import type { FakeShell } from '../helpers/shell.ts'

const ADOPT = 'start --adopt --reason lost'

/** A rollout that was taken so many steps up, and whose journal is gone. */
async function lost(target?: string, steps = 2): Promise<FakeShell> {
  const shell = planned(barePlan(target))
  await type(shell, 'start', ...Array.from({ length: steps }, () => 'advance'))
  lose(shell)
  return shell
}

describe.each(MARKING)('a journal that is lost is recognised by the mark of %s', (_, target) => {
  it('start refuses, names the target, the mark and what is held, and the ways on', async () => {
    const shell = await lost(target)
    expect(await outcomeOf(shell, 'start')).toBe('conflict')
    expect(shell.printed.err).toMatch(/web carries change #\d+ of shop.*, and holds FEATURE_X=25%/)
    expect(shell.printed.err).toContain('rollout start --adopt --reason "…"')
    expect(shell.printed.err).toContain('rollout rollback --all')
    expect(await outcomeOf(shell, 'start --if-needed')).toBe('conflict')
    expect(await wordOf(shell)).toBe('25%')
    expect(await outcomeOf(shell, 'status')).toBe('unhealthy')
    expect(shell.printed.err).toMatch(/web carries change #\d+ of shop.*, and holds FEATURE_X=25%/)
  })

  it('start --adopt goes on from the step that was reached, and a rollback leads to the default', async () => {
    const shell = await lost(target)
    await type(shell, ADOPT)
    expect(shell.printed.out).toContain('it goes on from what web held of a journal that is lost: at step 2 of 4')
    expect(shell.printed.out).toContain('FEATURE_X stands at 25%; a rollback takes it to 0%, its default')
    expect(await wordOf(shell)).toBe('25%')
    await type(shell, 'check targets', 'advance')
    expect(await wordOf(shell)).toBe('50%')
    await type(shell, 'rollback')
    expect(await wordOf(shell)).toBe('false')
    await type(shell, 'resume', 'advance', 'check targets')
    expect(await wordOf(shell)).toBe('10%')
  })

  it('a rollback right after it takes back what was adopted', async () => {
    const shell = await lost(target)
    await type(shell, ADOPT, 'rollback')
    expect(await wordOf(shell)).toBe('false')
  })

  it('rollback --all needs no journal, and the rollout goes on after it', async () => {
    const shell = await lost(target)
    expect(await outcomeOf(shell, 'rollback')).toBe('usage')
    await type(shell, 'rollback --all')
    expect(await wordOf(shell)).toBe('false')
    await type(shell, 'resume', 'advance', 'check targets')
    expect(await wordOf(shell)).toBe('10%')
  })

  it('a break-glass is recognised too, adopted once, and heard when there is another', async () => {
    const shell = await lost(target)
    shell.write('.rollout', 'no folder')
    await type(shell, 'rollback --all --break-glass')
    lose(shell)
    expect(await outcomeOf(shell, 'start')).toBe('conflict')
    expect(shell.printed.err).toContain('web carries a break-glass of shop, and holds every default')
    await type(shell, ADOPT, 'advance')
    expect(await wordOf(shell)).toBe('10%')
    await breakGlassElsewhere(shell)
    expect(await wordOf(shell)).toBe('false')
    expect(await outcomeOf(shell, 'advance')).not.toBe('done')
    expect(await wordOf(shell)).toBe('false')
  })
})

describe('start', () => {
  it('adopts a rollout that was complete: it stands at its last step, and a rollback still takes it back', async () => {
    const shell = await lost(undefined, 4)
    expect(await wordOf(shell)).toBe('true')
    expect(await outcomeOf(shell, 'start')).toBe('conflict')
    expect(shell.printed.err).toContain('nothing is to be rolled out')
    await type(shell, ADOPT)
    expect(shell.printed.out).toContain('at step 4 of 4')
    await type(shell, 'rollback')
    expect(await wordOf(shell)).toBe('false')
  })

  it('lets the marks of other rollouts and other environments be', async () => {
    const shell = planned(barePlan(undefined, { name: 'cart' }).replaceAll('FEATURE_X', 'FEATURE_Y'))
    await type(shell, 'start', 'advance')
    shell.write('rollout.yaml', barePlan())
    await type(shell, 'start', 'advance', 'check targets', 'rollback')
  })

  it('asks about the number of an older version where something is under way, and not where nothing is', async () => {
    const shell = planned(barePlan())
    shell.write('web.env', '# rollout:9\nFEATURE_X=10%\n')
    expect(await outcomeOf(shell, 'start')).toBe('conflict')
    expect(shell.printed.err).toContain('change #9 of an older version, which did not say whose, and holds FEATURE_X=10%')
    shell.write('web.env', '# rollout:9\nFEATURE_X=false\n')
    await type(shell, 'start', 'advance')
  })

  it('names the environment in what it proposes', async () => {
    const environments = 'environments: { staging: {}, production: {} }\n'
    const shell = planned(barePlan() + environments)
    await type(shell, 'start -e production', 'advance -e production')
    lose(shell)
    await type(shell, 'start -e staging')
    expect(await outcomeOf(shell, 'start -e production')).toBe('conflict')
    expect(shell.printed.err).toContain('rollout start --adopt --reason "…" -e production')
  })

  it('adopts nothing without a reason', async () => {
    const shell = await lost()
    expect(await outcomeOf(shell, 'start --adopt')).toBe('usage')
  })
})
