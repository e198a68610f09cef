import { expect, it } from 'vitest'
import type { Removal } from '../../../src/views/removal.ts'
import { fakeShell } from '../../helpers/shell.ts'

const PLAN = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
  FEATURE_Y: { targets: [web] }
targets: { web: { use: env-file, path: web.env } }
phases:
  - { phase: one, toggles: [FEATURE_X], steps: [100%], hold: 0s }
  - { phase: rest, toggles: [FEATURE_Y], steps: [100%], hold: 0s }
`

it('leaves what is nested deeper than the stack, and says so', async () => {
  const [open, close] = ['('.repeat(20_000), ')'.repeat(20_000)]
  const files = {
    'rollout.yaml': PLAN,
    'deep.py': `import os\nx = ${open}1 if os.getenv("FEATURE_X") == "true" else 2${close}\n`,
    'deep.js': `export const x = ${open}process.env.FEATURE_X === 'true' ? 1 : 2${close}\n`,
    'flat.py': 'import os\nx = 1 if os.getenv("FEATURE_X") == "true" else 2\n',
  }
  const shell = fakeShell({ files, env: { PATH: process.env['PATH'] } })
  expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--dry-run', '--json')).toBe('partial')
  const { left, files: changed } = shell.json<Removal>()
  expect(changed.map(({ file }) => file)).toEqual(['flat.py', 'rollout.yaml'])
  expect(left.filter(({ why }) => why === 'it is nested too deeply').map(({ file, line }) => `${file}:${line}`)).toEqual([
    'deep.js:1',
    'deep.py:1',
  ])
})
