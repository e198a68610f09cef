import { expect, it } from 'vitest'
import { differences, type Difference } from '../../../src/core/plan/difference.ts'
import type { Json } from '../../../src/core/values/json.ts'

const ROWS: readonly (readonly [Json | undefined, Json | undefined, readonly Difference[]])[] = [
  [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, []],
  [{ a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'a.b', before: 1, after: 2 }]],
  [{ a: 1 }, {}, [{ path: 'a', before: 1, after: undefined }]],
  [{}, { a: null }, [{ path: 'a', before: undefined, after: null }]],
  [[1], [1, 2], [{ path: '1', before: undefined, after: 2 }]],
  [[], {}, [{ path: '', before: [], after: {} }]],
  [{ a: 0 }, { a: '0' }, [{ path: 'a', before: 0, after: '0' }]],
  [undefined, undefined, []],
]

it.each(ROWS)('%j and %j', (before, after, wanted) => expect(differences(before, after)).toEqual(wanted))
