import fs, {
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { place, readDocument, replaceDocument } from '../../../src/adapters/file/env-disk.ts'
import { realClock } from '../../helpers/loan.ts'

let folder = ''
let file = ''
const spare = '/nowhere'
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'env-disk-'))
  file = join(folder, 'web.env')
})
afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
  rmSync(folder, { recursive: true, force: true })
})

describe('readDocument', () => {
  it.each(['A=1\n', '\ufeffA=1\n', '# \ufffd stands for what is no text\nA=1\n', '\ufeff# \ufffd\nA=1\n', ''])(
    'reads %j as it stands there',
    (written) => {
      writeFileSync(file, written)
      expect(readDocument(file, false)).toBe(written)
    },
  )
})

describe('replaceDocument', () => {
  it.each([
    ['was edited', 'A=1\n', 'A=2\n'],
    ['was emptied', 'A=1\n', ''],
    ['lost its byte-order mark', '\ufeffA=1\n', 'A=1\n'],
    ['has appeared', '', 'A=1\n'],
  ])('leaves a file alone that %s meanwhile', async (_, before, now) => {
    writeFileSync(file, now)
    for (const stays of [false, true]) {
      expect(await replaceDocument(file, before, 'F=true\n', { stays, spare, clock: realClock })).toBe(false)
      expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([now, ['web.env']])
    }
  })

  it('leaves a file alone that was edited meanwhile, on a full disk too', async () => {
    writeFileSync(file, 'A=2\n')
    vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    })
    syncBuiltinESMExports()
    expect(await replaceDocument(file, 'A=1\n', 'F=true\n', { stays: false, spare, clock: realClock })).toBe(false)
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['A=2\n', ['web.env']])
  })

  it('does not bring back a file that is gone', async () => {
    expect(await replaceDocument(file, 'A=1\n', 'F=true\n', { stays: false, spare, clock: realClock })).toBe(false)
    expect(existsSync(file)).toBe(false)
  })

  it('replaces what is still as it was read', async () => {
    writeFileSync(file, 'A=1\n')
    expect(await replaceDocument(file, 'A=1\n', 'A=2\n', { stays: false, spare, clock: realClock })).toBe(true)
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['A=2\n', ['web.env']])
  })

  it('is done once the text and then its name are durable', async () => {
    writeFileSync(file, 'A=1\n')
    const synced: string[] = []
    vi.spyOn(fs, 'fsyncSync').mockImplementation((open) => {
      synced.push(`${fstatSync(open).isDirectory() ? 'folder' : 'file'} with ${readFileSync(file, 'utf8').trim()}`)
    })
    syncBuiltinESMExports()
    expect(await replaceDocument(file, 'A=1\n', 'A=2\n', { stays: false, spare, clock: realClock })).toBe(true)
    expect(synced).toEqual(['file with A=1', 'folder with A=2'])
  })

  it('removes the copies that killed writers have left, and nothing else', async () => {
    const id = '00000000-0000-0000-0000-000000000000'
    const [old, fresh, other, foreign] = [`.web.env.${id}.tmp`, `.web.env.${id.replace('0', '1')}.tmp`, `.x.env.${id}.tmp`, '.web.env.tmp']
    for (const name of ['web.env', old, fresh, other, foreign]) writeFileSync(join(folder, name), 'PASSWORD=x\n')
    for (const name of [old, other, foreign]) utimesSync(join(folder, name), 1, 1)
    expect(await replaceDocument(file, 'PASSWORD=x\n', 'PASSWORD=x\nA=2\n', { stays: false, spare, clock: realClock })).toBe(true)
    expect(readdirSync(folder).toSorted()).toEqual([fresh, foreign, other, 'web.env'].toSorted())
  })
})

describe('place', () => {
  it.each(['web.env', './web.env', '..web.env', 'sub/../web.env'])('%s is inside', (path) => {
    expect(place({ path, allowOutside: false }, folder)).toBe(join(folder, path))
  })

  it('asks once where a file that is inside really is, not for its folder as well', () => {
    writeFileSync(file, '')
    const asked = vi.spyOn(fs.realpathSync, 'native')
    place({ path: 'web.env', allowOutside: false }, folder)
    expect(asked.mock.calls).toEqual([[file]])
  })

  it('is inside when the folder itself is reached through a link', () => {
    const plan = join(folder, 'plan')
    mkdirSync(plan)
    symlinkSync(plan, join(folder, 'link'))
    expect(place({ path: 'web.env', allowOutside: false }, join(folder, 'link'))).toBe(join(plan, 'web.env'))
  })

  it.each(['..', '../other.env', `../${'x'.repeat(3)}/web.env`, '/web.env'])('%s is not', (path) => {
    expect(() => place({ path, allowOutside: false }, folder)).toThrow(/outside the plan's folder|does not exist/)
  })
})
