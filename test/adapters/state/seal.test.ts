import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSealedAs, seal, writeEvent } from '../../../src/adapters/state/seal.ts'
import type { Event } from '../../../src/core/journal/event.ts'

const why = { code: 'operator', text: 'it says "hash":"" and \u2028 é' } as const
const event = seal({ type: 'paused', why, seq: 2, id: 'b', previous: 'a', at: 1, actor: 'ana', reason: '{}', version: '1' })
const text = writeEvent(event)

/** As whoever reads a journal does. */
function isIntact(read: string): boolean {
  const parsed: Event = JSON.parse(read)
  return isSealedAs(parsed, read)
}

describe('an event is checked by the text it was read from', () => {
  it.each([
    ['as it is written', text],
    ['with a line break after it', `${text}\n`],
    ['as it was written at first, its keys in the order in which they were made', JSON.stringify(event)],
    ['as a database formats it', JSON.stringify(event, undefined, 2)],
    ['with the hash before everything else', `{"hash":"${event.hash}",${text.slice(1).replace(`"hash":"${event.hash}",`, '')}`],
  ])('%s', (_, read) => {
    expect(JSON.parse(read)).toEqual(event)
    expect(isIntact(read)).toBe(true)
  })

  it.each([
    ['another actor', text.replace('"ana"', '"eve"')],
    ['another reason in the text of a hash', text.replace('\\"hash\\":\\"\\"', `\\"hash\\":\\"${event.hash}\\"`)],
    [
      'another hash',
      text.replace(
        event.hash,
        event.hash.replace(/./, (first) => (first === '0' ? '1' : '0')),
      ),
    ],
    ['no hash', text.replace(`"hash":"${event.hash}",`, '')],
    ['a hash that stands elsewhere', text.replace(`"hash":"${event.hash}",`, '').replace('"why":{', `"why":{"hash":"${event.hash}",`)],
    ['one more member', text.replace('{', '{"a":1,')],
    ['an actor said twice', text.replace('"ana"', '"ana","actor":"eve"')],
  ])('%s is found', (_, read) => {
    expect(read).not.toBe(text)
    expect(isIntact(read)).toBe(false)
  })

  it('any character of it changed is found', () => {
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        const read = text.slice(0, at) + other + text.slice(at + 1)
        fc.pre(read !== text)
        let parsed: Event
        try {
          parsed = JSON.parse(read)
        } catch {
          return
        }
        expect(isSealedAs(parsed, read)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
