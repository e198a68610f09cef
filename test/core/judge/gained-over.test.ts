import { expect, it } from 'vitest'
import { gainedOver } from '../../../src/core/judge/gained-over.ts'
import { gone, MINUTE, NOW, ratio, value } from '../../helpers/core.ts'

it.each([
  ['nothing of one reading', [ratio(3, 100)], {}],
  ['what came between', [ratio(3, 100), ratio(5, 200), ratio(5, 250)], { bad: 2, total: 150 }],
  ['over one that is missing', [ratio(3, 100), gone, ratio(5, 200)], { bad: 2, total: 100 }],
  ['a restart from where the process began', [ratio(3, 1000), ratio(1, 40), ratio(2, 140)], { bad: 2, total: 140 }],
  ['nothing of what is no counter', [value(3), value(5)], {}],
])('%s', (_, readings, gained) => expect(gainedOver(readings.map((reading, nth) => ({ at: NOW + nth * MINUTE, reading })))).toEqual(gained))
