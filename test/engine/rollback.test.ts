import { describe, expect, it } from 'vitest'
import type { Controller } from '../../src/core/journal/event.ts'
import type { Scope } from '../../src/core/policy/destination.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { move } from '../../src/engine/move.ts'
import { rollBack } from '../../src/engine/rollback.ts'
import { phase, plan, toggle } from '../helpers/core.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const WHY = { code: 'operator', text: 'no' } as const
const ANA = { actor: 'ana' }
const STEPS = { steps: [{ to: 10, hold: 0 }], metrics: [] }
/** A on both targets, then B on the second: a phase each. */
const PLAN = plan({
  toggles: { A: toggle({ targets: ['web', 'worker'] }), B: toggle({ variable: 'B', targets: ['worker'] }) },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
  metrics: {},
  phases: [phase({ id: 'first', ...STEPS }), phase({ id: 'second', toggles: ['B'], ...STEPS })],
})
const FIRST = { cursor: 0, exposures: { A: 10, B: 0 } }
const SECOND = { cursor: 1, exposures: { A: 10, B: 10 } }
const OFF = { cursor: -1, exposures: { A: 0, B: 0 } }

async function shop() {
  const [web, worker] = [fakeTarget('web', { A: 'false' }), fakeTarget('worker', { A: 'false', B: 'false' })]
  const made = await fakeEngine(PLAN, { targets: [web, worker] })
  const ended: Controller[] = []
  const end = async (controller: Controller): Promise<boolean> => ended.push(controller) > 0
  const back = async (scope?: Scope) => rollBack(made.engine, { scope, why: WHY, signature: ANA, end, settling: () => undefined })
  const up = async (to: typeof FIRST) => move(made.engine, { do: 'advance', to, why: WHY }, ANA)
  return { ...made, web, worker, ended, back, up }
}

describe('a rollback', () => {
  it('said twice takes back one phase', async () => {
    const { engine, back, up } = await shop()
    await up(FIRST)
    await up(SECOND)
    await back()
    const { to } = await back()
    expect([to, stateOf(engine).exposures]).toEqual([undefined, { A: 10, B: 0 }])
  })

  it('takes back the phase that was only reduced before, and leaves the one before it', async () => {
    const { engine, back, up } = await shop()
    await up(FIRST)
    await up(SECOND)
    const reached = []
    for (const scope of [{ is: 'to', to: 5 }, { is: 'to', to: 1 }, undefined, { is: 'to', to: 1 }] as const) {
      await back(scope)
      reached.push(stateOf(engine).exposures)
    }
    expect(reached).toEqual([5, 1, 0, 0].map((B) => ({ A: 10, B })))
  })

  it('ends the controller that it overtakes, and none where there is nothing to do', async () => {
    const { writer, back, up, ended } = await shop()
    await up(FIRST)
    const controller = { host: 'here', pid: 7, domain: 'boot', began: '1' }
    await writer.append({ type: 'attached', controller }, ANA)
    await back()
    await back()
    expect(ended).toEqual([expect.objectContaining(controller)])
  })

  it('says that everything is there after looking, and not from memory', async () => {
    const { engine, web, back, up } = await shop()
    await up(FIRST)
    await back()
    web.words['A'] = '10%'
    expect((await back()).to).toMatchObject({ others: ['web'] })
    expect([web.words['A'], stateOf(engine).intent]).toEqual(['false', undefined])
  })

  it('said again looks at every target, also at those of the phases that stay', async () => {
    const { engine, web, worker, back, up } = await shop()
    await up(FIRST)
    await up(SECOND)
    await back()
    web.words['A'] = '50%'
    expect((await back()).to).toMatchObject({ others: ['web'] })
    expect([web.words['A'], worker.words['B'], stateOf(engine).exposures]).toEqual(['10%', 'false', { A: 10, B: 0 }])
  })

  it('names a target once whose words and whose mark are not what the journal says', async () => {
    const { web, back, up } = await shop()
    await up(FIRST)
    await back()
    Object.assign(web, { words: { A: '10%' }, epoch: 500 })
    expect((await back()).to?.others).toEqual(['web'])
  })

  it('is not done while a target that should hold it cannot be read', async () => {
    const { engine, web, back, up } = await shop()
    await up(FIRST)
    await back()
    web.read = async () => Promise.reject(new Error('connection refused'))
    await back()
    expect(stateOf(engine).intent?.targets).toEqual({ web: { is: 'refused', error: 'connection refused' } })
  })

  it('looks again at what another command has confirmed', async () => {
    const { engine, writer, web, worker, back, up } = await shop()
    await up(FIRST)
    await writer.append({ type: 'intended', move: 'rollback', ...OFF, why: WHY }, { actor: 'ben' })
    await writer.append({ type: 'applied', intent: stateOf(engine).epoch, target: 'web' }, { actor: 'ben' })
    // Web holds what was before: written late, or never.
    await back()
    expect([web.words['A'], worker.words['A'], stateOf(engine).intent]).toEqual(['false', 'false', undefined])
  })

  it('that another one overtakes is done when that one is', async () => {
    const { engine, writer, web, worker, back, up } = await shop()
    await up(FIRST)
    await up(SECOND)
    let isOnce = false
    worker.meanwhile = async () => {
      if (isOnce) return
      isOnce = true
      await writer.append({ type: 'intended', move: 'rollback', ...OFF, why: WHY }, { actor: 'ben' })
    }
    await back()
    expect([stateOf(engine).intent, stateOf(engine).exposures, web.words['A']]).toEqual([undefined, { A: 0, B: 0 }, 'false'])
  })

  it('of a journal that never went forward writes every target: it may follow one that was lost', async () => {
    const { engine, web, journal, back } = await shop()
    web.words['A'] = '10%'
    await back({ is: 'all' })
    const intent = (await journal.read()).find((event) => event.type === 'intended')
    expect([intent, web.words['A'], stateOf(engine).intent]).toEqual([
      expect.objectContaining({ move: 'rollback', targets: ['web', 'worker'] }),
      'false',
      undefined,
    ])
  })
})
