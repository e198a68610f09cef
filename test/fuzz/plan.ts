import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { stepsOf } from '../../src/core/plan/steps.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { evolve } from '../../src/core/journal/fold.ts'
import { summarize } from '../../src/core/report/summary.ts'
import { situationOf } from '../../src/core/policy/situation.ts'
import { renderProblems } from '../../src/views/problem.ts'
import { renderStatus } from '../../src/views/status.ts'
import { loaded } from '../config/plan.ts'
import { NOW, started } from '../helpers/core.ts'
import { bytes, ofBytes, property, type Property } from './property.ts'

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const PHASES = ['1-infrastructure', '2-core-features', '3-advanced-features', '4-experimental-features', '5-legacy-deprecation']
export const SHIPPED = Object.fromEntries(
  ['rollout.yaml', ...PHASES.map((name) => `phases/${name}.yaml`)].map((name) => [name, read(name)]),
)

const STREAM = { write: () => undefined, tty: false, color: 0 } as const

/** Accepted, or one error for people. Anything else is a bug, and fails the property with its stack. */
async function survives(files: Readonly<Record<string, string | Uint8Array>>): Promise<'accepted' | 'refused'> {
  try {
    works((await loaded(files)).plan)
    return 'accepted'
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    assert.ok(['config', 'usage'].includes(thrown.code), thrown.code)
    assert.ok(thrown.problems.length > 0)
    for (const { message } of thrown.problems) assert.doesNotMatch(message, /undefined|\[object|Invalid input/)
    printable(renderProblems(thrown, STREAM))
    return 'refused'
  }
}

/** What was accepted must be fit to be kept in a journal, folded and shown. */
function works(plan: Plan): void {
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
  const state = started(plan)
  assert.equal(state.status, 'running')
  assert.ok(stepsOf(plan).length > 0)
  const event = { seq: 2, id: 'x', previous: '', hash: '', at: NOW, actor: 'a', version: 'v' }
  const paused = evolve(state, { type: 'paused', why: { code: 'operator', text: 'x' }, ...event })
  for (const each of [state, paused ?? state]) {
    const page = renderStatus(summarize(situationOf(each, NOW)), plan, STREAM)
    assert.doesNotMatch(page, /undefined|\bNaN\b|\[object/)
    printable(page)
  }
}

/** Nothing that a terminal would take for more than text. */
function printable(text: string): void {
  // oxlint-disable-next-line eslint/no-control-regex -- these are what must not reach a terminal
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
}

const nasty = fc.constantFrom(
  ...[
    ['', 'null', '~', '[]', '{}', '{ a: b }', '[[[]]]', '0', '-1', '1e999', '.nan', '.inf', '0x10', 'true', 'on', '"', "'"],
    ['- ', '? ', ': ', '&a', '*a', '!!map', '%YAML 1.1', '---', '...', '\t', '${X}', '${X:-y}', '${', '10%', '101%', '5'],
    ['99999999999w', '> 5%', '__proto__', 'constructor', 'toString', '\u0000', '\u2028', '\uFEFF', '🦊', '|', '>-', '"\\e[2J"'],
    ['"\\u202e"', '../../etc/passwd', '{ to: 5%, hold: 1d }', '0.00001%', '100.0%', '1ms', '3650d', 'legacy', 'ignore', '1e21'],
  ].flat(),
)

const mutation = fc.record({
  how: fc.constantFrom('drop', 'double', 'value', 'insert', 'cut', 'indent', 'move'),
  at: fc.nat(),
  with: nasty,
})
type Mutation = typeof mutation extends fc.Arbitrary<infer Each> ? Each : never

/** One change to a text: a line dropped, doubled, moved or moved in, a value or a piece replaced by something nasty. */
function mutate(text: string, { how, at, with: piece }: Mutation): string {
  const lines = text.split('\n')
  const nth = at % lines.length
  const line = lines[nth] ?? ''
  const changes: Readonly<Record<string, readonly string[]>> = {
    drop: [],
    double: [line, line],
    value: [line.replace(/(?<=[:\-,[] ?)[^:,[\]{}]+(?=[,\]} ]|$)/, ` ${piece}`)],
    insert: [line, `${/^ */.exec(line)?.[0] ?? ''}${piece}`],
    indent: [`  ${line}`],
    move: [lines[(at * 7) % lines.length] ?? '', line],
  }
  const change = changes[how]
  if (change === undefined) return text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1))
  return lines.toSpliced(nth, 1, ...change).join('\n')
}

const KEYS = ['version', 'name', 'toggles', 'targets', 'metrics', 'phases', 'defaults', 'environments', 'windows', 'x']

export const plan: readonly Property[] = [
  property({
    area: 'plan',
    name: 'the shipped plan, changed here and there',
    ends: ['accepted', 'refused'],
    runs: 80,
    inputs: fc.record({ file: fc.constantFrom(...Object.keys(SHIPPED)), mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }) }),
    every: async () => [{ file: 'rollout.yaml', mutations: [] }],
    check: async ({ file, mutations }) => survives({ ...SHIPPED, [file]: mutations.reduce(mutate, SHIPPED[file] ?? '') }),
  }),
  property({
    area: 'plan',
    name: 'raw bytes',
    ends: ['refused'],
    runs: 80,
    inputs: bytes(300),
    check: async (content) => survives({ 'rollout.yaml': ofBytes(content) }),
  }),
  property({
    area: 'plan',
    name: 'the shipped plan with bytes in it that are none of it',
    ends: ['refused'],
    runs: 40,
    inputs: fc.record({ at: fc.nat(), content: bytes(12) }),
    check: async ({ at, content }) => {
      const whole = Buffer.from(SHIPPED['rollout.yaml'] ?? '')
      const cut = at % whole.length
      return survives({ ...SHIPPED, 'rollout.yaml': Buffer.concat([whole.subarray(0, cut), ofBytes(content), whole.subarray(cut)]) })
    },
  }),
  property({
    area: 'plan',
    name: 'any JSON',
    ends: ['refused'],
    runs: 80,
    inputs: fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue()),
    check: async (value) => survives({ 'rollout.yaml': JSON.stringify(value) }),
  }),
]
