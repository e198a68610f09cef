import { describe, expect, it } from 'vitest'
import type { OpenTarget } from '../../src/adapters/open.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { ContingencyScope } from '../../src/core/values/risk.ts'
import { scratchJournal } from '../../src/engine/scratch-journal.ts'
import { drill } from '../../src/engine/drill.ts'
import { stateOf, type Engine } from '../../src/engine/engine.ts'
import { rehearse } from '../../src/engine/rehearse.ts'
import { move } from '../../src/engine/move.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { MINUTE, phase, plan, toggle } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const PLAN: Plan = plan({
  environment: 'staging',
  drill: true,
  toggles: { A: toggle({ targets: ['web', 'worker'], core: true }), B: toggle({ variable: 'B', requires: ['A'] }) },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
  phases: [phase({ toggles: ['A', 'B'], order: 'together', metrics: [] })],
})
const ana = { actor: 'ana' }
const leading = { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined }
const ALL: ContingencyScope = { is: 'all' }

/** A and B at 10 %, confirmed by web and worker. */
async function risen(parts: { readonly plan?: Plan; readonly journal?: ReturnType<typeof memoryJournal> } = {}) {
  const [web, worker] = [fakeTarget('web', { A: 'false', B: 'false' }), fakeTarget('worker', { A: 'false' })]
  const world = await fakeEngine(parts.plan ?? PLAN, { targets: [web, worker], ...(parts.journal && { journal: parts.journal }) })
  await move(world.engine, { do: 'advance', to: { cursor: 0, exposures: { A: 10, B: 10 } }, why: { code: 'operator', text: 'up' } }, ana)
  world.told.length = 0
  return { ...world, web, worker }
}

async function drilled(engine: Engine, scope = ALL) {
  return drill(engine, { contingency: { id: 'x', scope }, signature: ana, leading, settling: () => undefined })
}

function kinds(events: readonly Event[]): readonly string[] {
  return events.map((event) => (event.type === 'intended' ? event.move : event.type))
}

