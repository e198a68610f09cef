import { defined } from '../values/defined.ts'
import type { LastAnswered } from '../ports.ts'
import { isEnded, type State } from '../journal/state.ts'
import type { Plan, Toggle } from '../plan/plan.ts'
import { askedToggles } from '../plan/shadow.ts'
import { exposuresAfter, stepsOf } from '../plan/steps.ts'
import { formatCount } from '../values/join-few.ts'
import { isDependence, type ReferenceReport } from './reference.ts'
import { formatDuration, formatExposure, type Duration, type Instant } from '../values/units.ts'

/** What a toggle that nothing moves any more asks of its owner. */
export interface Upkeep {
  readonly toggle: string
  /**
   * `overdue`: its `removeBy` has passed. `stale`: it has been where it ends for longer than the plan's `stale`. `unused`:
   * nothing asks for it.
   */
  readonly is: UpkeepKind
  /** What holds of the toggle, without its name: `at 100% since 2026-10-01 (59d), stale after 14d`. */
  readonly text: string
  readonly owner?: string
}

/** Every kind of upkeep. */
export const UPKEEP = ['overdue', 'stale', 'unused'] as const
export type UpkeepKind = (typeof UPKEEP)[number]

/** How long a toggle may be at its end where the plan does not say. */
export const STALE_AFTER: Duration = 14 * 86_400_000

const PASSING: ReadonlySet<Toggle['kind']> = new Set(['release', 'experiment', 'legacy'])

/** Tells whether toggles of a kind are meant to go once they are where they end; the others are meant to stay. */
export function isMeantToGo(kind: Toggle['kind']): boolean {
  return PASSING.has(kind)
}

/** Returns what the toggles of a plan ask for, in the order of the plan; without a rollout only what their dates say. */
export function upkeepOf(plan: Plan, state: State | undefined, now: Instant): readonly Upkeep[] {
  const today = dayOf(now)
  const still = state ? stillSince(plan, state) : new Map<string, Instant>()
  const after = plan.stale ?? STALE_AFTER
  return Object.entries(plan.toggles).flatMap(([toggle, { kind, owner, removeBy }]) => {
    const found: Omit<Upkeep, 'toggle' | 'owner'>[] = []
    if (removeBy !== undefined && removeBy < today) found.push({ is: 'overdue', text: `should have been removed by ${removeBy}` })
    const since = isMeantToGo(kind) ? still.get(toggle) : undefined
    if (since !== undefined && now - since > after) {
      const exposure = formatExposure(state?.exposures[toggle] ?? 0)
      const text = `at ${exposure} since ${dayOf(since)} (${formatDuration(wholeDays(now - since))}), stale after ${formatDuration(after)}`
      found.push({ is: 'stale', text })
    }
    return found.map((each) => defined({ toggle, ...each, owner }))
  })
}

/** Returns the toggles that no code depends on, by what was found in it. */
export function unusedIn({ toggles }: Plan, { toggles: found, files, root }: ReferenceReport): readonly Upkeep[] {
  return askedToggles({ toggles }).flatMap((toggle) => {
    if ((found[toggle] ?? []).some(isDependence)) return []
    const owner = toggles[toggle]?.owner
    return [defined({ toggle, is: 'unused' as const, text: `is asked for by none of the ${formatCount(files)} files in ${root}`, owner })]
  })
}

/** Returns the toggles that nobody has asked for longer than the plan's `stale`, by what applications count. */
export function unaskedFor(plan: Plan, answered: ReadonlyMap<string, Omit<LastAnswered, 'toggle'>>, now: Instant): readonly Upkeep[] {
  return Object.entries(plan.toggles).flatMap(([toggle, { owner }]) => {
    const { on = 0, off = 0 } = answered.get(toggle) ?? {}
    const last = Math.max(on, off)
    if (last === 0 || now - last <= (plan.stale ?? STALE_AFTER)) return []
    const text = `was last asked for on ${dayOf(last)} (${formatDuration(wholeDays(now - last))} ago)`
    return [defined({ toggle, is: 'unused' as const, text, owner })]
  })
}

/** Returns since when each toggle is where nothing will move it from: the end of the plan, or of a rollout that is over. */
function stillSince(plan: Plan, state: State): ReadonlyMap<string, Instant> {
  const { exposures, baseline, cursor, intent, since = {}, startedAt } = state
  const ends = exposuresAfter(state.plan, baseline, stepsOf(state.plan).length - 1)
  const ahead = new Set(
    isEnded(state)
      ? []
      : stepsOf(state.plan)
          .slice(cursor + 1)
          .flatMap(({ moves }) => moves),
  )
  const moved = new Set(stepsOf(state.plan).flatMap(({ moves }) => moves))
  const isStill = (name: string): boolean =>
    !intent && moved.has(name) && !ahead.has(name) && (isEnded(state) || exposures[name] === ends[name])
  return new Map(Object.keys(plan.toggles).flatMap((name) => (isStill(name) ? [[name, since[name] ?? startedAt] as const] : [])))
}

function wholeDays(duration: Duration): Duration {
  return Math.floor(duration / 86_400_000) * 86_400_000
}

function dayOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10)
}
