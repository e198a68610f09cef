import {
  existsSync,
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
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { place, replaceDocument } from '../../../src/adapters/file/env-disk.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'env-disk-'))
  file = join(folder, 'web.env')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('replaceDocument', () => {
  it.each([
    ['was edited', 'A=1\n', 'A=2\n'],
    ['was emptied', 'A=1\n', ''],
    ['lost its byte-order mark', '\ufeffA=1\n', 'A=1\n'],
    ['has appeared', '', 'A=1\n'],
  ])('leaves a file alone that %s meanwhile', (_, before, now) => {
    writeFileSync(file, now)
    for (const stays of [false, true]) {
      expect(replaceDocument(file, before, 'F=true\n', stays)).toBe(false)
      expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([now, ['web.env']])
    }
  })

  it('does not bring back a file that is gone', () => {
    expect(replaceDocument(file, 'A=1\n', 'F=true\n', false)).toBe(false)
    expect(existsSync(file)).toBe(false)
  })

  it('replaces what is still as it was read', () => {
    writeFileSync(file, 'A=1\n')
    expect(replaceDocument(file, 'A=1\n', 'A=2\n', false)).toBe(true)
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['A=2\n', ['web.env']])
  })

  it('removes the copies that killed writers have left, and nothing else', () => {
    const id = '00000000-0000-0000-0000-000000000000'
    const [old, fresh, other, foreign] = [`.web.env.${id}.tmp`, `.web.env.${id.replace('0', '1')}.tmp`, `.x.env.${id}.tmp`, '.web.env.tmp']
    for (const name of ['web.env', old, fresh, other, foreign]) writeFileSync(join(folder, name), 'PASSWORD=x\n')
    for (const name of [old, other, foreign]) utimesSync(join(folder, name), 1, 1)
    expect(replaceDocument(file, 'PASSWORD=x\n', 'PASSWORD=x\nA=2\n', false)).toBe(true)
    expect(readdirSync(folder).toSorted()).toEqual([fresh, foreign, other, 'web.env'].toSorted())
  })
})

describe('place', () => {
  it.each(['web.env', './web.env', '..web.env', 'sub/../web.env'])('%s is inside', (path) => {
    expect(place({ path, allowOutside: false }, folder)).toBe(join(folder, path))
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
