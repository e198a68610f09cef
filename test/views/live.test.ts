import { expect, it } from 'vitest'
import type { Missing } from '../../src/core/values/reading.ts'
import type { State } from '../../src/core/journal/state.ts'
import { openLive } from '../../src/views/live.ts'
import { fakeEngine } from '../helpers/world.ts'
import { fakeShell, sessionOf } from '../helpers/shell.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { loadPlan } from '../../src/session/project.ts'
import { plainPlan } from '../helpers/plans.ts'

async function started(): Promise<State> {
  const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1/metrics'), 'web.env': '' } })
  const { plan } = await loadPlan(sessionOf(shell))
  const { engine } = await fakeEngine(plan, { targets: [] })
  return stateOf(engine)
}

function unknown(state: State, reason: Missing): State {
  const track = { verdict: 'unknown', met: false, bins: [], samples: 9, missing: { reason, detail: 'seen' } } as const
  return { ...state, watch: { monotonic: 0, domain: 'test', credit: 0, tracks: { error_rate: track }, criteria: {} } }
}

it.each([
  ['first-poll', 0],
  ['few-samples', 0],
  ['unreachable', 1],
] as const)('a log shows an unknown verdict for %s %i times, however often it is polled', async (reason, lines) => {
  const shell = fakeShell()
  const live = openLive(shell, false)
  const state = unknown(await started(), reason)
  const why = { code: 'no-data', text: 'waiting' } as const
  for (let nth = 0; nth < 3; nth += 1) live.turn({ decision: { do: 'hold', gates: [], why }, state })
  live.end()
  expect(shell.printed.out.split('\n').filter((line) => line !== '')).toHaveLength(lines)
})

it('a log says that all is well once, not at every step and poll', async () => {
  const shell = fakeShell()
  const live = openLive(shell, false)
  const state = await started()
  const watch = {
    monotonic: 0,
    domain: 'test',
    credit: 0,
    tracks: { error_rate: { verdict: 'healthy', met: true, bins: [] } },
    criteria: {},
  } as const
  const gate = (name: 'hold' | 'approval') => ({ name, open: false, text: `${name} closed` })
  const turn = (cursor: number, ...names: readonly ('hold' | 'approval')[]) =>
    live.turn({
      decision: { do: 'hold', gates: names.map(gate), why: { code: 'healthy', text: 'waiting' } },
      state: { ...state, cursor, watch },
    })
  turn(0, 'hold')
  turn(1, 'hold')
  turn(1)
  turn(1, 'hold', 'approval')
  turn(1, 'approval')
  live.end()
  const lines = shell.printed.out.split('\n').filter((line) => line !== '')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('approval closed')
})
