import { describe, expect, it } from 'vitest'
import { checkGroups, divide, isDivided, isWhole } from '../../../src/adapters/measure/groups.ts'

const series = (...values: readonly string[]) => values.map((toggle) => ({ toggle }))

describe('a group that selects nothing is a slip', () => {
  it.each<[on: string, off: string, there: readonly string[], says: string]>([
    ['toggle="onn"', 'toggle="off"', ['on', 'off'], 'on: toggle="onn" selects none of the series, and there is toggle="on"'],
    ['toggle="on"', 'toggle="of"', ['on', 'off'], 'off: toggle="of" selects none of the series, and there is toggle="off"'],
    ['toggle="ON"', 'toggle="off"', ['on', 'off'], 'toggle="on", which is of neither group'],
    ['toggle=~"onn|yes"', 'toggle="off"', ['on', 'off'], 'there is toggle="on"'],
    ['toggle="canry"', 'toggle="stable"', ['stable', 'canary', 'other'], 'there is toggle="canary"'],
    ['toggle="x"', 'toggle="y"', ['on', 'off'], 'neither on: toggle="x" nor off: toggle="y" selects any of the 2 series'],
  ])('%s, %s among %j', (on, off, there, says) => {
    expect(() => checkGroups({ on, off }, series(...there))).toThrow(says)
  })
})

describe('and nobody of it yet is none', () => {
  it.each<[on: string, off: string, there: readonly string[]]>([
    ['toggle="on"', 'toggle="off"', ['off']],
    ['toggle="on"', 'toggle="off"', ['off', 'none', 'unknown', '']],
    ['toggle="b"', 'toggle="a"', ['a', 'c']],
    ['toggle="v2"', 'toggle="v1"', ['v1', 'v3']],
    ['toggle="treatment"', 'toggle="control"', ['control', 'holdout']],
    ['toggle!="off"', 'toggle="off"', ['off']],
    ['toggle="on"', 'toggle="off"', []],
  ])('%s, %s among %j', (on, off, there) => {
    expect(() => checkGroups({ on, off }, series(...there))).not.toThrow()
  })
})

it.each([
  [{}, true, true],
  [{ on: 'a="1"' }, false, true],
  [{ off: 'a="1"' }, false, true],
  [{ on: 'a="1"', off: 'a="0"' }, true, true],
  [{ on: 'a="1"', off: ' a="1" ' }, true, false],
])('%j are both groups or none: %s, and apart: %s', (written, both, apart) => {
  expect([isWhole(written), isDivided(written)]).toEqual([both, apart])
})

describe('what is of both groups', () => {
  const both = (on: string, off: string) => () =>
    divide(
      { on, off },
      (each: { readonly toggle: string }) => each,
      (pick) => pick(series('on', 'off')).length,
    )

  it.each([
    ['toggle="on"', 'toggle=~"o.*"'],
    ['toggle=~".+"', 'toggle="off"'],
    ['toggle="on"', 'toggle="on"'],
  ])('%s and %s are not compared', (on, off) => {
    expect(both(on, off)).toThrow('is of both groups')
  })

  it('is nothing where they are apart', () => {
    expect(both('toggle="on"', 'toggle="off"')()).toEqual({ groups: { on: 1, off: 1 } })
  })
})
