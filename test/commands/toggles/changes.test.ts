import { expect, it } from 'vitest'
import type { Removal } from '../../../src/views/removal.ts'
import { TWO_TOGGLES } from '../../helpers/plans.ts'
import { fakeShell } from '../../helpers/shell.ts'

it('leaves what is nested deeper than the stack, and says so', async () => {
  const [open, close] = ['('.repeat(20_000), ')'.repeat(20_000)]
  const files = {
    'rollout.yaml': TWO_TOGGLES,
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

it('leaves what a deployment reads by its key, and the values of a chart', async () => {
  const shell = fakeShell({
    files: {
      'rollout.yaml': TWO_TOGGLES,
      'k8s/flags.yaml': 'kind: ConfigMap\ndata:\n  FEATURE_X: "true"\n  B: "1"\n',
      'k8s/web.yaml': 'env:\n  - name: X\n    valueFrom: { configMapKeyRef: { name: flags, key: FEATURE_X } }\n',
      'chart/values.yaml': 'FEATURE_X: true\nB: 1\n',
      'k8s/env.yaml': 'environment:\n  FEATURE_X: "true"\n  B: "1"\n',
    },
    env: { PATH: process.env['PATH'] },
  })
  expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--dry-run', '--json')).toBe('partial')
  const { left, files } = shell.json<Removal>()
  expect(files.map(({ file }) => file)).toEqual(['k8s/env.yaml', 'rollout.yaml'])
  expect(left.map(({ file, line }) => `${file}:${line}`)).toEqual(['chart/values.yaml:1', 'k8s/flags.yaml:3', 'k8s/web.yaml:3'])
})

it('leaves what a variable is set to while code that is left to people asks for it', async () => {
  const settings = { '.env.production': 'A=1\nFEATURE_X=true\n', 'compose.yaml': 'environment:\n  - A=1\n  - FEATURE_X=true\n' }
  const env = { PATH: process.env['PATH'] }
  for (const [code, stays] of [
    [`module.exports = process.env.FEATURE_X === 'true' ? 1 : 2\n`, []],
    [`module.exports = { x: process.env.FEATURE_X }\n`, ['.env.production:2', 'compose.yaml:3']],
    [`module.exports = ['FEATURE_X'].map((name) => process.env[name])\n`, ['.env.production:2', 'compose.yaml:3']],
  ] as const) {
    const shell = fakeShell({ files: { 'rollout.yaml': TWO_TOGGLES, ...settings, 'a.js': code }, env })
    await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--dry-run', '--json')
    const { left } = shell.json<Removal>()
    expect(left.filter(({ why }) => why === 'code that stays asks for it').map(({ file, line }) => `${file}:${line}`)).toEqual(stays)
  }
})

it('tells of two places in a line each by itself', async () => {
  const code = `module.exports = { env: { FEATURE_X: process.env.FEATURE_X }, more: { x: process.env.FEATURE_X === 'true' } }\n`
  const shell = fakeShell({ files: { 'rollout.yaml': TWO_TOGGLES, 'next.config.js': code }, env: { PATH: process.env['PATH'] } })
  await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--dry-run', '--json')
  expect(shell.json<Removal>().left.map(({ column, why }) => `${column} ${why}`)).toEqual([
    '27 its name is a value here',
    '50 it is passed on, or asked in a way that is not understood',
    '74 a constant is left here',
  ])
})

it('names what does not parse by the reason, wherever in the line that is', async () => {
  const shell = fakeShell({
    files: { 'rollout.yaml': TWO_TOGGLES, 'a.ts': `process.env.FEATURE_X = = 1\n` },
    env: { PATH: process.env['PATH'] },
  })
  await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--dry-run', '--json')
  expect(shell.json<Removal>().left.map(({ line, column, why }) => `${line}:${column} ${why}`)).toEqual(['1:13 Unexpected token'])
})
