import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf, isIn } from '../../src/core/toggle/bucket.ts'
import { openToggles, type Options, type Toggles } from '../../src/sdk/toggles.ts'

/** Toggles of an environment, and what they told. */
function open(env: Record<string, string>, options: Options = {}): { readonly toggles: Toggles; readonly told: readonly string[] } {
  const told: string[] = []
  return { toggles: openToggles({ env, onProblem: (message) => told.push(message), ...options }), told }
}

describe('the order', () => {
  const env = {
    F: '100%;seg=staff',
    F_DENY: 'denied, both,',
    F_USERS: 'listed,both',
    G: '0%;seg=staff',
    G_USERS: 'listed',
    ROLLOUT_SEGMENT_STAFF: 'email:ends:@example.com',
    H_USERS: 'listed',
    J: 'true',
    J_DENY: 'denied',
  }
  const staff = { email: 'ada@example.com' }
  it.each([
    ['F', 'denied', staff, 'deny', false],
    ['F', 'both', staff, 'deny', false],
    ['F', 'listed', {}, 'users', true],
    ['F', 'somebody', staff, 'segment', true],
    ['F', 'somebody', {}, 'otherwise', true],
    ['F', '', {}, 'otherwise', true],
    ['G', 'listed', {}, 'users', true],
    ['G', 'somebody', staff, 'segment', true],
    ['G', '', staff, 'segment', true],
    ['G', 'somebody', {}, 'otherwise', false],
    ['H', 'listed', {}, 'users', true],
    ['H', 'somebody', {}, 'otherwise', false],
    ['J', 'denied', {}, 'deny', false],
    ['J', 'somebody', {}, 'otherwise', true],
    ['NONE', 'listed', staff, 'unset', false],
    ['constructor', 'listed', {}, 'unset', false],
  ] as const)('%s for %j with %j: %s', (toggle, id, attributes, why, isOn) => {
    const { toggles, told } = open(env)
    expect(toggles.explain(toggle, id, attributes)).toEqual({ isOn, why })
    expect(toggles.isEnabled(toggle, id, attributes)).toBe(isOn)
    expect(toggles.bind(toggle)(id, attributes)).toBe(isOn)
    expect(told).toEqual([])
  })

  it.each([
    ['true', 'static', true],
    ['100%', 'static', true],
    ['false', 'static', false],
    ['0%', 'static', false],
    ['99.99999%', 'no-key', false],
  ] as const)('%s without an id: %s', (word, why, isOn) => {
    const { toggles } = open({ F: word })
    for (const id of [undefined, '']) expect(toggles.explain('F', id)).toEqual({ isOn, why })
  })
})

describe('a percentage', () => {
  it('is of the bucket, to the last one', () =>
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1 }), (nth, id, toggle) => {
        const exposure = nth / 1e5
        const { toggles } = open({ [toggle]: `${exposure.toFixed(5)}%` })
        expect(toggles.isEnabled(toggle, id)).toBe(isIn(exposure, bucketOf(toggle, id)))
      }),
    ))

  // flagd-testbed publishes ids with these hashes, for an empty flag key. A key cannot be empty, so it takes the first letter.
  it.each([
    ['e', 'jOoVL', '0.00001%', true],
    ['e', 'jOoVL', '0%', false],
    ['6', 'LvT0', '50%', false],
    ['6', 'LvT0', '50.00001%', true],
    ['S', 'I7p-', '50%', true],
    ['c', 'eQdGm', '99.99999%', false],
    ['c', 'eQdGm', '100%', true],
  ])('of %s%s at %s: %s', (key, id, word, isOn) => expect(open({ F: `${word};key=${key}` }).toggles.isEnabled('F', id)).toBe(isOn))

  it('of another key: all of an organisation, or nobody of it', () => {
    const { toggles } = open({ F: '50%;by=organisation' })
    const answers = Array.from({ length: 200 }, (_, nth) => {
      const organisation = `org-${nth % 20}`
      return { organisation, isOn: toggles.isEnabled('F', `user-${nth}`, { organisation }) }
    })
    for (const { organisation, isOn } of answers) expect(isOn).toBe(isIn(50, bucketOf('F', organisation)))
    expect(new Set(answers.map(({ isOn }) => isOn)).size).toBe(2)
    expect(toggles.explain('F', 'user-1', {})).toEqual({ isOn: false, why: 'no-key' })
    expect(toggles.explain('F', 'user-1')).toEqual({ isOn: false, why: 'no-key' })
  })
})

describe('ids nobody wants', () => {
  const { toggles } = open({ F: '50%', F_DENY: 'x', G: '50%;seg=a;by=b', ROLLOUT_SEGMENT_A: 'c:in:d' })
  it.each([
    ['a megabyte', 'a'.repeat(2 ** 20)],
    ['a megabyte of others', 'ä€😀'.repeat(2 ** 17)],
    ['a lone surrogate', 'a\ud800b'],
    ['NUL', 'a\0b'],
    ['not ASCII', 'Świętopełk'],
  ])('%s', (_, id) => {
    expect(toggles.explain('F', id)).toEqual({ isOn: isIn(50, bucketOf('F', id)), why: 'percentage' })
  })

  it('what JavaScript hands over as an id never throws', () => {
    const given: readonly unknown[] = [null, {}, [], Symbol('x'), () => 0, Object.create(null), true, Number.NaN]
    for (const id of given) expect(typeof toggles.isEnabled('F', id as string)).toBe('boolean')
    expect(toggles.isEnabled('F', 42 as unknown as string)).toBe(toggles.isEnabled('F', '42'))
    for (const attributes of given) expect(toggles.isEnabled('G', 'x1', attributes as {})).toBe(false)
  })
})

