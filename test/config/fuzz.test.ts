import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RolloutError } from '../../src/core/errors.ts'
import { loaded } from './plan.ts'

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const PHASES = ['1-infrastructure', '2-core-features', '3-advanced-features', '4-experimental-features', '5-legacy-deprecation']
const SHIPPED = Object.fromEntries(['rollout.yaml', ...PHASES.map((name) => `phases/${name}.yaml`)].map((name) => [name, read(name)]))
const NAMES = Object.keys(SHIPPED)

/** Accepted, or one error for people. Anything else is a bug, and fails the property with its stack. */
async function survives(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  try {
    await loaded(files)
    return 'accepted'
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    expect(['config', 'usage']).toContain(thrown.code)
    expect(thrown.problems.length).toBeGreaterThan(0)
    for (const { message } of thrown.problems) expect(message).not.toMatch(/undefined|\[object|Invalid input/)
    return 'refused'
  }
}

const nasty = fc.constantFrom(
  '',
  'null',
  '~',
  '[]',
  '{}',
  '{ a: b }',
  '[[[]]]',
  '0',
  '-1',
  '1e999',
  '.nan',
  '.inf',
  '0x10',
  'true',
  'on',
  '"',
  "'",
  '- ',
  '? ',
  ': ',
  '&a',
  '*a',
  '!!map',
  '%YAML 1.1',
  '---',
  '...',
  '\t',
  '${X}',
  '${X:-y}',
  '${',
  '10%',
  '101%',
  '5',
  '99999999999w',
  '> 5%',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\u2028',
  '\uFEFF',
  '🦊',
)

/** One change to a text: a line dropped, doubled or moved in, a value or a piece replaced by something nasty. */
const mutation = fc.record({ how: fc.constantFrom('drop', 'double', 'value', 'insert', 'cut', 'indent'), at: fc.nat(), with: nasty })

function mutate(text: string, { how, at, with: piece }: { readonly how: string; readonly at: number; readonly with: string }): string {
  const lines = text.split('\n')
  const nth = at % lines.length
  const line = lines[nth] ?? ''
  const changes: Readonly<Record<string, readonly string[]>> = {
    drop: [],
    double: [line, line],
    value: [line.replace(/(?<=[:\-,[] ?)[^:,[\]{}]+(?=[,\]} ]|$)/, ` ${piece}`)],
    insert: [line, `${/^ */.exec(line)?.[0] ?? ''}${piece}`],
    indent: [`  ${line}`],
  }
  const change = changes[how]
  if (change === undefined) return text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1))
  return lines.toSpliced(nth, 1, ...change).join('\n')
}

describe('whatever a plan holds, it is accepted or gets an error for people', () => {
  it('the shipped plan is accepted', async () => {
    expect(await survives(SHIPPED)).toBe('accepted')
  })

  it('mutated', async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), fc.array(mutation, { minLength: 1, maxLength: 4 }), async (name, mutations) => {
        outcomes.add(await survives({ ...SHIPPED, [name]: mutations.reduce(mutate, SHIPPED[name] ?? '') }))
      }),
      { numRuns: 80 },
    )
    // Mutations that always break, or never do, would prove nothing.
    expect([...outcomes].toSorted()).toEqual(['accepted', 'refused'])
  })

  it('raw bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await survives({ 'rollout.yaml': content })
      }),
      { numRuns: 80 },
    )
  })

  it('any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('version', 'name', 'toggles', 'targets', 'metrics', 'phases', 'defaults', 'x'), fc.jsonValue()),
        async (value) => {
          await survives({ 'rollout.yaml': JSON.stringify(value) })
        },
      ),
      { numRuns: 80 },
    )
  })
})
