import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/engine/engine.ts'
import { advanceNow, consider } from '../../src/engine/advance.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { tick } from '../../src/engine/tick.ts'
import { metric, phase, plan, toggle } from '../helpers/core.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const NAMES = ['web', 'worker', 'edge'] as const
/** One toggle on three targets; nothing is measured, so that only what is in the way holds. */
const PLAN = plan({
  toggles: { A: toggle({ targets: NAMES }) },
  targets: Object.fromEntries(NAMES.map((name) => [name, { use: 'fake', options: {} }])),
  metrics: {},
  phases: [phase({ steps: [{ to: 10, hold: 0 }], metrics: [] })],
})

async function shop(of = PLAN) {
  const targets = NAMES.map((name) => fakeTarget(name, { A: 'false' }))
  const made = await fakeEngine(of, { targets, metrics: [fakeMetric('errors', () => ({ is: 'value', value: 0.001 }))] })
  return { ...made, targets, observer: openObserver(made.engine) }
}

describe('before a step up', () => {
  it.each([
    [0, 0, 'advance'],
    [0, 1, 'hold'],
    [1, 1, 'advance'],
    [1, 2, 'hold'],
    [2, 3, 'hold'],
  ])('of which %i targets may be missing, %i cannot be read: %s', async (maxUnavailable, silent, decides) => {
    const { engine, observer, targets } = await shop({ ...PLAN, maxUnavailable })
    for (const target of targets.slice(0, silent)) target.read = async () => Promise.reject(new Error('connection refused'))
    const { decision, blocked } = await tick(engine, observer)
    expect(decision.do).toBe(decides)
    const text = 'connection refused'
    const named = NAMES.slice(0, silent).map((target) => ({ name: 'target', target, text: `cannot be read: ${target}: ${text}` }))
    expect(blocked).toEqual(decides === 'hold' ? named : undefined)
    // What could not be looked at is gone without, and not written.
    const written = targets.filter(({ writes }) => writes.length > 0).map(({ name }) => name)
    expect(written).toEqual(decides === 'advance' ? NAMES.slice(silent) : [])
    if (decides === 'advance') expect(stateOf(engine).missing).toEqual(NAMES.slice(0, silent))
  })

  it('a target that somebody else has changed is looked at, and stands in the way until it is seen to be as it was', async () => {
    const elsewhere = plan({
      ...PLAN,
      toggles: { A: toggle({ targets: ['web'] }), B: toggle({ variable: 'B', targets: ['edge'] }) },
      phases: [phase({ toggles: ['A', 'B'], order: 'one-by-one', steps: [{ to: 10, hold: 0 }], metrics: [] })],
    })
    const { engine, observer, writer, targets } = await shop(elsewhere)
    const edge = targets[2]
    Object.assign(edge?.words ?? {}, { B: '50%' })
    await writer.append({ type: 'blocked', by: [{ name: 'drift', target: 'edge', text: 'edge holds B=50%' }] }, { actor: 'auto' })
    expect((await tick(engine, observer)).decision.do).toBe('pause')
    await writer.append({ type: 'resumed' }, { actor: 'ana' })
    // Its silence does not say that the change is over, nor may a person go past it unaware.
    Object.assign(edge ?? {}, { read: async () => Promise.reject(new Error('connection refused')) })
    const typed = await advanceNow(engine, observer, await consider(engine, observer), { signature: { actor: 'ana' }, overrides: [] })
    expect([typed.decision.do, typed.decision.why.text]).toEqual(['hold', 'drift edge holds B=50%'])
    expect((await tick(engine, observer)).decision).toMatchObject({ do: 'pause', why: { text: 'edge holds B=50%' } })
    await writer.append({ type: 'resumed' }, { actor: 'ana' })
    Object.assign(edge ?? {}, { read: async () => ({ B: 'false' }) })
    expect((await tick(engine, observer)).applied).toBe('arrived')
  })

  it('a target that the step does not concern does not hold it up by its silence', async () => {
    const { engine, observer, targets } = await shop({ ...PLAN, toggles: { A: toggle({ targets: ['web'] }) } })
    Object.assign(targets[2] ?? {}, { read: async () => Promise.reject(new Error('connection refused')) })
    expect((await tick(engine, observer)).applied).toBe('arrived')
  })

  it('a signature that proves nothing is no approval', async () => {
    const approval = { group: 'managers', count: 1, signed: true } as const
    const signed = { at: 1, signature: 'c2ln' }
    const { engine, observer, writer, targets } = await shop({
      ...PLAN,
      approvers: { managers: ['ana'] },
      phases: [phase({ steps: [{ to: 10, hold: 0, approval }], metrics: [] })],
    })
    await writer.append({ type: 'approved', step: 0, digest: 'digest', group: 'managers', signed }, { actor: 'ana' })
    const doubting = { ...engine, refute: async () => 'it was made with another key' }
    const { decision, blocked } = await tick(doubting, observer)
    expect([decision.do, targets.flatMap(({ writes }) => writes)]).toEqual(['hold', []])
    expect(blocked).toEqual([{ name: 'approval', text: expect.stringContaining("ana's proves nothing: it was made with another key") }])
    expect((await tick(engine, observer)).applied).toBe('arrived')
  })

  it('the readings that it is decided on are in the journal', async () => {
    // Of such a hold not every poll is kept by itself.
    const steps = [10, 100].map((to) => ({ to, hold: 65_000 }))
    const held = { ...PLAN, interval: 5000, metrics: { errors: metric() }, phases: [phase({ steps })] }
    const { engine, observer, clock, journal } = await shop(held)
    for (let poll = 0; poll < 20 && stateOf(engine).cursor < 1; poll += 1) {
      await tick(engine, observer)
      clock.advance(5000)
    }
    const events = await journal.read()
    const last = events.findLastIndex(({ type }) => type === 'intended')
    const before = events[last - 1]
    expect(before?.type === 'observed' && before.watch.credit).toBe(65_000)
  })
})
