import { describe, expect, it } from 'vitest'
import type { OpenTarget } from '../../src/adapters/open.ts'
import { rollBack } from '../../src/engine/rollback.ts'
import { settleAfter } from '../../src/engine/settle.ts'
import { move, finish, intend } from '../../src/engine/move.ts'
import { stateOf } from '../../src/engine/engine.ts'
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

const rolledBack = async ({ engine }: Awaited<ReturnType<typeof stepped>>) =>
  rollBack(engine, { scope: undefined, why: NO, signature: { actor: 'ana' }, end: async () => false, settling: () => undefined })

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

  it('whoever finishes the step back of another looks again as well', async () => {
    const world = await stepped(({ web }) => Object.assign(web.words, { A: '10%' }))
    const { engine } = world
    await intend(engine, { do: 'step-back', to: BACK, why: NO }, { actor: 'auto' })
    await settleAfter(engine, await finish(engine, { do: 'finish', why: NO }))
    expect([world.web.words['A'], world.waits(), stateOf(engine).status]).toEqual(['false', 2, 'paused'])
  })
})
