import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/journal/event.ts'
import { nextDestination } from '../../src/core/policy/destination.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { openInspector } from '../../src/engine/inspector.ts'
import { move } from '../../src/engine/move.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { openObstacles } from '../../src/engine/obstacles.ts'
import { tick } from '../../src/engine/tick.ts'
import { phase, plan, toggle } from '../helpers/core.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

/** A is on web, B on worker; nothing is measured, so that only targets are in the way. */
const PLAN = plan({
  toggles: { A: toggle({ targets: ['web'] }), B: toggle({ variable: 'B', targets: ['worker'] }) },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
  metrics: {},
  phases: [phase({ toggles: ['A', 'B'], order: 'one-by-one', steps: [{ to: 100, hold: 0 }], metrics: [] })],
})
const OPERATOR = { code: 'operator', text: 'go' } as const

/** A is on everywhere, and B is next. */
async function risen(of = PLAN) {
  const [web, worker] = [fakeTarget('web', { A: 'false' }), fakeTarget('worker', { B: 'false' })]
  const made = await fakeEngine(of, { targets: [web, worker] })
  const to = nextDestination(stateOf(made.engine))
  if (!to) throw new Error('there is no next step')
  await move(made.engine, { do: 'advance', to, why: OPERATOR }, { actor: 'ana' })
  const inspector = openInspector(made.engine, openObstacles(made.engine))
  const look = async (): Promise<void> => {
    inspector.begin()
    await inspector.done()
    await inspector.keep()
  }
  return { ...made, web, worker, inspector, look }
}

const news = (told: readonly Event[]) => told.flatMap((event) => (event.type === 'blocked' ? [event.by.map(({ text }) => text)] : []))
const CHANGED = 'web holds A=50% instead of true: somebody else changed it'

describe('a look at the targets beside the polls', () => {
  it('says once that somebody else changed a target, also where the next step is elsewhere, and once that it is over', async () => {
    const { web, told, look } = await risen()
    await look()
    web.words['A'] = '50%'
    for (let poll = 0; poll < 5; poll += 1) await look()
    web.words['A'] = 'true'
    for (let poll = 0; poll < 5; poll += 1) await look()
    expect(news(told)).toEqual([[CHANGED], []])
  })

  it('pauses before the next step goes up, and not at once', async () => {
    const { engine, web, look } = await risen()
    web.words['A'] = '50%'
    await look()
    expect(stateOf(engine).status).toBe('running')
    const { decision } = await tick(engine, openObserver(engine))
    expect(decision).toEqual({ do: 'pause', why: { code: 'drift', text: CHANGED } })
  })

  it('goes on where what it saw is over, although nobody has said so yet', async () => {
    const { engine, web, look } = await risen()
    web.words['A'] = '50%'
    await look()
    web.words['A'] = 'true'
    expect((await tick(engine, openObserver(engine))).applied).toBe('arrived')
    expect(stateOf(engine)).not.toHaveProperty('blocked')
  })

  it('says nothing of what is put back within a moment, or of a place that lags behind', async () => {
    const { engine, web, told, inspector } = await risen()
    web.words['A'] = 'false'
    const slept: number[] = []
    const clock = {
      ...engine.clock,
      sleep: async (duration: number) => void (slept.push(duration), (web.words['A'] = 'true')),
    }
    const lagging = { ...engine, clock, targets: engine.targets.map((each) => ({ ...each, lag: 7000 })) }
    const patient = openInspector(lagging, openObstacles(lagging))
    patient.begin()
    await patient.done()
    await patient.keep()
    expect([news(told), slept]).toEqual([[], [7000]])
    inspector.end()
  })

  it('names a target that cannot be read only where the next step concerns it', async () => {
    const { web, worker, told, look } = await risen()
    const down = async (): Promise<never> => Promise.reject(new Error('connection refused'))
    web.read = down
    await look()
    expect(news(told)).toEqual([])
    worker.read = down
    await look()
    expect(news(told)).toEqual([['cannot be read: worker: connection refused']])
  })

  it('does not take silence for the end of what somebody else has changed', async () => {
    const { web, told, look } = await risen({ ...PLAN, maxUnavailable: 1 })
    web.words['A'] = '50%'
    await look()
    const read = web.read.bind(web)
    web.read = async () => Promise.reject(new Error('connection refused'))
    await look()
    expect(news(told)).toEqual([[CHANGED]])
    web.read = read
    web.words['A'] = 'true'
    await look()
    expect(news(told)).toEqual([[CHANGED], []])
  })

  it('says nothing of those that a step may go without', async () => {
    const { worker, told, look } = await risen({ ...PLAN, maxUnavailable: 1 })
    worker.read = async () => Promise.reject(new Error('connection refused'))
    await look()
    expect(news(told)).toEqual([])
  })

  it('says nothing that it saw before a move which has ended since', async () => {
    const { engine, web, told, inspector } = await risen()
    web.words['A'] = '50%'
    inspector.begin()
    await inspector.done()
    const exposures = { A: 100, B: 100 }
    await move(engine, { do: 'advance', to: { cursor: 1, exposures }, why: OPERATOR, others: ['web'] }, { actor: 'ana' })
    await inspector.keep()
    expect([news(told), web.words['A']]).toEqual([[], 'true'])
  })

  it('takes an error in other words for the same one', async () => {
    const { worker, told, look } = await risen()
    let attempt = 0
    worker.read = async () => Promise.reject(new Error(`connection ${(attempt += 1)} refused`))
    for (let poll = 0; poll < 9; poll += 1) await look()
    expect(news(told)).toHaveLength(1)
  })

  it('keeps of what flaps ten an hour, and that it is over', async () => {
    const { engine, web, told, look } = await risen()
    for (let poll = 0; poll < 100; poll += 1) {
      web.words['A'] = poll % 2 === 0 ? '50%' : 'true'
      await look()
    }
    expect(news(told)).toHaveLength(20)
    expect(stateOf(engine)).not.toHaveProperty('blocked')
  })

  it('says nothing of a move that began while it looked, nor begins a look while one is under way', async () => {
    const { engine, writer, web, told, inspector } = await risen()
    web.words['A'] = '50%'
    inspector.begin()
    await writer.append({ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why: OPERATOR }, { actor: 'ben' })
    await inspector.done()
    await inspector.keep()
    let asked = 0
    web.read = async () => ((asked += 1), {})
    inspector.begin()
    await inspector.done()
    await inspector.keep()
    expect([news(told), asked, stateOf(engine).intent?.move]).toEqual([[], 0, 'rollback'])
  })
})
