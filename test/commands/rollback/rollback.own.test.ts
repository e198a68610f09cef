import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeShell } from '../../helpers/shell.ts'

const plan = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web, mine] } }
targets: { web: { use: env-file, path: web.env }, mine: { use: ./mine.mjs } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s, metrics: [] }]
`
const mine = (byHand: string) => `import { existsSync } from 'node:fs'
import { join } from 'node:path'
let held = 'false'
export default {
  options: () => ({}),
  read: async () => ({ FEATURE_X: held }),
  write: async (_, words, { folder }) => {
    if (existsSync(join(folder, 'down'))) throw new Error('my store is down')
    held = words.FEATURE_X
  },
  ${byHand}
}`

describe("a rollback with a target of one's own that is down", () => {
  it.each([
    ['whose byHand throws', "byHand: () => { throw new Error('oops') },"],
    ['whose byHand returns no lines', 'byHand: () => 42,'],
  ])('%s takes the others back, and names it', async (_, byHand) => {
    const shell = fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n', 'mine.mjs': mine(byHand) } })
    expect(await shell.run('start', '--actor', 'ana')).toBe('done')
    expect(await shell.run('advance', '--actor', 'ana')).toBe('done')
    shell.write('down', '')
    expect(await shell.run('rollback', '--actor', 'ana')).toBe('partial')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=false')
    expect(shell.printed.out).toContain('mine: my store is down')
    expect(shell.printed.out).toContain('# this target can say no line to type; it must hold:\n      # FEATURE_X=false')
  })
})
