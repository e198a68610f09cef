import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { launch } from '../helpers/launch.ts'
import { LACKS_TRACE } from '../torture/strace.ts'
import { place } from './binary.ts'

/*
 * Shared folders of virtual machines, file servers and disks of other systems do without some of what a disk of Linux does. The
 * calls are refused by strace with the errors that these file systems are documented to give.
 */

const PLAN = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`

function refusing(calls: string, error: string, paths: readonly string[] = []) {
  const at = place({ 'rollout.yaml': PLAN, 'web.env': 'FEATURE_X=false\n' })
  const only = paths.flatMap((path) => ['-P', join(at.folder, path)])
  const through = ['strace', '-f', '-o', join(at.folder, 'calls'), ...only, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`]
  const type = async (...argv: readonly string[]) => {
    const ended = await launch(at.folder, argv, { through }).ended
    return { ...ended, refused: at.read('calls').split('(INJECTED)').length - 1 }
  }
  return { at, type }
}

describe.skipIf(LACKS_TRACE !== undefined)('on a file system', () => {
  test.each(['EINVAL', 'EOPNOTSUPP'])('that cannot make a folder durable (%s) a step and its rollback are made', async (error) => {
    const { at, type } = refusing('fsync', error, ['', '.rollout', '.rollout/shop'])
    expect(await type('start')).toMatchObject({ code: 0 })
    const { code, out, refused } = await type('advance')
    expect(code, out).toBe(0)
    expect(refused).toBeGreaterThan(1)
    expect(at.read('web.env')).toContain('FEATURE_X=10%')
    expect(await type('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect(await type('history')).toMatchObject({ code: 0 })
  })

  test.each([
    ['fchown', 'EINVAL'],
    ['fchmod', 'EPERM'],
    ['fchmod', 'EOPNOTSUPP'],
  ])('where a new file cannot be like the old one (%s: %s) that is written in its place', async (call, error) => {
    const { at, type } = refusing(call, error)
    const { ino } = statSync(join(at.folder, 'web.env'))
    expect(await type('start')).toMatchObject({ code: 0 })
    const { code, out, refused } = await type('advance')
    expect(code, out).toBe(0)
    expect(refused).toBe(1)
    expect(at.read('web.env')).toContain('FEATURE_X=10%')
    expect(statSync(join(at.folder, 'web.env')).ino).toBe(ino)
    expect(await type('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect(readdirSync(at.folder).filter((name) => /\.tmp$|backup/.test(name))).toEqual([])
  })

  test.each(['EPERM', 'EOPNOTSUPP'])('without hard links (%s) no journal is begun, and it is said what to do', async (error) => {
    const { at, type } = refusing('link', error)
    const { code, err } = await type('start')
    expect({ code, err }).toEqual({
      code: 78,
      err: expect.stringMatching(/its file system has no hard links[^]*state: names a folder on another one, postgres:\/\/ or etcd:\/\//),
    })
    expect(at.read('web.env')).toBe('FEATURE_X=false\n')
    expect(await type('status')).toMatchObject({ code: 64, err: expect.stringContaining('nothing was started yet') })
    expect(existsSync(join(at.folder, '.rollout/shop/000000000001.json'))).toBe(false)
  })
})