describe('what is not understood', () => {
  it.each(['10', '100.1%', '-0', '-0%', '0.000001%', '10%;colour=blue', '10%;hash=flagd3', 'yes', ''])(
    '%j is off, and told once',
    (word) => {
      const { toggles, told } = open({ F: word, F_USERS: 'listed' })
      for (const id of ['listed', 'other', '']) expect(toggles.explain('F', id)).toEqual({ isOn: false, why: 'invalid' })
      expect(told).toEqual([`F=${JSON.stringify(word)} is not a word (false, true or a percentage such as 10%): it is off`])
    },
  )

  it('is told on one line, and not at full length', () => {
    const { told, toggles } = open({ F: `\n\u001b[2J${'x'.repeat(100_000)}` })
    toggles.isEnabled('F')
    expect(told.join('')).toMatch(/^F="\\n\\u001b\[2Jx{70,80}"… is not a word [^\n]+$/)
  })

  it.each([
    ['ROLLOUT_SEGMENT_STAFF is missing', {}, 'ROLLOUT_SEGMENT_STAFF="" is not a segment (such as country:in:se,no): nobody belongs to it'],
    [
      'it is no rule',
      { ROLLOUT_SEGMENT_STAFF: 'everybody' },
      'ROLLOUT_SEGMENT_STAFF="everybody" is not a segment (such as country:in:se,no): nobody belongs to it',
    ],
  ])('a segment: %s', (_, env, message) => {
    const { toggles, told } = open({ F: '0%;seg=staff', ...env })
    expect(toggles.isEnabled('F', 'x', { email: 'x' })).toBe(false)
    expect(toggles.isEnabled('F', 'y')).toBe(false)
    expect(told).toEqual([message])
  })

  it('a listener that throws breaks nothing', () => {
    const fail = (): never => {
      throw new Error('listener')
    }
    const toggles = openToggles({ env: { F: '10', G: 'true' }, onProblem: fail, onExposure: fail })
    expect([toggles.isEnabled('F', 'x'), toggles.isEnabled('G', 'x')]).toEqual([false, true])
  })
})

describe('exposure', () => {
  it('is every evaluation', () => {
    const seen: unknown[] = []
    const { toggles } = open({ F: 'true' }, { onExposure: (...told) => seen.push(told) })
    toggles.isEnabled('F', 'x')
    toggles.bind('F')('x')
    toggles.explain('F', 'x')
    toggles.isEnabled('G')
    const on = { isOn: true, why: 'static' }
    expect(seen).toEqual([
      ['F', 'x', on],
      ['F', 'x', on],
      ['G', '', { isOn: false, why: 'unset' }],
    ])
  })
})

describe('many', () => {
  it('ten thousand toggles, each with its own users', () => {
    const names = Array.from({ length: 10_000 }, (_, nth) => `FEATURE_${nth}`)
    const { toggles, told } = open(Object.fromEntries(names.map((name) => [name, '10%'])))
    const wrong = names.filter((name) => toggles.isEnabled(name, 'user-7') !== isIn(10, bucketOf(name, 'user-7')))
    expect(wrong).toEqual([])
    expect(names.filter((name) => toggles.isEnabled(name, 'user-7')).length / 10_000).toBeCloseTo(0.1, 1)
    expect(told).toEqual([])
  })

  it('names made up at run time are answered like any other, however many', () => {
    const { toggles } = open({ F: 'true' })
    for (let nth = 0; nth < 100_500; nth += 1) toggles.isEnabled(`MADE_UP_${nth}`, 'x')
    expect([toggles.isEnabled('F', 'x'), toggles.isEnabled('G', 'x'), toggles.bind('F')('x')]).toEqual([true, false, true])
  })
})

describe('the report', () => {
  it('holds the words and nothing else of the environment', () => {
    const { toggles } = open({ F: '10%', SECRET: 'hunter2', F_USERS: 'a', G: 'true', H: '10' })
    expect(toggles.report()).toEqual({ generation: 'environment', isStale: false, toggles: { F: '10%', G: 'true' } })
  })
  it('is of the environment as it was', () => {
    const env: Record<string, string> = { F: 'true' }
    const { toggles } = open(env)
    env['F'] = 'false'
    expect(toggles.isEnabled('F')).toBe(true)
  })
})

describe('words of its own', () => {
  const words = { F: { on: '1', off: '0' } }
  it.each([
    ['1', true],
    ['0', false],
    ['100%', true],
    ['0.00001%', false],
    ['true', false],
    [undefined, false],
  ])('F=%s is on: %s', (F, isOn) => {
    const problems: string[] = []
    const toggles = openToggles({ env: { F, G: 'true' }, file: '', words, onProblem: (message) => problems.push(message) })
    expect([toggles.isEnabled('F', 'ada'), toggles.isEnabled('G', 'ada')]).toEqual([isOn, true])
    expect(problems).toEqual(F === 'true' ? ['F="true" is not a word (0, 1 or a percentage such as 10%): it is off'] : [])
    expect(toggles.words()).toEqual(F === undefined || F === 'true' ? { G: 'true' } : { F, G: 'true' })
  })

  it('do not come from what every object has', () => {
    const toggles = openToggles({ env: { constructor: 'true' }, file: '', words, onProblem: (message) => expect(message).toBe('') })
    expect(toggles.isEnabled('constructor', 'ada')).toBe(true)
  })
})