describe('a drill for real', () => {
  it('rolls back, resumes, puts back, and says so', async () => {
    const { engine, told, web, worker } = await risen()
    const before = stateOf(engine)
    expect(await drilled(engine)).toEqual({ contingency: 'x', passed: true, took: 0, targets: { web: 0, worker: 0 } })
    expect(kinds(told)).toEqual(['rollback', 'applied', 'arrived', 'resumed', 'advance', 'applied', 'arrived', 'drilled'])
    expect(told.map(({ actor }) => actor)).toEqual(['ana', 'auto', 'auto', 'ana', 'ana', 'auto', 'auto', 'ana'])
    expect([web.words, worker.words]).toEqual([{ A: '10%', B: '10%' }, { A: '10%' }])
    const { status, cursor, exposures, intent, drilled: newest } = stateOf(engine)
    expect({ status, cursor, exposures, intent }).toEqual({
      status: 'running',
      cursor: before.cursor,
      exposures: before.exposures,
      intent: undefined,
    })
    expect(newest?.['x']).toMatchObject({ passed: true, actor: 'ana' })
  })

  it('writes what the contingency takes back, and nothing else', async () => {
    const { engine, told, web } = await risen()
    expect(await drilled(engine, { is: 'toggles', toggles: ['B'] })).toMatchObject({ passed: true })
    expect(told.find(({ type }) => type === 'intended')).toMatchObject({ exposures: { A: 10, B: 0 }, why: { contingency: 'x' } })
    expect(web.words).toEqual({ A: '10%', B: '10%' })
  })

  it('measures each target until it has confirmed', async () => {
    const { engine, clock, worker } = await risen()
    worker.meanwhile = async () => clock.advance(1500)
    const { took, targets } = await drilled(engine)
    expect([took, targets['worker']]).toEqual([1500, 1500])
  })

  it('stays rolled back where a target does not confirm, and names it', async () => {
    const { engine, told, web, worker } = await risen()
    worker.fail = () => 'connection refused'
    expect(await drilled(engine)).toMatchObject({
      passed: false,
      // The clock of this test stands while nothing sleeps, and worker sleeps between its attempts.
      targets: { web: 200 },
      problem: 'not confirmed: worker: connection refused; it stays rolled back',
    })
    expect(kinds(told)).toEqual(['rollback', 'applied', 'refused', 'drilled'])
    expect([web.words['A'], stateOf(engine).status]).toEqual(['false', 'rolled back'])
    expect(stateOf(engine).drilled?.['x']?.passed).toBe(false)
  })

  it('has failed where what was there cannot be put back', async () => {
    const { engine, worker } = await risen()
    const first = worker.writes.length + 1
    worker.fail = (attempt) => (attempt > first ? 'disk full' : undefined)
    expect(await drilled(engine)).toMatchObject({ passed: false, problem: 'rolled back, but not put back: worker: disk full' })
  })

  it('has failed where it can be put back, but for a target the plan could do without', async () => {
    const { engine, worker } = await risen({ plan: { ...PLAN, maxUnavailable: 1 } })
    const first = worker.writes.length + 1
    worker.fail = (attempt) => (attempt > first ? 'disk full' : undefined)
    expect(await drilled(engine)).toMatchObject({ passed: false, problem: 'rolled back, but not put back on worker' })
  })

  it('puts nothing back over what somebody else has done meanwhile', async () => {
    const { engine, journal, web, told } = await risen()
    web.meanwhile = async () => {
      delete web.meanwhile
      const other = await openWriter({ journal, clock: engine.clock, uuid: () => 'other', version: 'test' })
      await other.append(
        { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why: { code: 'operator', text: 'now!' } },
        { actor: 'ben' },
      )
    }
    expect(await drilled(engine)).toMatchObject({ passed: false, problem: 'somebody else acted meanwhile; nothing was put back' })
    expect(kinds(told)).not.toContain('resumed')
    expect([web.words['A'], stateOf(engine).status]).toEqual(['false', 'rolled back'])
  })

  it('puts nothing back when somebody is a moment faster than its resume', async () => {
    const journal = memoryJournal()
    const { engine, writer } = await risen({ journal })
    const slow: Engine = {
      ...engine,
      writer: {
        journal,
        get state() {
          return writer.state
        },
        get made() {
          return writer.made
        },
        follow: (tell) => writer.follow(tell),
        refresh: async () => writer.refresh(),
        append: async (fact, signature) => {
          if (fact.type === 'resumed') {
            const other = await openWriter({ journal, clock: engine.clock, uuid: () => 'other', version: 'test' })
            await other.append({ type: 'paused', why: { code: 'operator', text: 'stop' } }, { actor: 'ben' })
          }
          return writer.append(fact, signature)
        },
      },
    }
    expect(await drilled(slow)).toMatchObject({
      passed: false,
      problem: expect.stringMatching(/^rolled back, but not put back: #\d+ paused by ben came first/),
    })
    expect(stateOf(engine).exposures).toEqual({ A: 0, B: 0 })
  })

  it.each<[string, (world: Awaited<ReturnType<typeof risen>>) => Promise<unknown> | void, ContingencyScope, string]>([
    [
      'a rollout that is paused',
      async ({ writer }) => writer.append({ type: 'paused', why: { code: 'operator', text: '' } }, ana),
      ALL,
      'the rollout is paused',
    ],
    ['a target that somebody else wrote', ({ web }) => void (web.words['A'] = 'true'), ALL, 'web holds A=true instead of 10%'],
    [
      'a target that cannot be read',
      ({ worker }) => void Object.assign(worker, { read: async () => Promise.reject(new Error('down')) }),
      ALL,
      'worker: down',
    ],
    ['nothing to take back', () => undefined, { is: 'to', to: 50 }, 'x would take nothing back where the rollout is now'],
  ])('refuses before it touches anything: %s', async (_, harm, scope, message) => {
    const world = await risen()
    await harm(world)
    const [writes, seq] = [world.web.writes.length, world.writer.state?.seq]
    await expect(drilled(world.engine, scope)).rejects.toThrow(message)
    expect([world.web.writes.length, world.writer.state?.seq]).toEqual([writes, seq])
  })

  it('refuses while somebody watches', async () => {
    const journal = memoryJournal()
    const world = await risen({ journal: { ...journal, takeLease: async () => ({ holder: { ...leading.controller, pid: 7 }, since: 0 }) } })
    await expect(drilled(world.engine)).rejects.toThrow('here pid 7 has been watching')
    expect(world.told).toEqual([])
  })
})

describe('a rehearsal on a copy', () => {
  async function rehearsed(world: Awaited<ReturnType<typeof risen>>, scope: ContingencyScope = ALL) {
    const state = stateOf(world.engine)
    const writer = await openWriter({
      journal: scratchJournal(state),
      clock: world.clock,
      uuid: () => `copy-${Math.random()}`,
      version: 'test',
    })
    return rehearse(world.engine, writer, { scope, why: { code: 'operator', text: 'drill of x', contingency: 'x' }, signature: ana })
  }

  it('ends as the rollback would, and changes nothing', async () => {
    const world = await risen()
    const before = JSON.stringify(stateOf(world.engine))
    const [words, writes] = [{ ...world.web.words }, world.web.writes.length]
    const { state, to, checks } = await rehearsed(world)
    expect([state.status, state.exposures, to?.cursor]).toEqual(['rolled back', { A: 0, B: 0 }, -1])
    expect(checks).toEqual([
      { target: 'web', took: 0, drifts: [] },
      { target: 'worker', took: 0, drifts: [] },
    ])
    expect([world.web.words, world.web.writes.length]).toEqual([words, writes])
    expect(JSON.stringify(stateOf(world.engine))).toBe(before)
    expect(await world.journal.read(stateOf(world.engine).seq)).toEqual([])
  })

  it('is the same as what then happens', async () => {
    const world = await risen()
    const { state } = await rehearsed(world, { is: 'toggles', toggles: ['B'] })
    await drilled(world.engine, { is: 'toggles', toggles: ['B'] })
    expect(world.told.find(({ type }) => type === 'intended')).toMatchObject({ exposures: state.exposures, cursor: state.cursor })
  })

  it('finds the target that cannot be read, how long that took, and what another holds that it should not', async () => {
    const world = await risen()
    world.web.words['B'] = 'true'
    const broken: OpenTarget = {
      ...world.worker,
      read: async () => {
        world.clock.advance(700)
        throw new Error('no route')
      },
    }
    const engine = { ...world.engine, targets: [world.web, broken] }
    const { state, checks } = await rehearsed({ ...world, engine })
    expect(state.intent?.targets).toEqual({ web: { is: 'applied' }, worker: { is: 'refused', error: 'no route' } })
    expect(checks.find(({ target }) => target === 'worker')).toEqual({ target: 'worker', took: 700, error: 'no route', drifts: [] })
    expect(checks.find(({ target }) => target === 'web')?.drifts).toMatchObject([{ variable: 'B', found: 'true', expected: '10%' }])
  })

  it('does not look for how long a real write may be under way', async () => {
    const world = await risen()
    const engine = { ...world.engine, targets: [{ ...world.web, settle: 10 * MINUTE }, world.worker] }
    const before = world.clock.monotonic()
    await rehearsed({ ...world, engine })
    expect(world.clock.monotonic()).toBe(before)
  })
})
