import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Drill } from '../../src/core/journal/event.ts'
import type { PlanReport } from '../../src/core/report/plan-report.ts'
import type { Rehearsal } from '../../src/views/drill.ts'
import type { ContingencyPage, RiskPage } from '../../src/views/risk.ts'
import { fakeClock } from '../helpers/memory.ts'
import { fakeShell, type FakeShell } from '../helpers/shell.ts'

const PLAN = `version: 1
name: shop
toggles:
  FEATURE_READ: { targets: [web], core: true }
  FEATURE_WRITE: { targets: [web], requires: [FEATURE_READ] }
targets:
  web: { use: env-file, path: web.env }
risks:
  slow: { text: Search is slower, probability: low, impact: medium, contingency: less }
  loss: { text: Writes are lost, probability: high, impact: critical, owner: dba, mitigation: Double writes, contingency: immediate }
contingencies:
  immediate: { text: Everything is broken, do: rollback, scope: all }
  partial: { do: rollback, toggles: [FEATURE_WRITE], notify: [support] }
  less: { do: reduce, to: 5% }
environments:
  staging: { drill: true, targets: { web: { path: staging.env } } }
phases:
  - { phase: core, toggles: [FEATURE_READ, FEATURE_WRITE], order: together, steps: [10%, 100%], hold: 0s, drill: immediate }
`

function plain(): FakeShell {
  const env = 'FEATURE_READ=false\nFEATURE_WRITE=false\n'
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': PLAN, 'web.env': env, 'staging.env': env } })
  // Rollouts of several environments are under way: one that names none means the plan without one.
  return { ...shell, run: async (...argv) => shell.run(...argv, ...(argv.includes('-e') ? [] : ['-e', ''])) }
}

/** Both environments at their last step. */
async function risen(): Promise<FakeShell> {
  const shell = plain()
  for (const environment of [[], ['-e', 'staging']])
    for (const command of ['start', 'advance', 'advance']) expect(await shell.run(command, ...environment)).toBe('done')
  return shell
}

