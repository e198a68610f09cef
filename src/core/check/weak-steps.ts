import { minutesToSee } from '../evidence/minutes-to-see.ts'
import { DEFAULTS } from '../evidence/policy.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan, Users } from '../plan/plan.ts'
import type { Duration, Exposure } from '../values/units.ts'

const MINUTE = 60_000
const DAY_IN_SECONDS = 86_400
/** A doubling of the error rate: what a person would call worse at once. */
const RATIO = 2

/** A step whose hold is shorter than what it takes to see that errors have doubled. */
export interface Weak {
  /** Index into the compiled steps. */
  readonly step: number
  readonly exposure: Exposure
  readonly people: number
  /** About how long it takes; Infinity when nobody is in. */
  readonly takes: Duration
  readonly hold: Duration
}

/** Returns the steps from `first` on that are too short or too small to show a doubling, the same exposure once. */
export function weakSteps(plan: Plan, users: Users, first: number): readonly Weak[] {
  const said = new Set<string>()
  return stepsOf(plan)
    .slice(first)
    .flatMap(({ index, to, hold, phase }): readonly Weak[] => {
      if (to <= 0 || to >= 100 || plan.phases[phase]?.shadows) return []
      const perSecond = (users.count * users.requests) / DAY_IN_SECONDS
      const policy = plan.phases[phase]?.evidence?.policy ?? DEFAULTS
      const takes = minutesToSee(RATIO, { perSecond, rate: users.errors, share: to / 100 }, policy) * MINUTE
      const key = `${to} ${hold}`
      if (takes <= hold || said.has(key)) return []
      said.add(key)
      return [{ step: index, exposure: to, people: Math.round((users.count * to) / 100), takes, hold }]
    })
}
