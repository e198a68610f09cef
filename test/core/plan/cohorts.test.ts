import { expect, it } from 'vitest'
import { openCohortCount } from '../../../src/core/plan/cohorts.ts'
import { exposuresAfter, stepsOf } from '../../../src/core/plan/steps.ts'
import { openToggles } from '../../../src/sdk/index.ts'
import { phase, plan, toggle } from '../../helpers/core.ts'

const IDS = Array.from({ length: 5000 }, (_, nth) => `user-${nth}`)

it.each([
  ['two that rise', 'release', 'release'],
  ['one that goes while another comes', 'release', 'legacy'],
  ['two that go', 'legacy', 'legacy'],
] as const)('counts who has both as the SDK answers: %s', (_, first, second) => {
  const steps = [10, 50, 100].map((to) => ({ to, hold: 0 }))
  const of = (variable: string, kind: 'release' | 'legacy') => toggle({ variable, kind, default: kind === 'legacy' ? 100 : 0 })
  const toggles = { A: of('A', first), B: of('B', second) }
  const own = plan({ toggles, phases: [phase({ toggles: ['A', 'B'], order: 'together', steps })] })
  const baseline = { A: toggles.A.default, B: toggles.B.default }
  const counting = openCohortCount(own, { exposures: baseline, baseline, cursor: -1 })
  for (const id of IDS) counting.add(id)

  for (const { step, overlaps, toggles: moved } of counting.result().steps) {
    const exposures = exposuresAfter(own, baseline, step)
    const sdk = openToggles({ env: Object.fromEntries(Object.entries(exposures).map(([name, to]) => [name, `${to}%`])) })
    const on = (name: string): readonly string[] => IDS.filter((id) => sdk.isEnabled(name, id))
    const both = on('A').filter((id) => sdk.isEnabled('B', id)).length
    expect(moved.map((each) => each.on)).toEqual([on('A').length, on('B').length])
    if (stepsOf(own)[step]?.to === 100) expect(overlaps).toEqual([])
    else expect(overlaps[0]).toMatchObject({ both, expected: (on('A').length * on('B').length) / IDS.length })
  }
})
