import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { allowedAt } from '../../../src/core/plan/allowed-at.ts'
import { isZone } from '../../../src/core/plan/is-zone.ts'
import { dayStart, frozenBy, isOpen, nextDay, opensAt, thawsAt } from '../../../src/core/plan/calendar.ts'
import type { Window } from '../../../src/core/plan/plan.ts'

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
    [99, []],
    [100, [freeze]],
    [199, [freeze]],
    [200, []],
  ])('at %d', (now, frozen) => expect(frozenBy([freeze], now)).toEqual(frozen))
})

describe('overnight', () => {
  const night = window('22:00', '02:00', 'Europe/Berlin', [5])
  it.each([
    ['Friday 22:00', '2026-11-27T21:00Z', true],
    ['Friday a minute before', '2026-11-27T20:59Z', false],
    ['on into Saturday', '2026-11-28T00:59Z', true],
    ['but not on', '2026-11-28T01:00Z', false],
    ['the night before is not its night', '2026-11-26T23:30Z', false],
    ['nor the night after', '2026-11-28T21:30Z', false],
  ])('%s', (_, now, open) => expect(isOpen([night], at(now))).toBe(open))

  it('opens on its day', () => expect(opensAt([night], at('2026-11-28T01:00Z'))).toBe(at('2026-12-04T21:00Z')))

  // The nights in which the clocks change: 22:00–04:00 lasts five hours in spring and seven in autumn.
  const long = window('22:00', '04:00')
  it.each([
    ['Berlin, spring', 'Europe/Berlin', '2026-03-28T21:00Z', 5],
    ['Berlin, autumn', 'Europe/Berlin', '2026-10-24T20:00Z', 7],
    ['New York, spring', 'America/New_York', '2026-03-08T03:00Z', 5],
    ['New York, autumn', 'America/New_York', '2026-11-01T02:00Z', 7],
    ['Lord Howe, autumn there: half an hour more', 'Australia/Lord_Howe', '2026-04-04T11:00Z', 6.5],
    ['Lord Howe, spring there: half an hour less', 'Australia/Lord_Howe', '2026-10-03T11:30Z', 5.5],
  ])('%s', (_, zone, from, hours) => {
    const each = { ...long, zone }
    const opens = at(from)
    const closes = opens + hours * 60 * 60_000
    expect([opens - 1, opens, closes - 1, closes].map((now) => isOpen([each], now))).toEqual([false, true, true, false])
    expect(opensAt([each], opens - 1)).toBe(opens)
  })
})

