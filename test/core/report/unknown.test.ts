import { expect, it } from 'vitest'
import { isKnownVariable, prefixOf, unknownIn } from '../../../src/core/report/unknown.ts'
import { toggle } from '../../helpers/core.ts'

const planOf = (...names: readonly string[]) => ({
  toggles: Object.fromEntries(names.map((variable) => [variable, toggle({ variable })])),
})

it.each([
  [['FEATURE_A', 'FEATURE_B'], 'FEATURE_'],
  [['FEATURE_SEARCH_READ', 'FEATURE_SEARCH_WRITE'], 'FEATURE_SEARCH_'],
  [['FEATURE_A'], 'FEATURE_'],
  [['SEARCH', 'PRICES'], undefined],
  [['SEARCH_V2', 'PRICE_NEW'], undefined],
  [[], undefined],
])('the names %j begin with %s', (names, prefix) => expect(prefixOf(planOf(...names))).toBe(prefix))

it('a shadow says nothing of how names begin', () => {
  const { toggles } = planOf('FEATURE_NEW_CART')
  const shadow = toggle({ variable: 'FEATURE_NEW_CART_SHADOW', shadows: 'FEATURE_NEW_CART' })
  expect(prefixOf({ toggles: { ...toggles, FEATURE_NEW_CART_SHADOW: shadow } })).toBe('FEATURE_')
})

it('what is written beside a toggle is known', () => {
  const plan = planOf('FEATURE_A')
  for (const variable of ['FEATURE_A', 'FEATURE_A_USERS', 'FEATURE_A_DENY_FILE', 'FEATURE_A_SHADOW'])
    expect(isKnownVariable(plan, variable)).toBe(true)
  expect(isKnownVariable(plan, 'FEATURE_AB')).toBe(false)
})

it('an unknown one has the name and the word of a toggle', () => {
  const words = {
    FEATURE_A: 'true',
    FEATURE_A_USERS: 'ada',
    FEATURE_OLD: '25%;seg=staff',
    FEATURE_OLD_USERS: 'eve',
    FEATURE_NAME: 'hello',
    FEATURE_GONE: undefined,
    PORT: '80',
    OTHER: 'true',
  }
  expect(unknownIn(planOf('FEATURE_A', 'FEATURE_B'), 'web', words)).toEqual([
    { variable: 'FEATURE_OLD', at: ['web holds FEATURE_OLD=25%;seg=staff'] },
  ])
})
