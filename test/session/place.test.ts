import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { locate } from '../../src/session/place.ts'
import { fakeShell } from '../helpers/shell.ts'

const STRANGER = 61_001
const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('NOT TESTED: plans of other users, which only root can make')

/** A shell in `below/here` of a folder with these files. */
function below(files: Readonly<Record<string, string>>) {
  const above = fakeShell({ files })
  const cwd = join(above.cwd, 'below/here')
  mkdirSync(cwd, { recursive: true })
  return { folder: above.cwd, shell: { ...above, cwd } }
}

const at = (shell: Parameters<typeof locate>[0], file?: string) => locate(shell, file)

it('a name that is too long for one is that of no folder', () => {
  const { shell } = below({})
  const name = 'a'.repeat(300)
  expect(at(shell, name).file).toBe(join(shell.cwd, name))
})

describe('the plan is looked for upwards', () => {
  it.each(['rollout.yaml', '.rollout/shop/x'])('by %s', (name) => {
    const { folder, shell } = below({ [name]: '' })
    expect(at(shell)).toEqual({ folder, file: join(folder, 'rollout.yaml') })
  })

  it.skipIf(!isRoot).each(['rollout.yaml', '.rollout'])(
    'but a %s of another user is not taken up, unless it is named or is here',
    (name) => {
      const { folder, shell } = below({ 'rollout.yaml': '', '.rollout/shop/x': '' })
      chownSync(join(folder, name), STRANGER, 0)
      expect(() => at(shell)).toThrow(`${join(folder, name)} belongs to another user (uid ${STRANGER})`)
      expect(at(shell, folder).folder).toBe(folder)
      expect(at({ ...shell, cwd: folder }).folder).toBe(folder)
      expect(at({ ...shell, env: { SUDO_UID: String(STRANGER) } }).folder).toBe(folder)
      expect(() => at({ ...shell, uid: 1000, env: { SUDO_UID: String(STRANGER) } })).toThrow('another user')
    },
  )

  it('what is of root is of nobody strange', () => {
    const { folder, shell } = below({ 'rollout.yaml': '' })
    if (isRoot) expect(at({ ...shell, uid: 1000 }).folder).toBe(folder)
    expect(at({ ...shell, uid: undefined }).folder).toBe(folder)
  })
})
