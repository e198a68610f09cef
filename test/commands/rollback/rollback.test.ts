import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/adapters/state/digest.ts'
import { seal } from '../../../src/adapters/state/seal.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Summary } from '../../../src/core/report/summary.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan, shopShell } from '../../helpers/plans.ts'
import { fakeShell, shop, type FakeShell } from '../../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const

/** A rollout at its first step: FEATURE_X=10%. */
async function rising(more?: string): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 }, more)
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run(...GO)).toBe('done')
  expect(word(shell)).toBe('10%')
  return shell
}

function word(shell: FakeShell, file = 'web.env'): string | undefined {
  return /^FEATURE_X="?([^"\n]*)/m.exec(readFileSync(join(shell.cwd, file), 'utf8'))?.[1]
}

function journal(shell: FakeShell): string {
  return join(shell.cwd, '.rollout/shop')
}

describe('rollback works', () => {
  it.each<[string, (shell: FakeShell) => void]>([
    ['with everything in order', () => undefined],
    ['when rollout.yaml is broken', (shell) => shell.write('rollout.yaml', 'toggles: [')],
    ['when rollout.yaml is gone', (shell) => rmSync(join(shell.cwd, 'rollout.yaml'))],
  ])('%s', async (_, harm) => {
    const shell = await rising()
    harm(shell)
    expect(await shell.run('rollback', '--reason', 'it hurts')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(shell.printed.out).toContain('10% → 0%')
    expect(await shell.run('status', '--json')).toBe('unhealthy')
    expect(shell.json<Summary>().stopped).toMatchObject({ actor: 'ana', why: { text: 'it hurts' } })
  })

  it('and says so where somebody resumes it before it is done', async () => {
    // The first answer is lost, so that something may be under way still.
    const set = `printf %s "$1" > word; test -e asked || { touch asked; exit 1; }`
    const target = `{ use: command, set: [sh, -c, '${set}', sh, "{{value}}"], get: [cat, word] }`
    const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('{ use: env-file, path: web.env }', target)
    const clock = fakeClock()
    const shell = fakeShell({ clock, env: { PATH: process.env['PATH'] }, files: { 'rollout.yaml': plan, word: 'false' } })
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run(...GO)).toBe('done')
    const sleep = clock.sleep.bind(clock)
    clock.sleep = async (duration, signal) => {
      await sleep(duration, signal)
      if (duration === 10_000) expect(await shell.run('resume')).toBe('done')
    }
    expect(await shell.run('rollback')).toBe('conflict')
    expect(shell.printed.err).toContain('! it was taken back, and resumed by somebody since: it is running')
  })

  it('with the other targets when what one of them, and a metric, refers to is not set any more', async () => {
    const env: Record<string, string> = { EDGE_FILE: 'edge.env', METRICS: await shop({ requests: 100, errors: 0 }) }
    const plan = plainPlan('${METRICS}')
      .replace('[web]', '[web, edge]')
      .replace('targets:\n', 'targets:\n  edge: { use: env-file, path: "${EDGE_FILE}" }\n')
    const shell = fakeShell({
      clock: fakeClock(),
      env,
      files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n', 'edge.env': 'FEATURE_X=false\n' },
    })
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run(...GO)).toBe('done')
    const { EDGE_FILE = '' } = env
    delete env['METRICS']
    delete env['EDGE_FILE']

    expect(await shell.run('rollback')).toBe('partial')
    expect(word(shell)).toBe('false')
    expect(word(shell, 'edge.env')).toBe('10%')
    expect(shell.printed.out).toContain('EDGE_FILE is not set')
    expect(shell.printed.out).toContain('FEATURE_X=false')
    expect(await shell.run('status')).toBe('partial')

    env['EDGE_FILE'] = EDGE_FILE
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell, 'edge.env')).toBe('false')
  })

  it('says what it took back where it ends what an earlier one could not', async () => {
    const shell = await rising()
    const file = join(shell.cwd, 'web.env')
    const text = readFileSync(file)
    rmSync(file)
    mkdirSync(file)
    expect(await shell.run('rollback')).toBe('partial')
    rmSync(file, { recursive: true })
    writeFileSync(file, text)
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(shell.printed.out).toContain('↓ FEATURE_X 10% → 0%')
  })

  it('says that it did, and changes nothing, the second time', async () => {
    const shell = await rising()
    expect(await shell.run('rollback')).toBe('done')
    const before = readdirSync(journal(shell)).length
    expect(await shell.run('rollback')).toBe('done')
    expect(shell.printed.out).toContain('rolled back already')
    expect(shell.printed.err).not.toContain('reason')
    expect(await shell.run('rollback', '--reason', 'INC-42')).toBe('done')
    expect(shell.printed.err).toMatch(/^! the reason was not kept: nothing was done; why it is rolled back is #\d+ of its history$/m)
    expect(readdirSync(journal(shell)).length).toBe(before)
  })

  it('says that it put something back, and not that all was there, after a hand edit', async () => {
    const shell = await rising()
    await shell.run('rollback')
    shell.write('web.env', readFileSync(join(shell.cwd, 'web.env'), 'utf8').replace('FEATURE_X=false', 'FEATURE_X=50%'))
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(shell.printed.out).toContain('↓ put back at web: something else was there')
    expect(shell.printed.out).not.toContain('there already')
  })

  it('says so too where the target could not be written at first', async () => {
    const shell = await rising()
    await shell.run('rollback')
    const path = join(shell.cwd, 'web.env')
    const text = readFileSync(path, 'utf8')
    rmSync(path)
    mkdirSync(path)
    expect(await shell.run('rollback')).toBe('partial')
    await shell.run('status')
    expect(shell.printed.out).toMatch(/FEATURE_X .* 0%, not confirmed$/m)
    rmSync(path, { recursive: true })
    writeFileSync(path, text.replace('FEATURE_X=false', 'FEATURE_X=50%'))
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(shell.printed.out).toContain('↓ finished at web, which had not confirmed yet')
  })

  it('says the second time what it has left on', async () => {
    const shell = await rising()
    await shell.run('rollback', '--to', '5%')
    expect(await shell.run('rollback', '--to', '5%')).toBe('done')
    expect(shell.printed.out).toContain('FEATURE_X 5% stays as it is; rollout rollback --all takes back every toggle')
    expect(await shell.run('rollback', '--all')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(await shell.run('rollback')).toBe('done')
    expect(shell.printed.out).not.toContain('stays as it is')
  })

  it('takes the phase back that was only reduced before', async () => {
    const shell = await rising()
    await shell.run('rollback', '--to', '5%')
    expect(await shell.run('rollback')).toBe('done')
    expect([word(shell), shell.printed.out.includes('↓ FEATURE_X 5% → 0%')]).toEqual(['false', true])
  })

  it('does not say so of what is further back than before the rollout', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    shell.write('web.env', 'FEATURE_X=10%\n')
    await shell.run('start')
    await shell.run(...GO)
    expect(await shell.run('rollback', '--all')).toBe('done')
    expect(word(shell)).toBe('false')
    expect(await shell.run('rollback')).toBe('done')
    expect(shell.printed.out).not.toContain('stays as it is')
  })

  it('--all without a journal goes past the epoch that the lost one left in the target', async () => {
    const shell = await rising()
    rmSync(join(shell.cwd, '.rollout'), { recursive: true })
    expect(await shell.run('rollback')).toBe('usage')
    expect(word(shell)).toBe('10%')
    expect(await shell.run('rollback', '--all')).toBe('done')
    expect(word(shell)).toBe('false')
  })
})

