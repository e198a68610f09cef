import { expect, it } from 'vitest'
import { withoutProgram } from '../../src/session/without-program.ts'

const HOME = '/opt/rollout'

it.each([
  [{ code: 'EIO', path: '/opt/rollout/dist/chunk-json.cjs' }],
  [{ code: 'MODULE_NOT_FOUND', requireStack: ['/opt/rollout/dist/main.cjs', '/opt/rollout/bin/rollout.cjs'] }],
])('%j is a file of the program', (about) => {
  const said = withoutProgram(Object.assign(new Error('gone\nRequire stack:'), about), HOME)
  expect(said).toMatchObject({ code: 'unreachable', message: 'a file of rollout itself cannot be read: gone' })
})

it.each([
  [{}],
  [{ code: 'EIO', path: '/opt/rollout/.rollout/shop/1.json' }],
  [{ code: 'EIO', path: '/srv/shop/dist/web.env' }],
  [{ code: 'MODULE_NOT_FOUND', requireStack: ['/srv/shop/adapter.cjs'] }],
])('%j is none', (about) => {
  expect(withoutProgram(Object.assign(new Error('gone'), about), HOME)).toBeUndefined()
})
