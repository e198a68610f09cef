import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ownFolder } from '../helpers/folder.ts'
import { launch } from '../helpers/launch.ts'
import { place } from './binary.ts'

/* What is compiled is kept between runs, in the folder of the package. */

const root = join(import.meta.dirname, '../..')

/** A copy of the program that nobody has typed yet, and a plan with a target of the user's own. */
function installed() {
  const folder = ownFolder('rollout-compiled-')
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
  const cache = join(folder, 'node_modules/.cache/rollout')
  const kept = (): readonly string[] =>
    existsSync(cache)
      ? readdirSync(cache, { recursive: true, encoding: 'utf8' })
          .map((name) => join(cache, name))
          .filter((path) => statSync(path).isFile())
      : []
  const at = place({
    'rollout.yaml': `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web, own] } }
targets: { web: { use: env-file, path: web.env }, own: { use: ./own.mjs } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`,
    'web.env': 'FEATURE_X=false\n',
    'own.mjs': `import { readFileSync, writeFileSync } from 'node:fs'
export default {
  options: (given) => given,
  read: async () => ({ FEATURE_X: readFileSync('own.txt', 'utf8') }),
  write: async (_, words) => writeFileSync('own.txt', words.FEATURE_X),
  byHand: (_, words) => [\`echo \${words.FEATURE_X}\`],
}
`,
    'own.txt': 'false',
  })
  const rollout = async (...argv: readonly string[]) => launch(at.folder, argv, { program: join(folder, 'bin/rollout.cjs') }).ended
  return { folder, kept, at, rollout }
}

/** Of the same size and with the same beginning, which is what V8 looks at. */
function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100)])
}

it('a command does the same with what was kept as without', async () => {
  const { kept, at, rollout } = installed()
  expect(kept()).toEqual([])
  expect(await rollout('start')).toMatchObject({ code: 0 })
  expect(kept().length).toBeGreaterThan(1)
  for (const word of ['10%', 'true']) {
    expect(await rollout('advance')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain(`FEATURE_X=${word}\n`)
    expect(at.read('own.txt')).toBe(word)
  }
  const [first, again] = [await rollout('status', '--json'), await rollout('status', '--json')]
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(again).toEqual(first)
})

it('what was kept is read by the commands that come after', async () => {
  const { kept, rollout } = installed()
  await rollout('status')
  const old = new Date('2001-01-01T00:00:00Z')
  for (const path of kept()) utimesSync(path, old, old)
  await rollout('status')
  expect(kept().map((path) => statSync(path).mtimeMs)).toEqual(kept().map(() => old.getTime()))
})

it('what was kept by another Node.js, or is damaged, is compiled anew', async () => {
  const { kept, rollout } = installed()
  const { code, out, err } = await rollout('list')
  for (const path of kept()) writeFileSync(path, 'no code')
  expect(await rollout('list')).toMatchObject({ code, out, err })
  for (const path of kept()) writeFileSync(path, '')
  expect(await rollout('list')).toMatchObject({ code, out, err })
  // As a disk leaves it that lost its power: as long as it was, and nothing in it.
  for (const path of kept()) writeFileSync(path, damaged(readFileSync(path)))
  expect(await rollout('list')).toMatchObject({ code, out, err })
})

it('a program that may not write there keeps nothing, and a removed one leaves nothing', async () => {
  const { folder, kept, at, rollout } = installed()
  // A file where the folder would be refuses everybody, the superuser too.
  writeFileSync(join(folder, 'node_modules'), '')
  expect(await rollout('start')).toMatchObject({ code: 0 })
  rmSync(join(folder, 'node_modules'))
  expect(kept()).toEqual([])
  const running = launch(at.folder, ['status', '--watch'], { program: join(folder, 'bin/rollout.cjs') })
  await running.printed('FEATURE_X')
  rmSync(folder, { recursive: true })
  running.kill('SIGINT')
  await running.ended
  expect(existsSync(folder)).toBe(false)
})
