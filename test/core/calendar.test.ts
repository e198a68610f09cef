import { describe, expect, it } from 'vitest'
import { frozenBy, isOpen, opensAt } from '../../src/core/calendar.ts'
import type { Window } from '../../src/core/plan.ts'

const at = (text: string): number => Date.parse(text)
const window = (from: string, to: string, zone = 'Europe/Berlin', days: readonly number[] = [0, 1, 2, 3, 4, 5, 6]): Window => {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
  return { days, from: minutes(from), to: minutes(to), zone }
}
const office = window('09:00', '17:00', 'Europe/Berlin', [1, 2, 3, 4, 5])

describe('windows', () => {
  it.each([
    ['winter: 09:00 is 08:00Z', office, '2026-11-24T08:00Z', true],
    ['winter: a minute before', office, '2026-11-24T07:59:59Z', false],
    ['the end is outside', office, '2026-11-24T16:00Z', false],
    ['summer: 09:00 is 07:00Z', office, '2026-07-14T07:00Z', true],
    ['not on Saturday', office, '2026-11-28T10:00Z', false],
    ['the day is the local one', window('00:00', '24:00', 'Asia/Tokyo', [1]), '2026-11-22T15:00Z', true],
    ['and not that of UTC', window('00:00', '24:00', 'Asia/Tokyo', [0]), '2026-11-22T15:00Z', false],
    ['midnight is 00:00, not 24:00', window('00:00', '00:01', 'UTC'), '2026-11-24T00:00:30Z', true],
    ['a zone of a quarter', window('12:00', '12:01', 'Asia/Kathmandu'), '2026-11-24T06:15Z', true],
    // 2026-03-29: 02:00 → 03:00; 2026-10-25: 03:00 → 02:00.
    ['spring: 02:30 does not exist', window('02:00', '03:00'), '2026-03-29T01:00Z', false],
    ['spring: 03:00 is 01:00Z', window('03:00', '04:00'), '2026-03-29T01:00Z', true],
    ['autumn: 02:30 the first time', window('02:00', '03:00'), '2026-10-25T00:30Z', true],
    ['autumn: and the second', window('02:00', '03:00'), '2026-10-25T01:30Z', true],
    ['autumn: then it is 03:00', window('02:00', '03:00'), '2026-10-25T02:00Z', false],
  ])('%s', (_, each, now, open) => expect(isOpen([each], at(now))).toBe(open))

  it('are always open where there is none', () => expect(isOpen([], 0)).toBe(true))
  it('are open when one of them is', () =>
    expect(isOpen([office, window('00:00', '24:00', 'UTC', [6])], at('2026-11-28T10:00Z'))).toBe(true))
})

describe('the next opening', () => {
  it.each([
    ['now', [office], '2026-11-24T10:00Z', '2026-11-24T10:00Z'],
    ['this morning', [office], '2026-11-24T03:07:13Z', '2026-11-24T08:00Z'],
    ['after the weekend', [office], '2026-11-27T16:00Z', '2026-11-30T08:00Z'],
    ['after the change to summer', [office], '2026-03-27T16:00Z', '2026-03-30T07:00Z'],
    ['after the change to winter', [office], '2026-10-23T15:00Z', '2026-10-26T08:00Z'],
    ['the first of two', [office, window('04:00', '05:00', 'UTC')], '2026-11-24T03:00Z', '2026-11-24T04:00Z'],
    [
      'a week later, where spring takes the hour',
      [window('02:00', '03:00', 'Europe/Berlin', [0])],
      '2026-03-22T03:00Z',
      '2026-04-05T00:00Z',
    ],
    ['a window shorter than a quarter', [window('10:00', '10:05', 'UTC', [3])], '2026-11-24T00:07Z', '2026-11-25T10:00Z'],
  ])('%s', (_, windows, now, opens) => expect(opensAt(windows, at(now))).toBe(at(opens)))

  it('is unknown where none comes', () => expect(opensAt([window('10:00', '10:00', 'UTC')], 0)).toBeUndefined())
})

describe('freezes', () => {
  const freeze = { name: 'sale', from: 100, to: 200 }
  it.each([
    [99, undefined],
    [100, freeze],
    [199, freeze],
    [200, undefined],
  ])('at %d', (now, frozen) => expect(frozenBy([freeze], now)).toBe(frozen))
})
