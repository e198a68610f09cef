import fs, { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { finishOverwrite, isUnderWay, overwrite, overwriteElsewhere, overwriteInItsRoom } from '../../../src/adapters/file/in-place.ts'
import { ownFolder } from '../../helpers/folder.ts'

const [BEFORE, AFTER] = ['A=1\nF=10%;seg=staff\nB=2\n', 'A=1\nF=true\nB=2\n']
const { writeSync } = fs
let file: string
let spare: string

beforeEach(() => {
  file = join(ownFolder('rollout-in-place-'), 'web.env')
  spare = ownFolder('rollout-spare-')
  writeFileSync(file, BEFORE)
})
afterEach(() => writing(writeSync))

function writing(write: (...given: never[]) => number): void {
  Object.assign(fs, { writeSync: write })
  syncBuiltinESMExports()
}

const text = (): string => readFileSync(file, 'utf8')

describe('a text that is written over a longer one', () => {
  it('leaves nothing of it', () => {
    overwrite(file, BEFORE, AFTER)
    expect([text(), isUnderWay(file, spare)]).toEqual([AFTER, false])
  })

  it('leaves nothing of it at any moment, where no room is left for a way back', () => {
    const seen: string[] = []
    const { ftruncateSync } = fs
    const cut = (...given: Parameters<typeof ftruncateSync>): void => {
      seen.push(text())
      ftruncateSync(...given)
    }
    Object.assign(fs, { ftruncateSync: cut })
    syncBuiltinESMExports()
    expect(overwriteInItsRoom(file, BEFORE, AFTER)).toBe(true)
    Object.assign(fs, { ftruncateSync })
    syncBuiltinESMExports()
    expect([text(), existsSync(`${file}.rollout-backup`)]).toEqual([AFTER, false])
    expect(seen.map((each) => each.trimEnd())).toEqual([AFTER.trimEnd(), AFTER.trimEnd()])
  })

  it('waits for nobody else, and overwrites nobody who writes in place too', () => {
    writeFileSync(`${file}.rollout-backup`, JSON.stringify({ before: BEFORE, after: 'theirs' }))
    expect(() => overwrite(file, BEFORE, AFTER)).toThrow('somebody else is writing to')
    expect([text(), isUnderWay(file, spare)]).toEqual([BEFORE, true])
  })

  it('is put back where the disk is full in the middle of it', () => {
    let nth = 0
    // The text beside the file is the first; of the new one it takes as many bytes as differ from the old one.
    writing((open: number, bytes: Uint8Array, at = 0, length = bytes.byteLength - at, position?: number) => {
      nth += 1
      if (nth === 3) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      return writeSync(open, bytes, at, nth === 2 ? 14 : length, position)
    })
    expect(() => overwrite(file, BEFORE, AFTER)).toThrow('ENOSPC')
    expect([text(), isUnderWay(file, spare)]).toEqual([BEFORE, false])
  })
})

it.each([0, 8, 12, AFTER.length])('a write that was cut off after %i bytes is finished, whatever is left of the old text', (bytes) => {
  writeFileSync(file, AFTER.slice(0, bytes) + BEFORE.slice(bytes))
  writeFileSync(`${file}.rollout-backup`, JSON.stringify({ before: BEFORE, after: AFTER }))
  finishOverwrite(file, spare)
  // At the first byte nothing had been written yet: whoever comes next writes what is right by then.
  expect([text(), existsSync(`${file}.rollout-backup`)]).toEqual([bytes === 0 ? BEFORE : AFTER, false])
})

it('one whose texts lie elsewhere is finished as well, and is none of another file', () => {
  let nth = 0
  // As a kill in the middle of it leaves them: what is half written cannot be put back.
  writing((open: number, bytes: Uint8Array, at = 0, length = bytes.byteLength - at, position?: number) => {
    nth += 1
    if (nth > 2) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    return writeSync(open, bytes, at, nth === 2 ? 14 : length, position)
  })
  expect(() => overwriteElsewhere(file, BEFORE, AFTER, spare)).toThrow('is half written')
  writing(writeSync)
  expect([text() === BEFORE, isUnderWay(file, spare), isUnderWay(`${file}.local`, spare)]).toEqual([false, true, false])
  finishOverwrite(file, spare)
  expect([text(), readdirSync(spare), overwriteElsewhere(file, AFTER, BEFORE, join(spare, 'none'))]).toEqual([AFTER, [], false])
})
