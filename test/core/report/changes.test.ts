import { expect, it } from 'vitest'
import { changesBetween } from '../../../src/core/report/changes.ts'
import { plan } from '../../helpers/core.ts'

it.each([
  [{ A: 0 }, { A: 10 }, [{ toggle: 'A', from: '0%', to: '10%' }]],
  [{}, { A: 0.1 }, [{ toggle: 'A', from: '0%', to: '0.1%' }]],
  [{ A: 5 }, { A: 5 }, []],
])('what changes from %j to %j', (before, after, changes) => expect(changesBetween(plan(), before, after)).toEqual(changes))
