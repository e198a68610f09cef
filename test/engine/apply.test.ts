import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { OpenMetric } from '../../src/adapters/open.ts'
import { confirmedBy } from '../../src/core/journal/event.ts'
import { absent, type Reading } from '../../src/core/values/reading.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { move } from '../../src/engine/move.ts'
import { openWriter, type Writer } from '../../src/engine/writer.ts'
import { MINUTE, phase, plan, rule, toggle, watch } from '../helpers/core.ts'
import { realClock } from '../helpers/loan.ts'
import { fakeEngine, fakeTarget, type FakeTarget } from '../helpers/world.ts'

const WHY = { code: 'operator', text: 'no' } as const
const FAKE = { use: 'fake', options: {} }
const ANA = { actor: 'ana' }
const STEPS = [10, 100].map((to) => ({ to, hold: 0 }))
const PLAN = plan({
  toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
  phases: [
    phase({ id: 'first', steps: STEPS, success: [{ metric: 'errors', rule: rule('< 1%'), over: MINUTE }] }),
    phase({ id: 'second', toggles: ['B'], steps: STEPS }),
  ],
})
const BACK = { do: 'rollback', to: { cursor: -1, exposures: { A: 0, B: 0 } }, why: WHY } as const

async function shop(metrics: readonly OpenMetric[] = []) {
  const web = fakeTarget('web', { A: '10%', B: 'false' })
  const made = await fakeEngine(PLAN, { targets: [web], metrics })
  await made.writer.append({ type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10, B: 0 }, why: WHY }, ANA)
  await made.writer.append({ type: 'applied', intent: 2, target: 'web' }, ANA)
  await made.writer.append({ type: 'arrived', intent: 2, missing: [], watch: watch() }, ANA)
  return { ...made, web }
}

describe('a target that fails', () => {
  it.each([
    ['four times', 0, 4],
    ['for no longer than twenty seconds', 15_000, 2],
  ])('is tried %s: a rollback comes to an end', async (_, takes, attempts) => {
    const { engine, clock, web } = await shop()
    web.fail = () => (clock.advance(takes), 'connection refused')
    expect((await move(engine, BACK, ANA)).applied).toBe('partial')
    expect(web.writes).toHaveLength(attempts)
  })
})

it('writes down together what targets have confirmed at once, although each answers in a turn of its own', async () => {
  const names = Array.from({ length: 20 }, (_, nth) => `t${nth}`)
  const of = plan({ toggles: { A: toggle({ targets: names }) }, targets: Object.fromEntries(names.map((name) => [name, FAKE])) })
  const targets = names.map((name): FakeTarget => {
    const target = fakeTarget(name, { A: 'false' })
    return { ...target, write: async (...wanted) => (await turn(), target.write(...wanted)), words: target.words }
  })
  const { engine, told } = await fakeEngine(of, { targets })
  const up = { do: 'advance', to: { cursor: 0, exposures: { A: 10 } }, why: WHY } as const
  expect((await move({ ...engine, clock: realClock }, up, ANA)).applied).toBe('arrived')
  expect(told.map((event) => (event.type === 'applied' ? confirmedBy(event).toSorted() : event.type))).toEqual([
    'intended',
    names.toSorted(),
    'arrived',
  ])
})

it.each([
  ['a step up', { do: 'advance', to: { cursor: 3, exposures: { A: 100, B: 100 } }, why: WHY } as const, { 'first/0': MINUTE }],
  ['a retreat', { do: 'step-back', to: { cursor: 1, exposures: { A: 100, B: 0 } }, why: WHY } as const, {}],
])('what was proven before %s', async (_, moving, proven) => {
  const { engine, writer } = await shop()
  await writer.append({ type: 'intended', move: 'advance', cursor: 2, exposures: { A: 100, B: 10 }, why: WHY }, ANA)
  await writer.append({ type: 'applied', intent: stateOf(engine).epoch, target: 'web' }, ANA)
  const watched = watch(undefined, { criteria: { 'first/0': MINUTE } })
  await writer.append({ type: 'arrived', intent: stateOf(engine).epoch, missing: [], watch: watched }, ANA)
  await move(engine, moving, ANA)
  expect([stateOf(engine).intent, stateOf(engine).watch?.criteria]).toEqual([undefined, proven])
})

it('a step up goes on from what somebody else has watched while its metrics were read', async () => {
  const criteria = { 'first/0': MINUTE }
  const other: { writer?: Writer } = {}
  const read = async (): Promise<Reading> => {
    await other.writer?.refresh()
    await other.writer?.append({ type: 'observed', watch: watch(undefined, { criteria }) }, { actor: 'bo' })
    return absent('unreachable', '')
  }
  const { engine, writer, journal, clock } = await shop([{ name: 'errors', read, advice: [] }])
  await writer.append({ type: 'intended', move: 'advance', cursor: 1, exposures: { A: 100, B: 0 }, why: WHY }, ANA)
  await writer.append({ type: 'applied', intent: stateOf(engine).epoch, target: 'web' }, ANA)
  await writer.append({ type: 'arrived', intent: stateOf(engine).epoch, missing: [], watch: watch() }, ANA)
  other.writer = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
  await move(engine, { do: 'advance', to: { cursor: 2, exposures: { A: 100, B: 10 } }, why: WHY }, ANA)
  expect([stateOf(engine).intent, stateOf(engine).watch?.criteria]).toEqual([undefined, criteria])
})

it('a step that somebody else has finished meanwhile was taken', async () => {
  const { engine, journal, clock, web } = await shop()
  const other = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
  web.meanwhile = async () => {
    await other.refresh()
    const intent = other.state?.epoch ?? 0
    await other.append({ type: 'applied', intent, target: 'web' }, { actor: 'auto' })
    await other.append({ type: 'arrived', intent, missing: [], watch: watch() }, { actor: 'auto' })
  }
  const up = { do: 'advance', to: { cursor: 1, exposures: { A: 100, B: 0 } }, why: WHY } as const
  expect(await move(engine, up, ANA)).toMatchObject({ applied: 'arrived', state: { cursor: 1 } })
})
