import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LIMITS } from '../helpers/limits.ts'
import { launch } from '../helpers/launch.ts'
import { plainPlan } from '../helpers/plans.ts'
import { shop } from '../helpers/shell.ts'
import { place } from './binary.ts'

/*
 * A named pipe that nobody writes to, in the place of each file that others can lie down: whoever opened it as a file would
 * wait for ever, and no deadline of the program would come.
 */

const url = await shop({ requests: 100, errors: 0 })
const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const

async function begun() {
  const at = place({ 'rollout.yaml': plainPlan(url), 'web.env': 'FEATURE_X=false\n' })
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  expect(await at.rollout(...GO)).toMatchObject({ code: 0 })
  expect(at.read('web.env')).toContain('FEATURE_X=10%')
  const type = async (...argv: readonly string[]) => launch(at.folder, argv, { timeout: LIMITS.wait }).ended
  return { at, type }
}

function pipeAt(path: string): void {
  rmSync(path, { recursive: true, force: true })
  execFileSync('mkfifo', [path])
}

test.each(['shop/000000000001.json', 'shop/000000000002.json', 'shop/checkpoint.json', 'shop/lease.json', 'shop/reserve'])(
  'the release is taken back, and every look ends, over a pipe at %s',
  async (path) => {
    const { at, type } = await begun()
    pipeAt(join(at.folder, '.rollout', path))
    for (const look of [['status'], ['history'], ['run', '--once']]) expect((await type(...look)).code, look.join(' ')).not.toBeNull()
    expect((await type('rollback', '--all', '--break-glass')).code).toBe(0)
    expect(at.read('web.env')).toContain('FEATURE_X=false')
  },
)

test.each(['shop.break-glass.json', '../web.env.rollout-backup', 'shop'])('every look ends over a pipe at %s', async (path) => {
  const { at, type } = await begun()
  rmSync(join(at.folder, '.rollout', path), { force: true, recursive: true })
  pipeAt(join(at.folder, '.rollout', path))
  for (const look of [['status'], ['check'], ['advance'], ['rollback', '--all', '--break-glass']]) {
    const { code, err } = await type(...look)
    expect(code, look.join(' ')).not.toBeNull()
    expect(code, err).not.toBe(1)
  }
})

test('a rollback over a pipe in the place of its env file names it, and what to type', async () => {
  const { at, type } = await begun()
  pipeAt(join(at.folder, 'web.env'))
  const { code, out } = await type('rollback')
  expect(code).toBe(10)
  expect(out).toContain('is not a regular file')
})
