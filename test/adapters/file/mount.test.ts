import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mayHang, mountOf, readMounts, type Mount } from '../../../src/adapters/file/mount.ts'
import { ownFolder } from '../../helpers/folder.ts'

const mount = (at: string, asks: boolean): Mount => ({ id: at, device: at, at, asks })

function tree() {
  const folder = ownFolder('rollout-mount-')
  const at = (...names: readonly string[]): string => join(folder, ...names)
  mkdirSync(at('server/app'), { recursive: true })
  mkdirSync(at('own'))
  writeFileSync(at('own/web.env'), '')
  writeFileSync(at('server/app/web.env'), '')
  return { at, mounts: [mount(at('server'), true), mount('/', false)] }
}

describe('a call to a path may never return', () => {
  test('where its mount asks somebody else, and nowhere beside', () => {
    const { at, mounts } = tree()
    expect(mayHang(at('server/app/web.env'), mounts)).toBe(true)
    expect(mayHang(at('server'), mounts)).toBe(true)
    expect(mayHang(at('own/web.env'), mounts)).toBe(false)
    expect(mayHang(at('servers/web.env'), mounts)).toBe(false)
    expect(mayHang(at('none/web.env'), mounts)).toBe(false)
    expect(mayHang(at('server/app/web.env'), [mount('/', false)])).toBe(false)
  })

  test.each([
    ['a link', '../server/app/web.env', 'own/link.env', 'own/link.env'],
    ['a link to nothing there', '../server/none.env', 'own/link.env', 'own/link.env'],
    ['a folder that is a link', 'server', 'shared', 'shared/app/web.env'],
    ['a link to a link', 'two', 'one', 'one/app/web.env'],
  ])('where %s leads to such a mount', (_, to, link, path) => {
    const { at, mounts } = tree()
    symlinkSync(to, at(link))
    symlinkSync(at('server'), at('two'))
    expect(mayHang(at(path), mounts)).toBe(true)
  })

  test('nowhere that a link of the own disk leads, nor one that leads to itself', () => {
    const { at, mounts } = tree()
    symlinkSync('own', at('other'))
    symlinkSync('circle', at('circle'))
    expect(mayHang(at('other/web.env'), mounts)).toBe(false)
    expect(mayHang(at('circle/web.env'), mounts)).toBe(false)
  })
})

test('a path lies on the mount that is nearest above it', () => {
  const mounts = readMounts()
  expect(mounts.length).toBeGreaterThan(0)
  expect(mountOf('/proc/self/status', mounts)).toMatchObject({ at: '/proc', asks: false })
  const folder = realpathSync(ownFolder('rollout-mount-'))
  expect(folder.startsWith(mountOf(folder, mounts)?.at ?? '?')).toBe(true)
})