function held(shell: FakeShell, file: string): string {
  return readFileSync(join(shell.cwd, file), 'utf8').replaceAll(/^#.*\n/gm, '')
}

const DRILL = ['drill', 'immediate'] as const

describe('drill', () => {
  it('before the start: as far on as the plan goes', async () => {
    const shell = plain()
    expect(await shell.run(...DRILL)).toBe('done')
    expect(shell.printed.out).toContain('as if at step 2')
    expect(shell.printed.out).toContain('web  FEATURE_READ true → false, FEATURE_WRITE true → false')
  })

  it('from where it is, as JSON', async () => {
    const shell = await risen()
    expect(await shell.run('drill', 'partial', '--json')).toBe('done')
    expect(shell.json<Rehearsal>()).toMatchObject({
      contingency: 'partial',
      does: 'FEATURE_WRITE rolled back',
      notify: ['support'],
      step: 2,
      imagined: false,
      changes: [{ toggle: 'FEATURE_WRITE', from: '100%', to: '0%' }],
      targets: [{ name: 'web', writes: [{ variable: 'FEATURE_WRITE', from: 'true', to: 'false' }], drifts: [] }],
      outcome: 'done',
    })
  })

  it('shows what a target holds that it should not', async () => {
    const shell = await risen()
    shell.write('web.env', 'FEATURE_READ=10%\nFEATURE_WRITE=true\n')
    expect(await shell.run(...DRILL)).toBe('done')
    expect(shell.printed.out).toContain('! holds FEATURE_READ=10% instead of true')
  })

  it('ends as the rollback would where a target cannot be read', async () => {
    const shell = await risen()
    shell.write('web.env', 'FEATURE_READ="\n')
    expect(await shell.run(...DRILL)).toBe('partial')
    expect(shell.printed.out).toMatch(/✗ web would not confirm it; nothing was touched/)
    expect(shell.printed.out).toContain('By hand:')
  })

  it.each([
    [['drill', 'imediate'], 'did you mean immediate?'],
    [['drill', 'zzzzzzzz'], 'one of immediate, partial, less'],
    [['drill', 'constructor'], 'there is no contingency "constructor"'],
    [['run', '--apply'], 'it is a flag of rollout drill'],
    [['run', '--proof', 'staging'], 'it is a flag of rollout drill'],
    [['run', '--drill', 'immediate', '--apply'], 'rollout drill immediate --apply'],
    [['run', '--drill=immediate', '--once'], 'rollout drill immediate --once'],
    [['drill'], "missing required argument 'contingency'"],
    [[...DRILL, '--apply', '--proof', 'staging'], '--proof does not go with --apply'],
    [[...DRILL, '--once'], 'it is a flag of rollout run'],
    [['rollback', '--contingency', 'imediate'], 'did you mean immediate?'],
    [['rollback', '--contingency', 'less', '--all'], 'exclude each other'],
    [['rollback', '--contingency', 'immediate', '--break-glass'], '--break-glass needs --all'],
  ])('%j is not understood', async (argv, said) => {
    const shell = await risen()
    expect(await shell.run(...argv)).toBe('usage')
    expect(shell.printed.err).toContain(said)
    expect(held(shell, 'web.env')).toBe('FEATURE_READ=true\nFEATURE_WRITE=true\n')
  })
})

describe('drill --apply, and the gate it opens', () => {
  it('is refused where the plan does not allow it', async () => {
    const shell = await risen()
    expect(await shell.run(...DRILL, '--apply')).toBe('denied')
    expect(shell.printed.err).toContain('shop is not for drills: nothing was touched')
    expect(held(shell, 'web.env')).toBe('FEATURE_READ=true\nFEATURE_WRITE=true\n')
  })

  it('keeps the phase from being complete until it was rehearsed, and then lets it', async () => {
    const shell = await risen()
    expect(await shell.run('advance', '-e', 'staging')).toBe('notYet')
    expect(shell.printed.out).toContain('drill immediate not done: rollout drill immediate --apply -e staging')
    expect(await shell.run(...DRILL, '--apply', '-e', 'staging')).toBe('done')
    expect(shell.printed.out).toContain('immediate rehearsed: every target confirmed within')
    expect(held(shell, 'staging.env')).toBe('FEATURE_READ=true\nFEATURE_WRITE=true\n')
    expect(await shell.run('advance', '-e', 'staging')).toBe('done')
  })

  it('production relies on what staging has rehearsed, and on nothing else', async () => {
    const shell = await risen()
    const proof = [...DRILL, '--proof', 'staging'] as const
    expect(await shell.run(...proof)).toBe('notYet')
    expect(shell.printed.err).toContain('rollout drill immediate --apply -e staging')
    expect(await shell.run(...DRILL, '--apply', '-e', 'staging')).toBe('done')
    expect(await shell.run('drill', 'partial', '--proof', 'staging')).toBe('notYet')
    expect(await shell.run(...DRILL, '--proof', 'stagin')).toBe('usage')
    expect(await shell.run('advance')).toBe('notYet')

    expect(await shell.run(...proof, '--json')).toBe('done')
    const { of } = shell.json<Drill>()
    expect(of).toMatchObject({ environment: 'staging', hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await shell.run('explain', 'immediate')).toBe('done')
    expect(shell.printed.out).toContain(`Rehearsed in staging: confirmed in`)
    expect(await shell.run('advance')).toBe('done')
    expect(await shell.run('status')).toBe('done')
    expect(await shell.run('history', '--verify')).toBe('done')
  })

  it('does not rely on a rehearsal of something else by the same name', async () => {
    const shell = plain()
    for (const command of ['start', 'advance']) expect(await shell.run(command, '-e', 'staging')).toBe('done')
    expect(await shell.run(...DRILL, '--apply', '-e', 'staging')).toBe('done')
    shell.write('rollout.yaml', PLAN.replace('scope: all', 'scope: phase'))
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run(...DRILL, '--proof', 'staging')).toBe('conflict')
    expect(shell.printed.err).toContain('immediate takes something else back in staging than here')
  })
})

describe('rollback --contingency', () => {
  it('works from the journal alone, latches, and says which', async () => {
    const shell = await risen()
    shell.write('rollout.yaml', 'toggles: [')
    expect(await shell.run('rollback', '--contingency', 'partial', '--dry-run')).toBe('done')
    expect(shell.printed.out).toBe('would roll back: FEATURE_WRITE 100% → 0%\n')
    expect(await shell.run('rollback', '--contingency', 'partial', '--reason', 'orders are lost')).toBe('done')
    expect(held(shell, 'web.env')).toBe('FEATURE_READ=true\nFEATURE_WRITE=false\n')
    expect(await shell.run('status')).toBe('unhealthy')
    expect(shell.printed.out).toContain('contingency partial: orders are lost')
    expect(await shell.run('advance')).toBe('unhealthy')
  })

  it.each([
    ['less', 'FEATURE_READ=5%\nFEATURE_WRITE=5%\n'],
    ['immediate', 'FEATURE_READ=false\nFEATURE_WRITE=false\n'],
  ])('%s', async (id, env) => {
    const shell = await risen()
    expect(await shell.run('rollback', '--contingency', id)).toBe('done')
    expect(held(shell, 'web.env')).toBe(env)
  })
})

describe('plan and explain', () => {
  it('plan shows the matrix, the risks by their level, and what is done then', async () => {
    const shell = plain()
    expect(await shell.run('plan')).toBe('done')
    const lines = shell.printed.out.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  ').trim())
    expect(lines).toEqual(
      expect.arrayContaining([
        'probability  impact low  impact medium  impact high  impact critical',
        'high  loss',
        'low  slow',
        'loss  critical  dba  immediate  Writes are lost',
        'partial  FEATURE_WRITE rolled back  support',
      ]),
    )
    expect(await shell.run('plan', '--json')).toBe('done')
    const { risks, contingencies } = shell.json<PlanReport>()
    expect(risks.map(({ id, level }) => [id, level])).toEqual([
      ['loss', 'critical'],
      ['slow', 'low'],
    ])
    expect(contingencies).toContainEqual({ id: 'less', does: 'the phase under way is reduced to 5%', notify: [] })
  })

  it('explain knows both', async () => {
    const shell = await risen()
    expect(await shell.run('explain', 'loss')).toBe('done')
    expect(shell.printed.out).toContain('loss critical: Writes are lost')
    expect(shell.printed.out).toContain('Before: Double writes')
    expect(await shell.run('explain', 'loss', '--json')).toBe('done')
    expect(shell.json<RiskPage>()).toMatchObject({ id: 'loss', level: 'critical', planned: { id: 'immediate' } })
    expect(await shell.run('explain', 'partial', '--json')).toBe('done')
    expect(shell.json<ContingencyPage>()).toMatchObject({
      changes: [{ toggle: 'FEATURE_WRITE', from: '100%', to: '0%' }],
      risks: [],
      metrics: [],
    })
    expect(await shell.run('explain', 'partail')).toBe('usage')
    expect(shell.printed.err).toContain('did you mean partial?')
  })
})
