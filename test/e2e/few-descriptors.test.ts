import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch } from '../helpers/launch.ts'
import { place } from './binary.ts'

const COUNT = 60
const names = Array.from({ length: COUNT }, (_, nth) => `t${nth}`)
const target = (name: string): string =>
  `{ use: command, set: [sh, -c, 'echo "$1" > ${name}.word', sh, "{{value}}"], get: [sh, -c, "cat ${name}.word || echo false"], fenced: false }`

const PLAN = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [${names.join(', ')}] } }
targets:
${names.map((name) => `  ${name}: ${target(name)}\n`).join('')}phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`

test('more commands than a process may have files open are begun as others end', async () => {
  const at = place({ 'rollout.yaml': PLAN })
  const type = async (...argv: readonly string[]) =>
    launch(at.folder, argv, { through: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] }).ended
  const held = (): readonly string[] => [...new Set(names.map((name) => at.read(`${name}.word`)))]
  expect(await type('start')).toMatchObject({ code: 0 })
  expect(existsSync(join(at.folder, 't0.word'))).toBe(false)
  expect(await type('advance')).toMatchObject({ code: 0 })
  expect(held()).toEqual(['10%\n'])
  expect(await type('rollback')).toMatchObject({ code: 0 })
  expect(held()).toEqual(['false\n'])
})
