import { describe, expect, it } from 'vitest'
import type { OpenTarget } from '../../src/adapters/open.ts'
import { rollBack } from '../../src/engine/rollback.ts'
import { settleAfter } from '../../src/engine/settle.ts'
import { move, finish, intend } from '../../src/engine/move.ts'
import { stateOf } from '../../src/engine/engine.ts'
import type { Scope } from '../../src/core/policy/destination.ts'
import { watch } from '../helpers/core.ts'
import { drawPlan } from '../simulation/plan.ts'
import { seeded, type Random } from '../simulation/random.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const NO = { code: 'operator', text: 'no' } as const
const BACK = { cursor: -1, exposures: { A: 0, B: 0, L: 100 } }
const UP = { cursor: 0, exposures: { A: 10, B: 0, L: 100 } }
const SETTLE = 10_000

/**
 * A rollout at its first step, on a target that refuses no older epoch and whose first answer was lost; `then` happens
 * while a settle is waited for.
 */
async function stepped(
  then: (world: Awaited<ReturnType<typeof fakeEngine>> & { web: ReturnType<typeof fakeTarget> }) => unknown,
  isHeard = false,
) {
  // The first of everything: one target.
  const random: Random = { ...seeded(1), pick: ([first]) => first }
  const plan = drawPlan(random, random)
  const web = fakeTarget('web')
  let isLost = !isHeard
  const write: OpenTarget['write'] = async (...given) => {
    await web.write(...given)
    if (isLost) {
      isLost = false
      throw new Error('no answer')
    }
  }
  const late: OpenTarget = { ...web, write, settle: SETTLE, marks: async () => [] }
  const world = { ...(await fakeEngine(plan, { targets: [late] })), web }
  const sleep = world.clock.sleep.bind(world.clock)
  let waits = 0
  world.clock.sleep = async (duration, signal) => {
    await sleep(duration, signal)
    if (duration === SETTLE && (waits += 1) === 1) await then(world)
  }
  await move(world.engine, { do: 'advance', to: UP, why: NO }, { actor: 'ana' })
  return { ...world, waits: () => waits }
}

const rolledBack = async ({ engine }: Awaited<ReturnType<typeof stepped>>, scope?: Scope) =>
  rollBack(engine, { scope, why: NO, signature: { actor: 'ana' }, end: async () => false, settling: () => undefined })

