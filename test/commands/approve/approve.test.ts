import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFileStore } from '../../../src/adapters/state/file.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Summary } from '../../../src/core/report/summary.ts'
import { openWriter } from '../../../src/engine/writer.ts'
import { shopShell } from '../../helpers/plans.ts'
import { realClock, type FakeShell } from '../../helpers/shell.ts'

const PEOPLE = `approvers: { rm: [ana, ben, chris], sec: [dora] }
`

/** A rollout before its first step, which needs this approval; started by chris. */
async function asking(approval: string, more = ''): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 }, PEOPLE + more)
  const plan = readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')
  shell.write('rollout.yaml', plan.replace('steps: [10%', `steps: [{ to: 10%, approval: ${approval} }`))
  return shell
}

async function started(approval: string, more = ''): Promise<FakeShell> {
  const shell = await asking(approval, more)
  expect(await shell.run('start', '--actor', 'chris')).toBe('done')
  return shell
}

async function gate(shell: FakeShell, name = 'approval') {
  await shell.run('status', '--json')
  return shell.json<Summary>().gates.filter((each) => each.name === name)
}

async function text(shell: FakeShell): Promise<readonly string[]> {
  return (await gate(shell)).map((each) => each.text)
}

const GO = ['--override', 'samples,metrics', '--reason', 'test'] as const

describe('an approval', () => {
  it('is taken back by who gave it, and is gone then', async () => {
    const shell = await started('rm')
    expect(await shell.run('approve', '--actor', 'ana', '--reason', 'soaked')).toBe('done')
    expect(await text(shell)).toEqual(['approval 1 of 1 (rm): ana'])
    expect(await shell.run('approve', '--actor', 'ben', '--revoke')).toBe('usage')
    expect(shell.printed.err).toContain('ben has not approved step 1: there is nothing to take back')
    expect(await shell.run('approve', '--actor', 'ana', '--revoke', '--reason', 'saw errors')).toBe('done')
    expect(await text(shell)).toEqual(['approval 0 of 1 (rm); missing 1 of ana, ben, chris'])
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('notYet')
    await shell.run('history')
    expect(shell.printed.out).toMatch(
      /#3 .* took back the approval of step 1 for rm ana "saw errors"\n#2 .* approved step 1 for rm ana "soaked"/,
    )
  })

  it('expires, and counts again when it is given anew', async () => {
    const shell = await started('{ group: rm, expires: 1h }')
    await shell.run('approve', '--actor', 'ana')
    expect(await gate(shell)).toMatchObject([{ open: true }])
    await shell.clock.sleep(60 * 60_000)
    expect(await gate(shell)).toMatchObject([{ open: false, text: expect.stringContaining(`; ana's expired `) }])
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain('rollout approve --reason "…"')
    await shell.run('approve', '--actor', 'ana')
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('done')
  })

  it('is somebody else’s where two people are asked for', async () => {
    const shell = await started('{ group: rm, by: others }')
    expect(await shell.run('approve', '--actor', 'chris')).toBe('denied')
    expect(shell.printed.err).toBe(
      '✗ chris froze this plan: somebody else in rm must approve it\n  one of ana, ben; --actor NAME says who you are\n',
    )
    expect(await shell.run('approve', '--actor', 'ana')).toBe('done')
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain('not ana, who types the step')
    expect(await shell.run('advance', '--actor', 'chris', ...GO)).toBe('done')
  })

  it('is nobody’s who accepted an edit of the plan', async () => {
    const shell = await started('{ group: rm, by: others }')
    shell.write('rollout.yaml', readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8').replace('hold: 1m', 'hold: 2m'))
    expect(await shell.run('plan', '--accept', '--reason', 'longer', '--actor', 'ben')).toBe('done')
    expect(await shell.run('approve', '--actor', 'ben')).toBe('denied')
    expect(await text(shell)).toEqual([
      'approval 0 of 1 (rm); missing 1 of ana; not chris, who froze the plan; not ben, who froze the plan',
    ])
  })

  it('of several groups needs every one of them', async () => {
    const shell = await started('[rm, sec]')
    await shell.run('approve', '--actor', 'ana')
    expect(await text(shell)).toEqual(['approval 1 of 1 (rm): ana', 'approval 0 of 1 (sec); missing 1 of dora'])
    expect(await shell.run('check', 'gates', '--json')).toBe('notYet')
    const { rows } = shell.json<{ rows: readonly { name: string; verdict: string; hint?: string }[] }>()
    expect(rows.filter(({ name }) => name === 'approval').map(({ verdict, hint }) => [verdict, hint])).toEqual([
      ['ok', undefined],
      ['waiting', 'rollout approve --reason "…"'],
    ])
    expect(await shell.run('approve', '--actor', 'eve')).toBe('denied')
    expect(shell.printed.err).toContain('eve is not in rm or sec')
    await shell.run('approve', '--actor', 'dora')
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('done')
  })

  it('too few can give is refused at start, at its place', async () => {
    const shell = await asking('{ group: sec, by: others }')
    expect(await shell.run('start', '--actor', 'dora')).toBe('config')
    expect(shell.printed.err).toMatch(
      /^✗ rollout\.yaml:18:71 phases\.0\.steps\.0\.approval 1 approval is needed, but sec has 1 person, and dora, who starts it/,
    )
    expect(await shell.run('start', '--actor', 'chris')).toBe('done')
  })

  it('a window that is closed can be overridden with a reason, which is kept', async () => {
    const never = 'windows: [{ days: Mon, from: "09:00", to: "09:01", zone: UTC }]\n'
    const shell = await started('rm', never)
    await shell.run('approve', '--actor', 'ana')
    expect(await shell.run('advance', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain('window closed until 2027-01-18 09:00:00Z')
    expect(await shell.run('advance', '--override', 'samples,metrics,window')).toBe('usage')
    expect(await shell.run('advance', '--override', 'samples,metrics,window', '--reason', 'the shop is down')).toBe('done')
    await shell.run('history')
    expect(shell.printed.out).toContain('overriding samples, metrics, window ana "the shop is down"')
    // No window stands in the way of a rollback.
    expect(await shell.run('rollback', '--reason', 'worse')).toBe('done')
  })
})

const CHECKLIST = `checklist: [{ id: restore, text: Backups were restored, owner: rm, kind: operational, evidence: true }, { id: news, text: Support knows, owner: marketing, kind: business }]`

/** At the last step of a phase that wants two items. */
async function listed(): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 }, PEOPLE)
  const plan = readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')
  shell.write('rollout.yaml', plan.replace('hold: 1m,', `hold: 1m, ${CHECKLIST},`).replace('[10%, 100%]', '[100%]'))
  await shell.run('start')
  return shell
}

