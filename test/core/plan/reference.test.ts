import { describe, expect, it } from 'vitest'
import { resolveReferences } from '../../../src/core/plan/reference.ts'

const env = { TOKEN: 's3cret', EMPTY: '', PORT: '9090' }

describe('references', () => {
  it.each([
    ['${TOKEN}', 's3cret'],
    ['http://x:${PORT:-80}/', 'http://x:9090/'],
    ['${NONE:-80}', '80'],
    ['${NONE:-}', ''],
    ['${EMPTY:-full}', 'full'],
    ['${EMPTY}', ''],
    ['$${TOKEN}', '${TOKEN}'],
    ['$TOKEN', '$TOKEN'],
    ['${TOKEN}${PORT}', 's3cret9090'],
  ])('%s', (written, value) =>
    expect(resolveReferences({ a: [{ b: written }] }, env)).toMatchObject({ value: { a: [{ b: value }] }, unresolved: [], malformed: [] }),
  )

  it('says where nothing answers', () =>
    expect(resolveReferences({ a: ['${NONE}'] }, env).unresolved).toEqual([{ path: ['a', 0], name: 'NONE' }]))
  it.each(['${TOKEN-x}', '${1}', '${TOKEN', '${A:-${B}}'])('%s is none', (written) =>
    expect(resolveReferences({ a: written }, {}).malformed).toHaveLength(1),
  )
  it('remembers what must not be shown, and not what was written in the plan', () =>
    expect([...resolveReferences({ a: '${TOKEN} ${NONE:-plain}' }, env).secrets]).toEqual([['s3cret', '${TOKEN}']]))
  it('does not take a value for a reference', () =>
    expect(resolveReferences({ a: '${X}' }, { X: '${TOKEN}', TOKEN: 'no' }).value).toEqual({ a: '${TOKEN}' }))
  it('leaves everything else alone', () =>
    expect(resolveReferences({ a: 1, b: null, c: true }, env).value).toEqual({ a: 1, b: null, c: true }))
})
