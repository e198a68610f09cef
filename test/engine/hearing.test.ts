import { describe, expect, it } from 'vitest'
import type { BreakGlassRecord } from '../../src/adapters/state/break-glass.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { hearing, type Glass } from '../../src/engine/hearing.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { tick } from '../../src/engine/tick.ts'
import { phase, plan, toggle } from '../helpers/core.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const STEPS = [10, 50, 100].map((to) => ({ to, hold: 0 }))
const PLAN = plan({
  toggles: { A: toggle({ targets: ['web'] }) },
  targets: { web: { use: 'f', options: {} } },
  metrics: {},
  phases: [phase({ steps: STEPS, metrics: [] })],
})

/** A glass that somebody breaks in the middle of things. */
function fakeGlass(): Glass & { record: BreakGlassRecord | undefined } {
  const glass: ReturnType<typeof fakeGlass> = { record: undefined, read: () => glass.record, discard: () => (glass.record = undefined) }
  return glass
}

async function shop() {
  const web = fakeTarget('web')
  const made = await fakeEngine(PLAN, { targets: [web], metrics: [] })
  const glass = fakeGlass()
  const engine = { ...made.engine, writer: hearing(made.engine.writer, glass) }
  const observer = openObserver(engine)
  const turn = async () => tick(engine, observer)
  const broken = (): BreakGlassRecord => ({ at: engine.clock.now(), actor: 'ana', actorFrom: 'system', reason: 'alarm' })
  return { ...made, engine, web, glass, turn, broken }
}

describe('a controller hears a break-glass beside the journal', () => {
  it('before the next step: it is taken for an order, once, in the name of whoever gave it', async () => {
    const { turn, glass, broken, engine, web, journal } = await shop()
    await turn()
    glass.record = broken()
    web.words['A'] = 'false'
    const { decision, state } = await turn()
    expect([decision.do, state.status, state.exposures, web.words['A']]).toEqual(['finish', 'rolled back', { A: 0 }, 'false'])
    expect(glass.record).toBeUndefined()
    await turn()
    const orders = (await journal.read()).filter((event) => event.type === 'intended' && event.move === 'rollback')
    expect(orders).toMatchObject([
      { actor: 'ana', reason: 'alarm', why: { text: expect.stringMatching(/^break-glass of ana at .*: alarm$/) } },
    ])
    expect(stateOf(engine).status).toBe('rolled back')
  })

  it('in the middle of a write: what it has written is put right', async () => {
    const { turn, glass, broken, web, engine } = await shop()
    await turn()
    web.meanwhile = async () => {
      web.meanwhile = async () => undefined
      glass.record = broken()
    }
    const { applied } = await turn()
    expect([applied, web.words['A'], stateOf(engine).status]).toEqual(['superseded', 'false', 'rolled back'])
  })

  it('and keeps its record until it is in the journal', async () => {
    const { glass, broken, writer } = await shop()
    const record = broken()
    glass.record = record
    const down = { ...writer, append: async () => Promise.reject(new Error('the store is down')) }
    await expect(hearing(down, glass).refresh()).rejects.toThrow('the store is down')
    expect(glass.record).toBe(record)
  })

  it.each([
    ['a resume', async ({ writer }: Awaited<ReturnType<typeof shop>>) => writer.append({ type: 'resumed' }, { actor: 'ben' })],
    ['a step', async ({ turn }: Awaited<ReturnType<typeof shop>>) => turn()],
  ])('but one from before %s is no order any more', async (_, decide) => {
    const at = await shop()
    await at.turn()
    const record = { ...at.broken(), at: at.engine.clock.now() - 1 }
    await at.engine.clock.sleep(1000)
    await decide(at)
    at.glass.record = record
    await at.engine.writer.refresh()
    expect(stateOf(at.engine).status).toBe('running')
    expect(at.glass.record).toEqual(record)
  })
})
