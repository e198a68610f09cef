import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFileStore } from '../../../src/adapters/state/file.ts'
import { openWriter } from '../../../src/engine/writer.ts'
import type { DoctorFinding } from '../../../src/views/doctor.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { typedByNobody } from '../../helpers/nobody.ts'
import { DEAD, examined, healthy, off } from '../../helpers/doctor.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, realClock, serve, shop } from '../../helpers/shell.ts'

describe('what the doctor finds', () => {
  it('exits 78 when the plan is broken, at its place, and still looks at the rest', async () => {
    const { outcome, of } = await examined(fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD).replace('[web]', '[wbe]') } }))
    expect(outcome).toBe('config')
    expect(of('plan')[0]).toMatchObject({ level: 'failed', hint: 'did you mean web?', where: { file: 'rollout.yaml', line: 4 } })
    expect(of('node')).toHaveLength(1)
    expect(of('journal')).toEqual([])
  })

  it.each([
    ['18.20.4', 'failed'],
    ['20.18.9', 'failed'],
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
  ])('Node %s: %s', async (node, level) => {
    const { outcome, of } = await examined(await healthy({ node }))
    expect(of('node')).toMatchObject([{ level, text: node }])
    expect(outcome).toBe(level === 'ok' ? 'done' : 'config')
  })

  it('exits 69 when a target or a metric does not answer', async () => {
    const { outcome, of } = await examined(fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plainPlan(DEAD) } }))
    expect(outcome).toBe('unreachable')
    expect(of('target web')).toMatchObject([
      { level: 'failed', text: expect.stringContaining('does not exist'), hint: expect.stringContaining('create: true') },
    ])
    expect(of('metric error_rate')).toMatchObject([{ level: 'failed', text: expect.stringContaining('connection refused') }])
  })

  it.each(['postgres://ana@127.0.0.1:1/db', 'etcd://127.0.0.1:1/x'])(
    'exits 69 when %s, where the journal is, does not answer',
    async (state) => {
      const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('name: shop', `name: shop\nstate: ${state}`)
      const { outcome, of } = await examined(await healthy({ files: { 'rollout.yaml': plan, ...off }, clock: realClock() }))
      expect(outcome).toBe('unreachable')
      expect(of('journal')).toMatchObject([{ level: 'failed', text: expect.stringMatching(/refused/i), isUnreachable: true }])
    },
  )

  it('exits 78 when the journal was changed', async () => {
    const shell = await healthy()
    await shell.run('start')
    const file = join(shell.cwd, '.rollout/shop/000000000001.json')
    chmodSync(file, 0o600)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"ana"', '"eve"'))
    const { outcome, of } = await examined(shell)
    expect(outcome).toBe('config')
    expect(of('journal')).toMatchObject([{ level: 'failed', text: 'event 1 was changed or is damaged' }])
  })

  it('warns when others may read the journal', async () => {
    const shell = await healthy()
    await shell.run('start')
    chmodSync(join(shell.cwd, '.rollout/shop'), 0o755)
    const { outcome, of } = await examined(shell)
    expect(outcome).toBe('done')
    expect(of('journal')).toMatchObject([
      { level: 'warning', hint: `chmod 700 ${join(shell.cwd, '.rollout/shop')}` },
      { level: 'ok', text: `1 events in ${join(shell.cwd, '.rollout/shop')}, every hash holds` },
    ])
  })

  it.each([
    [false, 'warning', 'nobody watches: there pid 7'],
    [true, 'ok', 'watched by there pid 7'],
  ])('a controller that holds its lease: %s', async (holds, level, text) => {
    const shell = await healthy()
    await shell.run('start')
    const journal = await openFileStore(join(shell.cwd, '.rollout'), shell).open('shop')
    const writer = await openWriter({ journal, clock: shell.clock, uuid: randomUUID, version: 'test' })
    const controller = { host: 'there', pid: 7, domain: 'd', began: '1' }
    await writer.append({ type: 'attached', controller }, { actor: 'auto' })
    if (holds) await journal.takeLease({ holder: controller, since: shell.clock.now() }, 20_000)
    const { of } = await examined(shell)
    expect(of('controller')).toMatchObject([{ level, text: expect.stringContaining(text) }])
  })

  it('warns of a toggle that is overdue', async () => {
    const url = await shop({ requests: 100, errors: 0 })
    const plan = plainPlan(url).replace('{ targets: [web] }', '{ targets: [web], removeBy: 2020-01-31 }')
    const { outcome, of } = await examined(fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan, ...off } }))
    expect(outcome).toBe('done')
    expect(of('toggles')[0]).toMatchObject({ level: 'warning', text: 'FEATURE_X should have been removed by 2020-01-31' })
  })

  it('says which toggles a target does not hold yet', async () => {
    const { of } = await examined(
      await healthy({ files: { 'rollout.yaml': plainPlan(await shop({ requests: 100, errors: 0 })), 'web.env': 'OTHER=1\n' } }),
    )
    expect(of('target web')).toEqual([{ what: 'target web', level: 'ok', text: 'does not hold FEATURE_X yet: the default counts' }])
  })
})

