import { decide, type Decision } from '../core/policy/decide.ts'
import { situationOf } from '../core/policy/situation.ts'
import { formatDuration } from '../core/values/units.ts'
import { longestGap } from '../core/judge/watch.ts'
import { stateOf, type Engine } from './engine.ts'

/**
 * Decides once more before a step up, after its targets and signatures have been looked at: the process may have been
 * stopped since its poll, a window may have closed, an approval may have expired. `mover` types the step, if somebody
 * does.
 */
export function reconsider({ writer, clock }: Pick<Engine, 'writer' | 'clock'>, mover?: string): Decision {
  const state = stateOf({ writer })
  const age = state.watch?.domain === clock.domain ? clock.monotonic() - state.watch.monotonic : 0
  if (age <= longestGap(state.plan)) return decide(situationOf(state, clock.now(), mover))
  return { do: 'hold', gates: [], why: { code: 'no-data', text: `what was measured is ${formatDuration(age)} old by now: polls again` } }
}