describe('the hour that is lost, and the hour that comes twice', () => {
  it.each([
    ['a window that begins in the lost hour opens when the clocks change', '02:30', '04:00', '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
    ['one wholly within it opens the day after', '02:10', '02:50', '2026-03-28T12:00Z', '2026-03-30T00:10Z'],
    ['one within the hour that comes twice opens', '02:10', '02:50', '2026-10-24T12:00Z', '2026-10-25T00:10Z'],
    ['and opens again', '02:10', '02:50', '2026-10-25T00:50Z', '2026-10-25T01:10Z'],
    ['one that ends within it opens again when the clocks are set back', '01:30', '02:20', '2026-10-25T00:30Z', '2026-10-25T01:00Z'],
  ])('%s', (_, from, to, now, opens) => expect(opensAt([window(from, to)], at(now))).toBe(at(opens)))
})

describe('windows and freezes together', () => {
  const freeze = (name: string, from: string, to: string) => ({ name, from: at(from), to: at(to) })
  const sale = freeze('sale', '2026-11-23T00:00Z', '2026-11-28T12:00Z')
  const audit = freeze('audit', '2026-11-28T00:00Z', '2026-12-01T09:30Z')

  it('freezes that overlap are one', () => expect(thawsAt([sale, audit], at('2026-11-24T00:00Z'))).toBe(audit.to))
  it.each([
    ['nothing in the way', [], [], '2026-11-24T10:00Z'],
    ['the end of the freezes', [], [sale, audit], '2026-12-01T09:30Z'],
    ['a freeze ends while the window is open', [office], [sale, audit], '2026-12-01T09:30Z'],
    ['a freeze ends at night', [office], [sale], '2026-11-30T08:00Z'],
  ])('%s', (_, windows, freezes, opens) => expect(allowedAt({ windows, freezes }, at('2026-11-24T10:00Z'))).toBe(at(opens)))

  it('is never where freezes eat every opening for a year', () => {
    const monday = window('09:00', '10:00', 'UTC', [1])
    const mondays = Array.from({ length: 60 }, (_, nth) => {
      const from = at('2026-11-23T00:00Z') + nth * 7 * 86_400_000
      return { name: `m${nth}`, from, to: from + 86_400_000 }
    })
    expect(allowedAt({ windows: [monday], freezes: mondays }, at('2026-11-24T10:00Z'))).toBeUndefined()
    expect(allowedAt({ windows: [monday], freezes: mondays.slice(0, 40) }, at('2026-11-24T10:00Z'))).toBe(at('2027-08-30T09:00Z'))
  })
})

describe('days of a zone', () => {
  it.each([
    ['2026-12-24', 'Europe/Berlin', '2026-12-23T23:00Z'],
    ['2026-12-24', 'America/New_York', '2026-12-24T05:00Z'],
    ['2026-12-24', 'Australia/Lord_Howe', '2026-12-23T13:00Z'],
    // Midnight is skipped there: the day begins at 01:00.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00Z'],
    // A whole day was skipped there: what begins then is the next.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00Z'],
  ])('%s in %s', (date, zone, instant) => expect(dayStart(date, zone)).toBe(at(instant)))

  it.each([
    ['2026-12-31', '2027-01-01'],
    ['2028-02-28', '2028-02-29'],
  ])('after %s comes %s', (date, next) => expect(nextDay(date)).toBe(next))
})

describe('beside another library', () => {
  const ZONES = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Pacific/Chatham',
    'Pacific/Apia',
    'Africa/Casablanca',
  ]
  const zoned = fc.record({
    zone: fc.constantFrom(...ZONES),
    days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
    from: fc.integer({ min: 0, max: 1439 }),
    to: fc.integer({ min: 0, max: 1440 }),
  })
  // 2015 to 2035, and most of all the nights in which clocks change.
  const CHANGES = [
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-03-08T07:00Z',
    '2026-11-01T06:00Z',
    '2026-04-04T15:00Z',
    '2026-10-03T15:30Z',
  ]
  const instant = fc.oneof(
    fc.integer({ min: at('2015-01-01T00:00Z'), max: at('2035-01-01T00:00Z') }),
    fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -7_200_000, max: 7_200_000 })).map(([change, more]) => at(change) + more),
  )
  /** The same, said by Temporal. */
  const holds = ({ zone, days, from, to }: Window, now: number): boolean => {
    const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
    const minute = local.hour * 60 + local.minute
    const [today, yesterday] = [local.dayOfWeek % 7, (local.dayOfWeek + 6) % 7]
    if (from <= to) return days.includes(today) && from <= minute && minute < to
    return (days.includes(today) && from <= minute) || (days.includes(yesterday) && minute < to)
  }

  it('is open when Temporal says so', () =>
    fc.assert(
      fc.property(zoned, instant, (each, now) => isOpen([each], now) === holds(each, now)),
      { numRuns: 500 },
    ))

  it('opens at the first minute that Temporal finds', () =>
    fc.assert(
      fc.property(zoned, instant, (each, now) => {
        fc.pre(each.from !== each.to && !holds(each, now))
        const opens = opensAt([each], now) ?? 0
        expect(holds(each, opens)).toBe(true)
        // No zone changes its clocks in the middle of a quarter of an hour; windows begin at a minute.
        expect(holds(each, opens - 1)).toBe(false)
        for (let earlier = opens - 60_000; earlier > Math.max(now, opens - 2 * 86_400_000); earlier -= 60_000)
          if (holds(each, earlier)) throw new Error(`open at ${earlier} already`)
      }),
      { numRuns: 25 },
    ))

  it('a day begins when Temporal says so', () =>
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (zone, now) => {
        const date = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
        expect(dayStart(date.toString(), zone)).toBe(date.toZonedDateTime(zone).epochMilliseconds)
      }),
      { numRuns: 500 },
    ))
})

// Node 22 knows offsets as zones.
it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Etc/GMT+5', true],
  ['+05:30', false],
  ['-08', false],
  ['Mars/Base', false],
])('%s is a zone to every Node: %s', (zone, is) => expect(isZone(zone)).toBe(is))