describe('rollback --all --break-glass', () => {
  /** The journal cannot be used: a file is where its folder was. */
  async function withoutJournal(): Promise<{ shell: FakeShell; back: () => void }> {
    const shell = await rising()
    const kept = `${journal(shell)}.kept`
    renameSync(journal(shell), kept)
    writeFileSync(journal(shell), 'in the way')
    const back = (): void => {
      rmSync(journal(shell))
      renameSync(kept, journal(shell))
    }
    return { shell, back }
  }

  it('needs --all', async () => {
    const shell = await rising()
    expect(await shell.run('rollback', '--break-glass')).toBe('usage')
    expect(word(shell)).toBe('10%')
  })

  it('takes the ordinary way when the journal can be used', async () => {
    const shell = await rising()
    expect(await shell.run('rollback', '--all', '--break-glass')).toBe('done')
    expect(shell.printed.out).not.toContain('break-glass')
    expect(word(shell)).toBe('false')
  })

  it('with --dry-run writes nothing: there is nothing to compare with', async () => {
    const { shell } = await withoutJournal()
    expect(await shell.run('rollback', '--all', '--break-glass', '--dry-run')).toBe('config')
    expect(shell.printed.err).toContain('without the journal there is nothing to compare with')
    expect([word(shell), existsSync(join(shell.cwd, '.rollout/shop.break-glass.json'))]).toEqual(['10%', false])
  })

  it.each(['{}', '{"at":"x","actor":"a"}', '{"at":1e99,"actor":"a"}', '{"at":1,"actor":"a","reason":1}', '[', ''])(
    'a note of it that is damaged is not guessed at: %s',
    async (note) => {
      const shell = await rising()
      shell.write('.rollout/shop.break-glass.json', note)
      expect(await shell.run('pause')).toBe('config')
      expect(shell.printed.err).toContain('the record of a break-glass is damaged')
    },
  )

  it('asks, and does nothing, about a note that is older than what the journal has decided since', async () => {
    const shell = await rising()
    shell.write('.rollout/shop.break-glass.json', JSON.stringify({ at: shell.clock.now() - 60_000, actor: 'ana', actorFrom: 'system' }))
    expect(await shell.run('pause')).toBe('done')
    expect(shell.printed.err).toMatch(
      /^! the break-glass of ana at .* is not in the journal, which has gone on since: nothing is done about it\./,
    )
    expect(shell.printed.err).toContain('rollout rollback --all takes everything back; without ')
    expect(word(shell)).toBe('10%')
    expect(await shell.run('status')).toBe('notYet')
    expect(shell.printed.out).toContain('PAUSED')
  })

  it('works from rollout.yaml alone, and is recorded by the next command that reaches the journal', async () => {
    const { shell, back } = await withoutJournal()
    expect(await shell.run('rollback', '--all')).toBe('config')
    expect(word(shell)).toBe('10%')

    expect(await shell.run('rollback', '--all', '--break-glass', '--reason', 'store down')).toBe('done')
    expect(shell.printed.out).toContain('break-glass: every toggle to its default, without the journal')
    expect(word(shell)).toBe('false')

    back()
    // Until it is in the journal, who looks is told what is.
    expect(await shell.run('status')).toBe('unhealthy')
    expect(shell.printed.out).toMatch(
      /ROLLED BACK.*[^]*break-glass of ana at .*: store down[^]*the journal does not say so yet: rollout rollback records it/,
    )
    expect(await shell.run('status', '--json')).toBe('unhealthy')
    expect(shell.json<Summary>()).toMatchObject({ status: 'rolled back', exposures: { FEATURE_X: 0 } })
    expect(await shell.run('pause')).toBe('conflict')
    expect(await shell.run('status', '--json')).toBe('partial')
    expect(shell.json<Summary>()).toMatchObject({
      status: 'rolled back',
      intent: { move: 'rollback', why: { text: expect.stringContaining('break-glass of ana') } },
    })
    expect(existsSync(join(shell.cwd, '.rollout/shop.break-glass.json'))).toBe(false)

    expect(await shell.run('rollback')).toBe('done')
    expect(await shell.run('status')).toBe('unhealthy')
    expect(await shell.run('resume')).toBe('done')
    expect(await shell.run(...GO)).toBe('done')
    expect(word(shell)).toBe('10%')
  })

  it('is not undone by a controller that does not know of it', async () => {
    const { shell, back } = await withoutJournal()
    expect(await shell.run('rollback', '--all', '--break-glass')).toBe('done')
    back()
    // Another machine: it has the journal, and no note of the break-glass.
    rmSync(join(shell.cwd, '.rollout/shop.break-glass.json'))
    expect(await shell.run('advance', '--override', 'samples,metrics,hold,drift', '--reason', 'on we go')).toBe('notYet')
    expect(shell.printed.out).toContain('web was taken back by a break-glass that the journal does not know of')
    expect(word(shell)).toBe('false')
    expect(await shell.run('rollback', '--all')).toBe('done')
    expect(word(shell)).toBe('false')
  })
})

