import type { RolloutError } from '../core/values/errors.ts'
import type { Duration } from '../core/values/units.ts'
import { wordsByHand } from './by-hand.ts'
import type { OpenTarget } from './open-target.ts'

const DEADLINE: Duration = 30_000

/** Returns a target that refuses every call with the reason, and says by hand what would mend it and what it must hold. */
export function refusingTarget(name: string, reason: RolloutError): OpenTarget {
  const hint = reason.problems[0]?.hint
  const refuse = async (): Promise<never> => Promise.reject(reason)
  return {
    name,
    read: refuse,
    write: refuse,
    marks: refuse,
    probe: refuse,
    settle: 0,
    lag: 0,
    deadline: () => DEADLINE,
    shown: (text) => text,
    byHand: (words) => [...(hint === undefined ? [] : [`# ${hint}`]), ...wordsByHand(words)],
  }
}
