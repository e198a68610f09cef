import { describe, expect, it } from 'vitest'
import { bucketOf } from '../../../src/core/toggle/bucket.ts'
import { attributeOf, belongs, parseSegment, segmentVariable } from '../../../src/core/toggle/segment.ts'

describe('a segment', () => {
  it.each([
    ['country:in:se,no', { country: 'no' }, true],
    ['country:in:se,no', { country: 'n' }, false],
    ['country:in:se,no', { country: 'NO' }, false],
    ['country:in:se,no', {}, false],
    ['plan:equals:a,b', { plan: 'a,b' }, true],
    ['plan:equals:a,b', { plan: 'a' }, false],
    ['url:equals:http://a:80', { url: 'http://a:80' }, true],
    ['email:ends:@example.com,@example.org', { email: 'ada@example.org' }, true],
    ['email:ends:@example.com', { email: 'ada@example.com.evil' }, false],
    ['tenant:starts:acme-', { tenant: 'acme-eu' }, true],
    ['tenant:starts:acme-', { tenant: 'old-acme-eu' }, false],
    ['tenant:starts:acme-;country:in:se', { tenant: 'acme-eu', country: 'se' }, true],
    ['tenant:starts:acme-;country:in:se', { tenant: 'acme-eu', country: 'dk' }, false],
    ['id:starts:test-', {}, true],
    ['id:starts:test-', { id: 'somebody else' }, true],
    ['seats:in:7,8', { seats: 7 }, true],
    ['internal:equals:true', { internal: true }, true],
    ['seats:equals:7.5', { seats: 7.5 }, false],
    ['x:equals:null', { x: null }, false],
    ['x:in:a', { x: ['a'] }, false],
    ['constructor:starts:f', {}, false],
    ['organisation:percentage:100%', { organisation: 'acme' }, true],
    ['organisation:percentage:100%', { organisation: '' }, false],
    [' country:in:se\n', { country: 'se' }, true],
  ])('%j of %j: %s', (text, attributes, expected) => {
    const segment = parseSegment('staff', text)
    expect(segment && belongs(segment, 'test-1', attributes)).toBe(expected)
  })

  it('of nobody there is anything known', () => {
    const segment = parseSegment('staff', 'country:in:se')
    expect(segment && belongs(segment, '', undefined)).toBe(false)
  })
  it('is of nobody without an id, where the id counts', () => {
    const segment = parseSegment('staff', 'id:starts:test-')
    expect(segment && belongs(segment, '', undefined)).toBe(false)
  })

  it.each([
    '',
    'country',
    'country:in',
    'country:in:',
    'country:in:se,',
    'country:is:se',
    ':in:se',
    '1:in:se',
    'a:in:b;',
    ';',
    'a:IN:b',
    'a:percentage:20',
    'a:percentage:101%',
    'a:percentage:1%,2%',
    'a:percentage:',
  ])('%j is none', (text) => expect(parseSegment('staff', text)).toBeUndefined())

  it('of a share of organisations has all of one or nobody of it, and other ones than a segment of another name', () => {
    const organisations = Array.from({ length: 1000 }, (_, nth) => `organisation-${nth}`)
    const of = (name: string, share: string): readonly string[] => {
      const segment = parseSegment(name, `organisation:percentage:${share}`)
      return organisations.filter((organisation) => segment && belongs(segment, 'whoever', { organisation }))
    }
    const [pilots, more, others] = [of('pilots', '20%'), of('pilots', '40%'), of('others', '20%')]
    expect(pilots).toEqual(organisations.filter((organisation) => bucketOf('pilots', organisation) < 0.2 * 2 ** 32))
    expect(pilots.filter((organisation) => !more.includes(organisation))).toEqual([])
    expect([pilots.length, more.length, others.length].map((count) => Math.round(count / 50))).toEqual([4, 8, 4])
    expect(pilots.filter((organisation) => others.includes(organisation)).length).toBeLessThan(80)
  })

  it('has a variable', () => expect(segmentVariable('eu-west-1')).toBe('ROLLOUT_SEGMENT_EU_WEST_1'))
})

describe('an attribute', () => {
  it.each([
    ['text', 'text'],
    [42, '42'],
    [-0, '0'],
    [false, 'false'],
    [1.5, undefined],
    [1e21, undefined],
    [Number.NaN, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('%j is %j', (value, text) => expect(attributeOf({ value }, 'value')).toBe(text))
})