describe('after something was taken back from a target that refuses no older epoch', () => {
  it('what was written late is taken back once more', async () => {
    const world = await stepped(({ web }) => Object.assign(web.words, { A: '10%' }))
    await rolledBack(world)
    expect([world.web.words['A'], world.waits(), stateOf(world.engine).stopped?.why.text]).toEqual([
      'false',
      2,
      'web was written late, after it was taken back',
    ])
  })

  it('nothing is waited for where every request was answered and nobody else had a hand in it', async () => {
    const world = await stepped(() => undefined, true)
    await rolledBack(world)
    expect([world.web.words['A'], world.waits(), stateOf(world.engine).unsettled]).toEqual(['false', 0, []])
  })

  it('what another process finished is waited for as well', async () => {
    const world = await stepped(({ web }) => Object.assign(web.words, { A: '10%' }), true)
    const { engine, journal, clock } = world
    await intend(engine, { do: 'advance', to: { cursor: 1, exposures: { A: 50, B: 0, L: 100 } }, why: NO }, { actor: 'ana' })
    const writer = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
    await finish({ ...engine, writer }, { do: 'finish', why: NO })
    expect(stateOf({ writer }).unsettled).toEqual(['web'])
    await rolledBack({ ...world, engine: { ...engine, writer } })
    expect([world.web.words['A'], world.waits()]).toEqual(['false', 2])
  })

  it('one that cannot be looked at is not done', async () => {
    const world = await stepped(({ engine }) =>
      Object.assign(engine.targets[0] ?? {}, {
        read: async () => Promise.reject(new Error('connection refused')),
      }),
    )
    await rolledBack(world)
    const { status, intent, stopped } = stateOf(world.engine)
    expect([status, intent?.targets['web']]).toEqual(['rolled back', { is: 'refused', error: 'connection refused' }])
    expect(stopped?.why.text).toBe('whether it was written late cannot be seen: web: connection refused')
  })

  it('what was resumed meanwhile is paused, and not believed to be at its baseline', async () => {
    const world = await stepped(async ({ web, writer }) => {
      await writer.append({ type: 'resumed' }, { actor: 'ben' })
      Object.assign(web.words, { A: '10%' })
    })
    await rolledBack(world)
    const { status, stopped } = stateOf(world.engine)
    expect([status, stopped?.why.code, stopped?.why.text]).toEqual(['paused', 'drift', 'web was written late, after it was taken back'])
  })

  it('what was decided anew meanwhile is left to whoever decided it', async () => {
    const world = await stepped(async ({ writer, web }) => {
      await writer.append({ type: 'resumed' }, { actor: 'ben' })
      await writer.append({ type: 'intended', move: 'advance', ...UP, why: NO }, { actor: 'ben' })
      await writer.append({ type: 'applied', intent: stateOf({ writer }).epoch, target: 'web' }, { actor: 'ben' })
      await writer.append({ type: 'arrived', intent: stateOf({ writer }).epoch, missing: [], watch: watch({}) }, { actor: 'ben' })
      // By what ben has decided this is wrong as well, and ben's to find.
      Object.assign(web.words, { A: '50%' })
    })
    await rolledBack(world)
    expect([stateOf(world.engine).status, stateOf(world.engine).exposures['A'], world.waits()]).toEqual(['running', 10, 1])
  })

  it('what was taken back further meanwhile is what a late write is held against', async () => {
    const world = await stepped(async ({ journal, clock, web }) => {
      // Another process: what it does is only known to this one once it asks.
      const writer = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
      await writer.append({ type: 'intended', move: 'rollback', ...BACK, why: NO }, { actor: 'ben' })
      await writer.append({ type: 'applied', intent: stateOf({ writer }).epoch, target: 'web' }, { actor: 'ben' })
      await writer.append({ type: 'arrived', intent: stateOf({ writer }).epoch, missing: [], watch: watch({}) }, { actor: 'ben' })
      Object.assign(web.words, { A: '10%' })
    })
    await move(world.engine, { do: 'advance', to: { cursor: 1, exposures: { ...UP.exposures, A: 50 } }, why: NO }, { actor: 'ana' })
    await rolledBack(world, { is: 'to', to: 10 })
    expect([world.web.words['A'], stateOf(world.engine).exposures['A']]).toEqual(['false', 0])
  })

  it('one that answers at the second look is not taken back again', async () => {
    let looks = 0
    const world = await stepped(({ engine: { targets }, web }) =>
      Object.assign(targets[0] ?? {}, {
        read: async (...given: Parameters<OpenTarget['read']>) => {
          if ((looks += 1) === 1) throw new Error('connection refused')
          return web.read(...given)
        },
      }),
    )
    await rolledBack(world)
    const { status, epoch, stopped } = stateOf(world.engine)
    expect([status, looks, stopped?.seq === epoch, stopped?.why.text]).toEqual(['rolled back', 2, true, 'no'])
  })

  it('it is looked at once the slowest of them must have landed', async () => {
    const [web, worker] = [fakeTarget('web'), fakeTarget('worker')]
    const random: Random = { ...seeded(1), pick: (list) => (Array.isArray(list[0]) ? (list[1] ?? list[0]) : list[0]) }
    const slow = { ...web, settle: SETTLE, marks: async () => [] }
    const quick = { ...worker, settle: 1000, marks: async () => [] }
    const made = await fakeEngine(drawPlan(random, random), { targets: [slow, quick] })
    for (const target of [web, worker]) target.fail = (attempt) => (attempt === 1 ? 'no answer' : undefined)
    await move(made.engine, { do: 'advance', to: UP, why: NO }, { actor: 'ana' })
    const began = made.clock.monotonic()
    const waits: number[] = []
    const options = { scope: undefined, why: NO, signature: { actor: 'ana' }, end: async () => false }
    await rollBack(made.engine, { ...options, settling: (wait) => void waits.push(wait) })
    expect([stateOf(made.engine).unsettled, waits, made.clock.monotonic() - began]).toEqual([['web', 'worker'], [SETTLE], SETTLE])
  })

  it('whoever finishes the step back of another looks again as well', async () => {
    const world = await stepped(({ web }) => Object.assign(web.words, { A: '10%' }))
    const { engine } = world
    await intend(engine, { do: 'step-back', to: BACK, why: NO }, { actor: 'auto' })
    await settleAfter(engine, await finish(engine, { do: 'finish', why: NO }))
    expect([world.web.words['A'], world.waits(), stateOf(engine).status]).toEqual(['false', 2, 'paused'])
  })
})
