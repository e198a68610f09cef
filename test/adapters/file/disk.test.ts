import fs, { existsSync, fstatSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { claim, replace, syncFolderOnce, writeDurably } from '../../../src/adapters/file/disk.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { realClock } from '../../helpers/loan.ts'

let folder: string
/** What was made durable, in its order. */
let synced: string[]

beforeEach(() => {
  folder = ownFolder('rollout-disk-')
  synced = []
  vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => void synced.push(fstatSync(file).isDirectory() ? 'folder' : 'file'))
  syncBuiltinESMExports()
})
afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

describe('what is said to be on the disk', () => {
  it('is every byte, and is there after a power loss: the bytes, then the name', () => {
    const [temporary, path] = [join(folder, 'a.tmp'), join(folder, 'a')]
    // A kernel may take less than it was given.
    const write = fs.writeSync.bind(fs)
    const short = (file: number, bytes: NodeJS.ArrayBufferView, at = 0): number =>
      write(file, bytes, at, Math.min(3, bytes.byteLength - at))
    Object.assign(fs, { writeSync: short })
    syncBuiltinESMExports()
    writeDurably(temporary, Buffer.from('0123456789'))
    Object.assign(fs, { writeSync: write })
    expect([readFileSync(temporary, 'utf8'), synced]).toEqual(['0123456789', ['file']])
    expect([claim(temporary, path), existsSync(temporary), synced]).toEqual([true, false, ['file', 'folder']])
  })

  it('is not what lost the race for a name: that stays whose it is', () => {
    const [temporary, path] = [join(folder, 'a.tmp'), join(folder, 'a')]
    writeFileSync(path, 'first')
    writeFileSync(temporary, 'second')
    expect([claim(temporary, path), readFileSync(path, 'utf8'), existsSync(temporary), synced]).toEqual([false, 'first', false, []])
  })

  it('is the new text, once it took the place of the old one', () => {
    const [temporary, path] = [join(folder, 'a.tmp'), join(folder, 'a')]
    writeFileSync(path, 'old')
    writeFileSync(temporary, 'new')
    replace(temporary, path)
    expect([readFileSync(path, 'utf8'), existsSync(temporary), synced]).toEqual(['new', false, ['folder']])
  })

  it('is every name that was given before it was asked for, with one sync for all who ask in one turn', async () => {
    const once = async (name: string): Promise<void> => {
      writeFileSync(join(folder, name), name)
      await syncFolderOnce(folder, realClock)
      expect(synced.length).toBeGreaterThan(0)
      synced.push(name)
    }
    await Promise.all([once('a'), once('b'), syncFolderOnce(tmpdir(), realClock), once('c')])
    await once('d')
    expect(synced).toEqual(['folder', 'a', 'b', 'c', 'folder', 'folder', 'd'])
  })

  it('is nothing at all where the bytes could not be made durable', () => {
    vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw new Error('EIO')
    })
    syncBuiltinESMExports()
    expect(() => writeDurably(join(folder, 'a.tmp'), Buffer.from('a'))).toThrow('EIO')
    expect(existsSync(join(folder, 'a.tmp'))).toBe(false)
  })
})