describe('git', () => {
  const repository = async (ignored?: string) => {
    const shell = await healthy({ env: { PATH: process.env['PATH'] } })
    execFileSync('git', ['init', '--quiet'], { cwd: shell.cwd })
    if (ignored !== undefined) shell.write('.gitignore', ignored)
    return shell
  }

  it('warns when the journal would be committed', async () => {
    const shell = await repository()
    const { outcome, of } = await examined(shell)
    expect(of('git')).toMatchObject([{ level: 'warning', hint: `echo '.rollout/' >> ${join(shell.cwd, '.gitignore')}` }])
    expect(outcome).toBe('done')
  })

  it.each(['.rollout/\n', '.rollout\n', '/.roll*\n', '**/.rollout/\n'])('is content with %j', async (ignored) => {
    expect((await examined(await repository(ignored))).of('git')).toMatchObject([{ level: 'ok' }])
  })

  it('looks at the repository around the plan', async () => {
    const shell = await repository()
    shell.write('deploy/rollout.yaml', readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8'))
    shell.write('deploy/web.env', 'FEATURE_X=false\n')
    await shell.run('doctor', '--file', 'deploy', '--json')
    expect(shell.json<{ readonly findings: readonly DoctorFinding[] }>().findings.find(({ what }) => what === 'git')).toMatchObject({
      level: 'warning',
    })
  })

  it('says nothing outside a repository', async () => {
    expect((await examined(await healthy())).of('git')).toEqual([])
  })
})

describe('the doctor itself', () => {
  it('writes nothing', async () => {
    const shell = await healthy()
    await shell.run('start')
    const snapshot = () =>
      readdirSync(shell.cwd, { recursive: true, encoding: 'utf8' })
        .toSorted()
        .map((name) => [name, statSync(join(shell.cwd, name)).mtimeMs])
    const before = snapshot()
    expect(await shell.run('doctor')).toBe('done')
    expect(snapshot()).toEqual(before)
    expect(shell.printed.out).toContain('✓ target web: holds every toggle')
  })

  it('ends at --timeout with 124', async () => {
    const url = await serve(() => undefined)
    const shell = fakeShell({ clock: realClock(), files: { 'rollout.yaml': plainPlan(url), ...off } })
    expect(await shell.run('doctor', '--timeout', '200ms')).toBe('timeout')
  })

  it('does not blame a target for that', async () => {
    const plan = plainPlan(DEAD)
      .replace('use: env-file, path: web.env', "use: command, set: ['true', '{{value}}'], get: [sleep, '5']")
      .replace(/metrics:[^]*?interval/, 'interval')
      .replace(', metrics: [error_rate]', '')
    const shell = fakeShell({ files: { 'rollout.yaml': plan } })
    expect(await shell.run('doctor', '--timeout', '200ms')).toBe('timeout')
    expect(shell.printed.out).toBe('')
  })

  // Root may write anything, so somebody else has to look.
  it.runIf(process.getuid?.() === 0)('finds an env file it may not write', async () => {
    const shell = await healthy()
    chmodSync(shell.cwd, 0o755)
    for (const file of ['rollout.yaml', 'web.env']) chmodSync(join(shell.cwd, file), 0o644)
    const { code, out, err } = await typedByNobody(shell.cwd, 'doctor', '--json')
    expect(err).toBe('')
    expect((JSON.parse(out) as { findings: DoctorFinding[] }).findings.find(({ what }) => what === 'target web')).toMatchObject({
      level: 'failed',
      text: `${join(shell.cwd, 'web.env')} may not be written by this user`,
    })
    expect(code).toBe(69)
  })

  it('follows a link to the env file', async () => {
    const shell = await healthy()
    shell.write('real/web.env', 'FEATURE_X=false\n')
    rmSync(join(shell.cwd, 'web.env'))
    symlinkSync('real/web.env', join(shell.cwd, 'web.env'))
    expect((await examined(shell)).of('target web')).toMatchObject([{ level: 'ok' }])
  })
})
