import { expect, it } from 'vitest'
import { GRAMMARS } from '../../../src/code/language.ts'
import { openGrammars } from '../../../src/adapters/tree/grammars.ts'

const { find } = openGrammars([...GRAMMARS, 'absent'], '.')

it('finds the nodes around a place, the innermost first', () => {
  const text = `x = '😀' + os.getenv("FEATURE_X")`
  const start = text.indexOf('FEATURE_X')
  const around = find('python')?.(text).around(start, start + 9) ?? []
  expect(around.map(({ start: from, end }) => text.slice(from, end))).toContain('"FEATURE_X"')
  expect(around.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['string', 'call', 'module']))
})

it('says where a text does not parse', () => {
  expect(find('python')?.('x = 1\n').fault).toBeUndefined()
  expect(find('python')?.('x = 1\ny = = 2\n').fault).toMatchObject({ line: 2 })
})

it('has none that is not installed', () => {
  expect(find('absent')).toBeUndefined()
})
