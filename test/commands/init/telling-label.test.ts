import { expect, it } from 'vitest'
import { findTellingLabel } from '../../../src/commands/init/telling-label.ts'

const seriesOf = (label: string, ...values: readonly string[]) => values.map((value) => ({ method: 'GET', status: '200', [label]: value }))
const TOGGLES = ['FEATURE_NEW_SEARCH', 'FEATURE_PAY']

it.each<[label: string, values: string[], on: string, off: string, toggle?: string]>([
  ['toggle', ['on', 'off'], 'on', 'off'],
  ['toggle', ['off'], 'on', 'off'],
  ['toggle', ['on', 'off', 'unknown'], 'on', 'off'],
  ['flag', ['ENABLED', 'DISABLED'], 'ENABLED', 'DISABLED'],
  ['feature', ['True', 'False'], 'True', 'False'],
  ['feature', ['False'], 'True', 'False'],
  ['variant', ['treatment', 'control'], 'treatment', 'control'],
  ['variant', ['a', 'b'], 'b', 'a'],
  ['version', ['v1', 'v2'], 'v2', 'v1'],
  ['app_version', ['1.10.0', '1.9.0'], '1.10.0', '1.9.0'],
  ['mode', ['on', 'off'], 'on', 'off'],
  ['deployment', ['stable', 'canary'], 'canary', 'stable'],
  ['new_search', ['1', '0'], '1', '0', 'FEATURE_NEW_SEARCH'],
  ['newSearch', ['false'], 'true', 'false', 'FEATURE_NEW_SEARCH'],
  ['feature_pay_enabled', ['yes', 'no'], 'yes', 'no', 'FEATURE_PAY'],
  ['feature', ['pay', 'none'], 'pay', 'none', 'FEATURE_PAY'],
])('%s of %j', (label, values, on, off, toggle) => {
  expect(findTellingLabel(seriesOf(label, ...values), TOGGLES)).toEqual({ label, on, off, ...(toggle !== undefined && { toggle }) })
})

it.each<[label: string, values: string[]]>([
  ['cached', ['true', 'false']],
  ['shard', ['0', '1']],
  ['mode', ['off']],
  ['http_version', ['1.1', '2.0']],
  ['api_version', ['v1', 'v2']],
  ['feature', ['search', 'cart']],
  ['version', ['1.0.0']],
  ['toggle', ['on"} or vector(1', 'off']],
])('%s of %j tells nothing', (label, values) => {
  expect(findTellingLabel(seriesOf(label, ...values), TOGGLES)).toBeUndefined()
})

it('a toggle of the env file comes before a name, and a name before words', () => {
  const series = [
    { mode: 'on', variant: 'on', pay: 'on' },
    { mode: 'off', variant: 'off', pay: 'off' },
  ]
  expect(findTellingLabel(series, TOGGLES)?.label).toBe('pay')
  expect(findTellingLabel(series, [])?.label).toBe('variant')
  expect(
    findTellingLabel(
      series.map(({ mode }) => ({ mode })),
      [],
    )?.label,
  ).toBe('mode')
})