it('where it trips over a journal, says the line that goes back without it, and that line does', async () => {
  const shell = await rising()
  // A plan of another version, which says nothing of what its metrics measure.
  const files = readdirSync(journal(shell)).toSorted((one, other) => one.localeCompare(other))
  let previous = ''
  for (const file of files) {
    const path = join(journal(shell), file)
    const text = /^\d+\.json$/.test(file) ? readFileSync(path, 'utf8') : undefined
    rmSync(path, { recursive: true })
    if (text === undefined) continue
    const { hash: _, ...event }: Event = JSON.parse(text)
    if (event.type === 'started') {
      for (const metric of Object.values(event.plan.metrics)) Reflect.deleteProperty(metric, 'measures')
      Object.assign(event, { digest: digestOf(event.plan) })
    }
    const sealed = seal({ ...event, previous })
    writeFileSync(path, JSON.stringify(sealed))
    previous = sealed.hash
  }
  const line = ['rollback', '--all', '--break-glass']
  await expect(shell.run('rollback')).rejects.toThrow(`! to go back without the journal: rollout ${line.join(' ')}\n`)
  expect(await shell.run(...line)).toBe('done')
  expect(word(shell)).toBe('false')
})

it('says of a damaged journal the line that goes back without it, and that line does', async () => {
  const shell = await rising()
  const event = join(journal(shell), '000000000001.json')
  chmodSync(event, 0o600)
  writeFileSync(event, '{}')
  expect(await shell.run('rollback')).toBe('config')
  const [, line = ''] = /to go back without it: rollout (.*)\n/.exec(shell.printed.err) ?? []
  expect(line).toBe('rollback --all --break-glass')
  await shell.run(...line.split(' '))
  expect(word(shell)).toBe('false')
})
