import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { place } from './binary.ts'

/* What changes under the feet of a command: the folder that it was typed in, and where the rollout is. */

const BINARY = join(import.meta.dirname, '../../bin/rollout.cjs')
const planned = (target: string): string => `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: ${target} }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`

it.each([
  ['was removed below the plan', 'mkdir sub && cd sub && rmdir ../sub', ''],
  ['was removed, and the plan is named from there', 'mkdir sub && cd sub && rmdir ../sub', '-f ..'],
  ['was replaced by a deploy', 'cp -a . "$PWD.next" && rm -r "$PWD" && mv "$PWD.next" "$PWD"', ''],
])('a rollback goes through from a folder that %s', async (_, change, flags) => {
  const { rollout, read, folder } = place({ 'rollout.yaml': planned('{ use: env-file, path: web.env }'), 'web.env': 'FEATURE_X=false\n' })
  await rollout('start', '--actor', 'ana')
  await rollout('advance', '--actor', 'ana')
  expect(read('web.env')).toContain('FEATURE_X=10%')
  await promisify(execFile)('sh', ['-c', `${change}; exec "$0" "$1" rollback ${flags}`, process.execPath, BINARY], { cwd: folder })
  expect(read('web.env')).toContain('FEATURE_X=false')
})

it('a step that a rollback overtakes says whose it is, and that it did not happen', async () => {
  const reload = 'touch reloading; while test -e reloading && ! test -e go; do sleep 0.05; done'
  const target = `{ use: env-file, path: web.env, reload: [sh, -c, "${reload}"] }`
  const { rollout, launch, write, folder } = place({ 'rollout.yaml': planned(target), 'web.env': 'FEATURE_X=false\n' })
  await rollout('start', '--actor', 'ana')
  const step = launch(['advance', '--actor', 'ana']).ended
  while (!existsSync(join(folder, 'reloading'))) await new Promise((done) => setTimeout(done, 20))
  const back = rollout('rollback', '--actor', 'ben', '--reason', 'customers call')
  while (!(await rollout('status')).out.includes('ROLLED BACK')) await new Promise((done) => setTimeout(done, 20))
  write('go', '')
  expect([(await back).code, await step]).toMatchObject([0, { code: 75 }])
  expect((await step).out).toMatch(/^✗ somebody else came first: ROLLED BACK {2}customers call \(#\d+ by ben, /)
})
