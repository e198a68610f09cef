import { expect, it } from 'vitest'
import type { Fence } from '../../src/core/ports.ts'
import { TOMBSTONE } from '../../src/core/toggle/mark.ts'
import { breakGlass } from '../../src/engine/break-glass.ts'
import { plan, toggle } from '../helpers/core.ts'
import { fakeClock } from '../helpers/memory.ts'
import { fakeTarget } from '../helpers/world.ts'

const TARGETS = ['web', 'worker']
const PLAN = plan({
  environment: 'production',
  toggles: { A: toggle({ targets: TARGETS }), L: toggle({ variable: 'L', kind: 'legacy', default: 100, targets: TARGETS }) },
})
const world = { clock: fakeClock(), signal: new AbortController().signal }

it('writes every default, in the name of the rollout, with a number that nothing is newer than', async () => {
  const web = fakeTarget('web', { A: '50%', L: '10%' })
  const fences: Fence[] = []
  const target: typeof web = { ...web, write: async (words, fence, signal) => (fences.push(fence), web.write(words, fence, signal)) }
  expect(await breakGlass(PLAN, [target], world).ended).toEqual([{ target: 'web', lines: ['set A false', 'set L true'] }])
  expect(web.words).toEqual({ A: 'false', L: 'true' })
  expect(fences).toEqual([{ identity: { name: 'shop', environment: 'production', lineage: '' }, epoch: TOMBSTONE, over: [], isNews: true }])
})

it('tries again at a target that fails, and names it with what to type where that does not help', async () => {
  const [web, worker] = [fakeTarget('web', { A: '50%' }), fakeTarget('worker', { A: '50%' })]
  web.fail = (attempt) => (attempt < 4 ? 'connection refused' : undefined)
  worker.fail = () => 'connection refused'
  const lines = ['set A false', 'set L true']
  expect(await breakGlass(PLAN, [web, worker], world).ended).toEqual([
    { target: 'web', lines },
    { target: 'worker', lines, error: 'connection refused' },
  ])
  expect([web.words['A'], worker.words['A']]).toEqual(['false', '50%'])
})
