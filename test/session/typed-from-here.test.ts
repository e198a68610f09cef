import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fakeShell } from '../helpers/shell.ts'

const plan = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: deploy/web.env, reload: [sh, -c, test -e works] } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`

const linesIn = (text: string): readonly string[] => [...new Set(text.match(/^ {6}(?:cd|sed|sh) .*$/gm))]

it.each([
  ['of a rollback', ['rollback']],
  ['of a break-glass', ['rollback', '--all', '--break-glass']],
])('lines to type by hand %s go to the folder of the plan, from wherever', async (_, line) => {
  const shell = fakeShell({ files: { "it's/rollout.yaml": plan, "it's/deploy/web.env": 'FEATURE_X=false\n', "it's/works": '' } })
  const elsewhere = join(shell.cwd, 'elsewhere')
  const file = join(shell.cwd, "it's/deploy/web.env")
  mkdirSync(join(elsewhere, 'deploy'), { recursive: true })
  expect(await shell.run('start', '-f', "it's")).toBe('done')
  expect(await shell.run('advance', '-f', "it's")).toBe('done')
  rmSync(join(shell.cwd, "it's/works"))
  if (line.length > 1) shell.write("it's/.rollout/shop/000000000002.json", '{')
  expect(await shell.run(...line, '-f', "it's", '--reason', 'test')).toBe('partial')
  shell.write("it's/deploy/web.env", 'FEATURE_X=10%\n')
  shell.write("it's/works", '')
  const typed = linesIn(shell.printed.out + shell.printed.err)
  expect(typed).toHaveLength(3)
  execFileSync('sh', ['-ec', typed.join('\n')], { cwd: elsewhere })
  expect(readFileSync(file, 'utf8')).toBe('FEATURE_X=false\n')
})

it('and stay as they are in that folder', async () => {
  const shell = fakeShell({ files: { 'rollout.yaml': plan, 'deploy/web.env': 'FEATURE_X=false\n', works: '' } })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance')).toBe('done')
  rmSync(join(shell.cwd, 'works'))
  expect(await shell.run('rollback')).toBe('partial')
  expect(linesIn(shell.printed.out).map((each) => each.trim().slice(0, 3))).toEqual(['sed', 'sh '])
})