it('plan shows when everything can happen, windows and freezes included', async () => {
  // The clock of the test begins on Friday, 15 January 2027, 08:00 UTC.
  const calendar = `windows: [{ days: Mon-Fri, from: "22:00", to: "02:00", zone: Europe/Berlin }]
freezes:
  - { name: stocktaking, from: 2027-01-15, to: 2027-01-18, zone: Europe/Berlin }
  - { name: audit, from: 2027-01-18, to: 2027-01-19, zone: Europe/Berlin }
`
  const shell = await shopShell({ requests: 100, errors: 0 }, calendar)
  shell.write('rollout.yaml', readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8').replace('hold: 1m,', 'hold: 3h, planned: 1d..2d,'))
  expect(await shell.run('plan')).toBe('done')
  const lines = shell.printed.out.split('\n').map((line) => line.trimEnd())
  expect(lines).toContain('1     core   FEATURE_X  10%   3h    2027-01-19 23:00Z')
  // The night of Tuesday ends at 02:00: three hours later it is closed.
  expect(lines).toContain('2     core   FEATURE_X  100%  3h    2027-01-20 21:00Z')
  expect(lines).toContain('core   2027-01-19 23:00Z  2027-01-21 00:00Z         2027-01-21 00:00Z to 2027-01-21 23:00Z')
  expect(shell.printed.err).toContain('the freezes stocktaking and audit overlap: together they last until 2027-01-19 23:00:00Z')
})

describe('an item of a checklist', () => {
  it('is asked for from the beginning, with its owner and what to type', async () => {
    const shell = await listed()
    await shell.run('status')
    expect(shell.printed.out).toContain(`  before core is complete:
  · checklist 0 of 2, missing restore (rm), missing news (marketing)
      restore: Backups were restored (operational) (rm)  rollout approve restore --evidence URL --reason "…"
      news: Support knows (business) (marketing)  rollout approve news --reason "…"
`)
  })

  it('needs its owner and its evidence, and is in the history with both', async () => {
    const shell = await listed()
    expect(await shell.run('approve', 'restore', '--actor', 'ana')).toBe('usage')
    expect(shell.printed.err).toContain('restore needs evidence: where can it be seen?')
    expect(await shell.run('approve', 'restore', '--actor', 'dora', '--evidence', 'https://ci/1')).toBe('denied')
    expect(await shell.run('approve', 'restore', '--actor', 'ana', '--evidence', 'https://ci/1', '--reason', 'twice')).toBe('done')
    expect(await shell.run('approve', 'news', '--actor', 'anybody')).toBe('done')
    await shell.run('history')
    expect(shell.printed.out).toContain('checked restore of core, see https://ci/1 ana "twice"')
    await shell.run('explain', '#2')
    expect(shell.printed.out).toContain('  Evidence: https://ci/1\n  By: ana (--actor), "twice"\n')
    expect(await shell.run('status', '--json')).toBe('done')
    expect(shell.json<Summary>().ahead).toEqual([])
  })

  it('is unticked again', async () => {
    const shell = await listed()
    await shell.run('approve', 'news')
    await shell.run('approve', 'news', '--revoke', '--reason', 'they do not')
    await shell.run('approve', 'news', '--revoke')
    await shell.run('history', '--json')
    expect(shell.json<{ readonly events: readonly Event[] }>().events.map(({ type }) => type)).toEqual(['unchecked', 'checked', 'started'])
    await shell.run('status', '--json')
    expect(shell.json<Summary>().ahead[0]?.text).toContain('checklist 0 of 2')
  })

  it.each([
    ['https://ana:secret@ci/1', 'holds a user or password'],
    ['a\u001b[2Jb', 'does not say where'],
    ['x'.repeat(2001), 'does not say where'],
    [' ', 'does not say where'],
  ])('has no evidence like %j', async (evidence, says) => {
    const shell = await listed()
    expect(await shell.run('approve', 'news', '--evidence', evidence)).toBe('usage')
    expect(shell.printed.err).toContain(says)
    expect(shell.printed.err).not.toContain('secret')
  })

  it('that nobody knows is suggested', async () => {
    const shell = await listed()
    expect(await shell.run('approve', 'restor')).toBe('usage')
    expect(shell.printed.err).toContain('did you mean restore?')
  })
})

const canSign = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!canSign) process.stderr.write('ssh-keygen is not installed: signatures are NOT tested (apt-get install openssh-client)\n')

