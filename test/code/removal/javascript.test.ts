import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { removeFromJavaScript } from '../../../src/code/removal/javascript.ts'
import type { ToggleEnd } from '../../../src/code/removal/toggle-end.ts'
import { drawnProgram } from './drawn.ts'
import { outcomesOf, type World } from './program.ts'

/* The corpus: one program a file, as it is written, and what is to be left of it on either side. */

const folder = join(import.meta.dirname, 'corpus')
const SIDES = ['on', 'off'] as const

interface Program {
  readonly path: string
  readonly before: string
  readonly on: string
  readonly off: string
}

const programs = readdirSync(folder).map((file): readonly [name: string, program: Program] => {
  const text = readFileSync(join(folder, file), 'utf8')
  const [, path = '', before = '', on = '', off = ''] = /^=== (\S+)\n(.*)^=== on\n(.*)^=== off\n(.*)$/ms.exec(text) ?? []
  return [file.replace('.txt', ''), { path, before, on, off }]
})

function endOf(keep: 'on' | 'off', more: Partial<ToggleEnd> = {}): ToggleEnd {
  return { names: ['FEATURE_X'], keep, words: { on: 'true', off: 'false' }, asks: ['useFlag'], ...more }
}

function removed(path: string, text: string, end: ToggleEnd) {
  const made = removeFromJavaScript(path, text, end)
  if ('text' in made) return made
  throw new Error(`${made.line}:${made.column} ${made.why}`)
}

it('has programs in the styles that people write', () => {
  expect(programs.length).toBeGreaterThanOrEqual(60)
})

describe.each(programs)('%s', (_, { path, before, ...expected }) => {
  it.each(SIDES)('becomes what is expected: %s', (side) => {
    const { text, left } = removed(path, before, endOf(side))
    const notes = left.map(({ line, column, why }) => `--- ${line}:${column} ${why}\n`).join('')
    expect(`${text}${notes}`).toBe(expected[side])
  })

  it.each(SIDES)('is done with afterwards: %s', (side) => {
    const { text } = removed(path, before, endOf(side))
    expect(removed(path, text, endOf(side)).text).toBe(text)
  })

  it.each(SIDES)('answers as before, and calls the same: %s', async (side) => {
    const { text } = removed(path, before, endOf(side))
    await fc.assert(
      fc.asyncProperty(inputs, fc.boolean(), async (drawn, other) => {
        const world: World = { side, other }
        expect(await outcomesOf(path, text, world, drawn)).toBe(await outcomesOf(path, before, world, drawn))
      }),
      { numRuns: 15 },
    )
  })

  it.each(SIDES)('would be caught with the wrong side kept: %s', async (side) => {
    const wrong = removed(path, before, endOf(side === 'on' ? 'off' : 'on')).text
    // What neither side touches, or both make the same of, has no wrong side.
    const right = removed(path, before, endOf(side)).text
    if (right === wrong || [right, wrong].includes(before)) return
    const told = await Promise.all([true, false].map(async (other) => outcomesOf(path, wrong, { side, other }, TELLING)))
    const meant = await Promise.all([true, false].map(async (other) => outcomesOf(path, before, { side, other }, TELLING)))
    expect(told).not.toEqual(meant)
  })
})

// Nothing that has no properties: that reading one does nothing is taken for granted.
const value = fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.boolean())
const inputs = fc.array(fc.oneof(value, fc.record({ name: value, id: value, user: value, items: fc.array(value, { maxLength: 2 }) })), {
  minLength: 1,
  maxLength: 3,
})
const TELLING = [0, 1, 2, 'ada', '', { name: 'ada', user: 'u', items: [1] }]

it('says of what is nested deeper than the stack that it is', () => {
  const sum = `export const sum = process.env.FEATURE_X === 'true' ? ${'1 + '.repeat(20_000)} 1 : 2`
  expect(removeFromJavaScript('a.js', sum, endOf('on'))).toMatchObject({ line: 1 })
})

it('leaves the functions of a script of a page: other scripts may call them', () => {
  const script = `function oldWay() {}\nfunction run() {\n  return isEnabled('FEATURE_X') ? 1 : oldWay()\n}\n`
  expect(removed('a.js', script, endOf('on')).text).toBe('function oldWay() {}\nfunction run() {\n  return 1\n}\n')
  expect(removed('a.js', `${script}module.exports = run\n`, endOf('on')).text).not.toContain('oldWay')
})

it('answers as before, and calls the same, in programs drawn at random', async () => {
  await fc.assert(
    fc.asyncProperty(drawnProgram, fc.constantFrom(...SIDES), fc.boolean(), async (before, side, other) => {
      const { text } = removed('a.js', before, endOf(side))
      const world: World = { side, other }
      expect(await outcomesOf('a.js', text, world, TELLING)).toBe(await outcomesOf('a.js', before, world, TELLING))
    }),
    { numRuns: Number(process.env['DRAWN'] ?? 300) },
  )
})
