import { describe, expect, it } from 'vitest'
import { isReplaced, newerMark, notableMarks, ownMark } from '../../../src/core/journal/fence.ts'
import { formatMark, parseMark, TOMBSTONE, type Mark } from '../../../src/core/toggle/mark.ts'

const identity = { name: 'shop', environment: 'production', lineage: '1a2b' }
const at = (epoch: number, over: readonly number[] = []) => ({ identity, epoch, over })
const marks = (...texts: readonly string[]): readonly Mark[] => texts.flatMap((text) => parseMark(text) ?? [])
const GLASS = `${TOMBSTONE} of:shop@production`

describe('the text of a mark', () => {
  it.each([
    '42',
    '42 reloaded:00c0ffee',
    '42 of:shop/1a2b',
    '42 of:shop@production/1a2b3c4d5e6f reloaded:00c0ffee',
    GLASS,
    '7 of:a.b-c_d@EU-west.1/ff',
  ])('%s is read as it was written', (text) => {
    const mark = parseMark(text)
    expect(mark && formatMark(mark)).toBe(text)
  })

  it.each([
    '',
    'forty',
    '42 ',
    '42 of:',
    '42 of:Shop shop',
    '42 of:shop@',
    '42 of:shop/',
    '42 of:shop/xyz',
    '42 by:shop',
    '1234567890123456',
  ])('%j is none', (text) => expect(parseMark(text)).toBeUndefined())
})

describe('numbers are compared with those of the same rollout, and with no others', () => {
  it.each<[held: string, newer: boolean]>([
    ['43 of:shop@production/1a2b', true],
    ['42 of:shop@production/1a2b', false],
    ['41 of:shop@production/1a2b', false],
    ['99 of:cart@production/1a2b', false],
    ['99 of:shop/1a2b', false],
    ['99 of:shop@staging/1a2b', false],
    ['99 of:shop@production/ffff', false],
    // An older version wrote numbers alone: nobody knows whose.
    ['99', false],
    ['41', false],
    [GLASS, true],
    [`${TOMBSTONE} of:shop@production/ffff`, true],
    [`${TOMBSTONE} of:cart@production/1a2b`, false],
    [`${TOMBSTONE} of:shop`, false],
    [String(TOMBSTONE), true],
  ])('%s is newer than #42: %s', (held, newer) => {
    expect(newerMark(marks(held), at(42)) !== undefined).toBe(newer)
    expect(newerMark(marks('41 of:shop@production/1a2b', held, '99 of:cart/ab'), at(42)) !== undefined).toBe(newer)
  })

  it('goes over the numbers it was told, and over no others', () => {
    expect(newerMark(marks('57 of:shop@production/1a2b'), at(42, [57]))).toBeUndefined()
    expect(newerMark(marks('58 of:shop@production/1a2b'), at(42, [57]))?.epoch).toBe(58)
    expect(newerMark(marks(GLASS, '57 of:shop@production/1a2b'), at(42, [57]))?.epoch).toBe(TOMBSTONE)
  })

  it('knows the newest of its own', () => {
    expect(ownMark(marks('9 of:shop@production/1a2b', '12 of:shop@production/1a2b reloaded:ab', '40 of:cart/ab'), at(42))).toEqual(
      parseMark('12 of:shop@production/1a2b reloaded:ab'),
    )
    expect(ownMark(marks('40 of:cart/ab'), at(42))).toEqual({ identity, epoch: 0 })
  })
})

describe('a mark takes the place of its own, and of those of an earlier journal of its name', () => {
  it.each([
    ['9 of:shop@production/1a2b', true],
    ['57 of:shop@production/1a2b', true],
    ['57 of:shop@production/ffff', true],
    [GLASS, true],
    ['9', true],
    ['57', false],
    ['9 of:shop/1a2b', false],
    ['9 of:cart@production/1a2b', false],
    [`${TOMBSTONE} of:cart@production`, false],
  ])('%s: %s', (held, is) => {
    const [mark] = marks(held)
    expect(mark && isReplaced(mark, { identity, epoch: 42 })).toBe(is)
  })
})

it('says what marks tell of the journal', () => {
  const held = marks(
    '43 of:shop@production/1a2b',
    '9 of:shop@production/ffff',
    GLASS,
    '42 of:shop@production/1a2b',
    '99 of:cart/1a2b',
    '99',
  )
  expect(notableMarks(held, at(42)).map(({ is, mark }) => `${is} ${formatMark(mark)}`)).toEqual([
    'newer 43 of:shop@production/1a2b',
    'stranger 9 of:shop@production/ffff',
    `tombstone ${GLASS}`,
  ])
})

describe('what was adopted says nothing, and what is newer does', () => {
  it.each([
    ['9 of:shop@production/ffff', '9 of:shop@production/ffff', 0],
    ['9 of:shop@production/ffff', '8 of:shop@production/ffff', 0],
    ['9 of:shop@production/ffff', '10 of:shop@production/ffff', 1],
    ['9 of:shop@production/ffff', '9 of:shop@production/eeee', 1],
    ['57 of:shop@production/1a2b', '57 of:shop@production/1a2b', 0],
    ['57 of:shop@production/1a2b', '58 of:shop@production/1a2b', 1],
    [GLASS, GLASS, 0],
    [GLASS, '9 of:shop@production/ffff', 1],
    ['9', '9 of:shop@production/ffff', 1],
  ])('%s adopted, %s held: %s', (adopted, held, count) => {
    expect(notableMarks(marks(held), { ...at(42), adopted: marks(adopted) })).toHaveLength(count)
  })
})