function key(shell: FakeShell, name: string): string {
  const file = join(shell.cwd, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
  return readFileSync(`${file}.pub`, 'utf8').trim()
}

/** Step 1 wants a signature; ana and ben have keys, of which those of ana count. */
async function signing(): Promise<FakeShell> {
  const shell = await asking('{ group: rm, signed: true }', 'signers: allowed_signers\n')
  shell.write('allowed_signers', `ana namespaces="rollout" ${key(shell, 'ana')}\n`)
  key(shell, 'ben')
  expect(await shell.run('start', '--actor', 'chris')).toBe('done')
  return shell
}

describe.skipIf(!canSign)('a signature', () => {
  it('is demanded, made and checked', async () => {
    const shell = await signing()
    expect(await shell.run('approve', '--actor', 'ana')).toBe('denied')
    expect(shell.printed.err).toContain('rm must sign: an approval without a signature does not count')
    expect(await shell.run('approve', '--actor', 'ana', '--sign', 'ana')).toBe('done')
    expect(await shell.run('history', '--verify')).toBe('done')
    expect(shell.printed.out).toContain('✓ 1 of 1 signatures hold\n')
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('done')
  })

  it.each([
    ['with a key that is not in the file', 'ben', 'ben'],
    ['for somebody else', 'ben', 'ana'],
    ['by a name for which another key is in the file', 'ana', 'ben'],
  ])('%s is refused, and nothing is kept', async (_, actor, file) => {
    const shell = await signing()
    expect(await shell.run('approve', '--actor', actor, '--sign', file)).toBe('denied')
    expect(shell.printed.err).toContain(`does not know this as a key of ${actor}`)
    expect(await text(shell)).toEqual(['approval 0 of 1 (rm); missing 1 of ana, ben, chris, signed'])
  })

  it('of a key that is not there, or that has a passphrase, is none', async () => {
    const shell = await signing()
    expect(await shell.run('approve', '--actor', 'ana', '--sign', 'nokey')).toBe('unreachable')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a pass phrase', '-C', '', '-f', join(shell.cwd, 'locked')])
    expect(await shell.run('approve', '--actor', 'ana', '--sign', 'locked')).not.toBe('done')
    expect(await text(shell)).toEqual(['approval 0 of 1 (rm); missing 1 of ana, ben, chris, signed'])
  })

  it('written into the journal by somebody else moves nothing, and history says so', async () => {
    const shell = await signing()
    await shell.run('approve', '--actor', 'ana', '--sign', 'ana')
    await shell.run('history', '--json')
    const [mine] = shell.json<{ readonly events: readonly Event[] }>().events
    if (mine?.type !== 'approved' || !mine.signed) throw new Error('not signed')
    await shell.run('approve', '--actor', 'ana', '--revoke')
    // Ana's signature under Ben's name: whoever can write the journal can write that.
    const store = openFileStore(join(shell.cwd, '.rollout'), { clock: realClock() })
    const writer = await openWriter({ journal: await store.open('shop'), clock: shell.clock, uuid: shell.uuid, version: 'forged' })
    const { step, digest, group, signed } = mine
    await writer.append({ type: 'approved', step, digest, group, signed }, { actor: 'ben' })
    expect(await gate(shell)).toMatchObject([{ open: true }])
    expect(await shell.run('advance', '--actor', 'ben', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain(`approval 0 of 1 (rm); ben's proves nothing`)
    expect(await shell.run('history', '--verify')).toBe('denied')
    expect(shell.printed.out).toContain('✗ 1 of 2 signatures hold\n✗ #4 ben: ')
    // Nor does the watcher go on.
    await shell.run('run', '--once', '--json')
    expect(shell.json<Summary>().step).toBeUndefined()
  })

  it.each([
    ['a revocation', ['approve', '--actor', 'ana', '--revoke']],
    ['a rollback', ['rollback', '--actor', 'ben']],
  ])('is used once: a copy of it after %s counts for nothing', async (_, undo) => {
    const shell = await signing()
    await shell.run('approve', '--actor', 'ana', '--sign', 'ana')
    await shell.run('history', '--json')
    const [mine] = shell.json<{ readonly events: readonly Event[] }>().events
    if (mine?.type !== 'approved' || !mine.signed) throw new Error('not signed')
    expect(await shell.run(...undo)).toBe('done')
    await shell.run('resume', '--actor', 'ben')
    const store = openFileStore(join(shell.cwd, '.rollout'), { clock: realClock() })
    const clock = { now: () => mine.at }
    const writer = await openWriter({ journal: await store.open('shop'), clock, uuid: shell.uuid, version: 'forged' })
    const { step, digest, group, signed } = mine
    await writer.append({ type: 'approved', step, digest, group, signed }, { actor: 'ana' })
    expect(await gate(shell)).toMatchObject([{ open: true }])
    expect(await shell.run('advance', '--actor', 'ben', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain(`approval 0 of 1 (rm); ana's proves nothing`)
    // Said anew, it counts.
    expect(await shell.run('approve', '--actor', 'ana', '--sign', 'ana')).toBe('done')
  })

  it('counts no more once its key has been taken out of the file; the edit is drift', async () => {
    const shell = await signing()
    await shell.run('approve', '--actor', 'ana', '--sign', 'ana')
    writeFileSync(join(shell.cwd, 'allowed_signers'), '# nobody\n')
    expect(await shell.run('advance', '--actor', 'ana', ...GO)).toBe('notYet')
    expect(shell.printed.out).toContain(`ana's proves nothing`)
    await shell.run('status')
    expect(shell.printed.out).toContain('allowed_signers changed since the plan was frozen')
  })

  it('whose signers are not there is an error of the plan, at its place', async () => {
    const shell = await asking('{ group: rm, signed: true }', 'signers: nowhere\n')
    expect(await shell.run('start', '--actor', 'chris')).toBe('config')
    expect(shell.printed.err).toMatch(/^✗ rollout\.yaml:20:10 signers nowhere does not exist\n/)
    appendFileSync(join(shell.cwd, 'nowhere'), '')
    expect(await shell.run('start', '--actor', 'chris')).toBe('done')
  })
})
