import { describe, expect, it } from 'vitest'
import { examined } from '../../helpers/doctor.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { fakeShell } from '../../helpers/shell.ts'
import type { DoctorFinding } from '../../../src/views/doctor.ts'

const plan = (flags: string) => `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web, flags] }
  FEATURE_Y: { targets: [web] }
targets:
  web: { use: env-file, path: web.env }
  flags: ${flags}
phases:
  - { phase: core, toggles: [FEATURE_X, FEATURE_Y], steps: [10%, 100%], metrics: [] }
`
const FLAGD = '{ use: flagd, path: flags.json, create: true }'
const shell = (flags: string, files: Record<string, string> = {}) =>
  fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan(flags), 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\n', ...files } })
const isOfIds = ({ text }: DoctorFinding): boolean => text.includes('ASCII')

describe('ids that are not ASCII, where flagd evaluates', () => {
  it('nothing is known of them: a note', async () => {
    const { outcome, of } = await examined(shell(FLAGD))
    expect(outcome).toBe('done')
    expect(of('target flags').filter(isOfIds)).toEqual([
      {
        what: 'target flags',
        level: 'ok',
        text: expect.stringContaining("flagd's JavaScript and .NET put them into other buckets"),
        hint: 'rollout doctor --users ids.txt looks at yours',
      },
    ])
  })

  it.each([
    [
      'a list beside the same toggle',
      FLAGD,
      { 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\nFEATURE_X_USERS=ada,zoë,ben\n' },
      '1 of 3',
      'FEATURE_X_USERS on web',
    ],
    [
      'those who are kept out',
      FLAGD,
      { 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\nFEATURE_X_DENY="李"\n' },
      '1 of 1',
      'FEATURE_X_DENY on web',
    ],
    ['a flag key', '{ use: flagd, path: flags.json, create: true, keys: { FEATURE_X: größe } }', {}, '1 of 1', 'keys.FEATURE_X'],
  ])('%s', async (_, flags, files, count, place) => {
    const { of } = await examined(shell(flags, files))
    expect(of('target flags').filter(isOfIds)).toEqual([
      {
        what: 'target flags',
        level: 'warning',
        text: expect.stringContaining(`${count} known ids and keys are not ASCII (the first: ${place})`),
        hint: expect.stringContaining('ASCII'),
      },
    ])
  })

  it.each([
    ['ada\n\nben\r\nzoë\n李\n', 'warning', '2 of 4 known ids and keys are not ASCII (the first: line 4 of ids.txt)'],
    ['\ufeffada\r\nben', 'ok', '2 known ids are ASCII'],
  ])('of --users with %j', async (ids, level, text) => {
    const lent = shell(FLAGD, { 'ids.txt': ids })
    expect(await lent.run('doctor', '--json', '--users', 'ids.txt')).toBe('done')
    expect(lent.json<{ readonly findings: readonly DoctorFinding[] }>().findings.filter(isOfIds)).toMatchObject([
      { level, text: expect.stringContaining(text) },
    ])
  })

  it('of --users with a file that is not there', async () => {
    const lent = shell(FLAGD)
    expect(await lent.run('doctor', '--users', 'gone.txt')).toBe('usage')
    expect(lent.printed.err).toContain('--users gone.txt cannot be read')
  })

  it('lists of toggles that flagd does not hold are none of its', async () => {
    const { of } = await examined(shell(FLAGD, { 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\nFEATURE_Y_USERS=zoë\n' }))
    expect(of('target flags').filter(isOfIds)).toMatchObject([{ level: 'ok' }])
  })

  it('without flagd there is nothing to say', async () => {
    const { rows } = await examined(shell('{ use: unleash, path: flags.json, create: true }'))
    expect(rows.filter(isOfIds)).toEqual([])
  })
})
