import { describe, expect, it } from 'vitest'
import { drift, environment, formatDrift } from '../../../src/core/plan/environment.ts'
import { plan, toggle } from '../../helpers/core.ts'

const shop = plan({
  toggles: {
    A: toggle({ variable: 'FEATURE_A', targets: ['web', 'worker'] }),
    B: toggle({ variable: 'B', words: { on: '1', off: '0' } }),
    OLD: toggle({ variable: 'OLD', kind: 'legacy', default: 100 }),
  },
  targets: { web: { use: 'f', options: {} }, worker: { use: 'f', options: {} } },
})
const exposures = { A: 0.1, B: 100, OLD: 75 }

describe('the words of a target', () => {
  it.each([
    ['web', exposures, { FEATURE_A: '0.1%', B: '1', OLD: '75%' }],
    ['worker', exposures, { FEATURE_A: '0.1%' }],
    ['web', {}, { FEATURE_A: 'false', B: '0', OLD: 'true' }],
    ['nowhere', exposures, {}],
  ])('%s %j', (target, each, words) => expect(environment(shop, target, { exposures: each, baseline: {} })).toEqual(words))

  it('are those of its own instances, although another target has the same toggles', () => {
    const A = toggle({ variable: 'A', exposure: 'instances', targets: ['two', 'four', 'one'] })
    const targets = {
      two: { use: 'f', options: {}, instances: ['a', 'b'] },
      four: { use: 'f', options: {}, instances: ['a', 'b', 'c', 'd'] },
    }
    const held = { exposures: { A: 25 }, baseline: {} }
    const words = (target: string) => environment(plan({ toggles: { A }, targets }), target, held)
    expect(['two', 'four', 'two'].map(words)).toEqual([{ A: 'false' }, { A: '25%' }, { A: 'false' }])
  })

  it('are those of the plan and of the baseline that are asked about, whatever these exposures were asked about before', () => {
    const listed = toggle({ variable: 'A', allow: ['ada'], targets: ['web'] })
    const one = plan({ toggles: { A: listed }, targets: { web: { use: 'f', options: {} } } })
    const other = plan({ toggles: { A: { ...listed, variable: 'B' } }, targets: { web: { use: 'f', options: {} } } })
    const at = { A: 10 }
    expect(environment(one, 'web', { exposures: at, baseline: {} })).toEqual({ A: '10%', A_USERS: 'ada' })
    expect(environment(one, 'web', { exposures: at, baseline: at })).toEqual({ A: '10%', A_USERS: '' })
    expect(environment(other, 'web', { exposures: at, baseline: {} })).toEqual({ B: '10%', B_USERS: 'ada' })
  })
})

describe('drift', () => {
  const held = { FEATURE_A: '0.1%', B: '1', OLD: '75%' }
  it.each([
    ['none', held, []],
    ['the same in other words', { ...held, B: '100%', FEATURE_A: '0.1%;key=x' }, []],
    ['another exposure', { ...held, FEATURE_A: '10%' }, [['A', '10%', '0.1%']]],
    ['a bare number', { ...held, FEATURE_A: '0.1' }, [['A', '0.1', '0.1%']]],
    ['the word of another toggle', { ...held, B: 'true' }, [['B', 'true', '1']]],
    ['unknown counts as the default', { FEATURE_A: '0.1%', B: '1' }, [['OLD', undefined, '75%']]],
  ])('%s', (_, found, wanted) =>
    expect(drift(shop, 'web', { exposures, baseline: {} }, found).map((each) => [each.toggle, each.found, each.expected])).toEqual(wanted),
  )
  it('is none where the default is what it should be', () =>
    expect(drift(shop, 'web', { exposures: { A: 0, B: 0, OLD: 100 }, baseline: {} }, {})).toEqual([]))
  it.each([
    ['10%', 'true', 'web holds A=10% instead of true'],
    [undefined, '', 'web holds A=nothing instead of nothing'],
  ])('says that it found %s instead of %s', (found, expected, text) =>
    expect(formatDrift({ target: 'web', toggle: 'A', variable: 'A', found, expected })).toBe(text),
  )
})
