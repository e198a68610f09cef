import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discardRecord, readRecord } from '../../../src/adapters/state/break-glass.ts'
import { keepRecord } from '../../../src/adapters/state/keep-record.ts'
import { ownFolder } from '../../helpers/folder.ts'

const RECORD = { at: 1_800_000_000_000, actor: 'ana', reason: 'the store is down' }

describe('the record of a break-glass beside the journals', () => {
  it('is read until it is discarded, and is nobody else’s', () => {
    const folder = join(ownFolder('rollout-record-'), '.rollout')
    expect(readRecord(folder, 'shop')).toBeUndefined()
    expect(keepRecord(folder, 'shop', RECORD)).toBe(true)
    expect([readRecord(folder, 'shop'), readRecord(folder, 'other')]).toEqual([RECORD, undefined])
    discardRecord(folder, 'shop')
    expect(readRecord(folder, 'shop')).toBeUndefined()
  })

  it.each([
    '{}',
    '[',
    '',
    'null',
    '{"at":"now","actor":"ana"}',
    '{"at":1e99,"actor":"ana"}',
    '{"at":1}',
    '{"at":1,"actor":"a","reason":1}',
  ])('is not guessed at where it is damaged: %s', (text) => {
    const folder = ownFolder('rollout-record-')
    writeFileSync(join(folder, 'shop.break-glass.json'), text)
    expect(() => readRecord(folder, 'shop')).toThrow('the record of a break-glass is damaged')
  })

  it('is not taken for absent where it cannot be read', () => {
    const folder = ownFolder('rollout-record-')
    mkdirSync(join(folder, 'shop.break-glass.json'))
    expect(() => readRecord(folder, 'shop')).toThrow(/EISDIR/)
  })

  it('is said not to be kept where it cannot be', () => {
    const folder = ownFolder('rollout-record-')
    writeFileSync(join(folder, '.rollout'), 'in the way')
    expect(keepRecord(join(folder, '.rollout'), 'shop', RECORD)).toBe(false)
  })

  it('leads to no other folder', () => {
    expect(() => readRecord(ownFolder('rollout-record-'), '../shop')).toThrow('cannot name a journal')
  })
})
