import { describe, expect, it } from 'vitest'
import { identityOf } from '../../src/core/journal/identity.ts'
import { TOMBSTONE } from '../../src/core/toggle/mark.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { retreatOver } from '../../src/engine/retreat.ts'
import { phase, plan, toggle } from '../helpers/core.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const STEPS = [{ to: 100, hold: 0 }]
const PLAN = plan({
  toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
  phases: [phase({ id: 'first', steps: STEPS }), phase({ id: 'second', toggles: ['B'], steps: STEPS })],
})

describe('over a break-glass that the journal does not know of', () => {
  const taken = async () => {
    const web = fakeTarget('web', { A: 'false', B: 'false' })
    const { engine } = await fakeEngine(PLAN, { targets: [web] })
    Object.assign(web, { epoch: TOMBSTONE, identity: identityOf(stateOf(engine)) })
    return { engine, state: stateOf(engine) }
  }

  it('a retreat to every default goes, and writes the target', async () => {
    const { engine, state } = await taken()
    expect(await retreatOver(engine, state, { cursor: -1, exposures: { A: 0, B: 0 } })).toEqual({
      cursor: -1,
      exposures: { A: 0, B: 0 },
      others: ['web'],
    })
  })

  it('a retreat of one phase does not, nor raises what was taken back', async () => {
    const { engine, state } = await taken()
    const of = { ...state, plan: { ...PLAN, toggles: { ...PLAN.toggles, A: toggle({ default: 100 }) } } }
    expect(await retreatOver(engine, of, { cursor: 0, exposures: { A: 100, B: 0 } })).toMatchObject({
      exposures: { A: 0, B: 0 },
      others: [],
    })
  })
})
