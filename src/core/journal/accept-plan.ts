import { carryWatch } from '../judge/carry-watch.ts'
import type { Watch } from '../judge/track.ts'
import type { Plan } from '../plan/plan.ts'
import { stepsOf } from '../plan/steps.ts'
import { isSame } from '../values/is-same.ts'
import type { Event } from './event.ts'
import { provenBy, type State } from './state.ts'

/** Returns the state under an edited plan that was accepted: the same step, maybe by another number, or one before it. */
export function acceptPlan(state: State, event: Extract<Event, { type: 'replanned' }>): State {
  const { plan, digest, files, baseline, cursor = state.cursor } = event
  const { retreated: _, ...before } = state
  const retreated = phaseNow(state, plan)
  const carried = state.watch && carryWatch(state.watch, state.plan, plan)
  const isSameStep = stepAt(state.plan, state.cursor, plan) === stepAt(plan, cursor, plan)
  // What was watched at another step proves nothing at this one.
  const watch = isSameStep ? carried : withoutProof(carried)
  const isThere = (target: string): boolean => Object.hasOwn(plan.targets, target)
  return {
    ...before,
    plan,
    digest,
    files,
    baseline,
    cursor,
    exposures: Object.fromEntries(Object.keys(plan.toggles).map((name) => [name, state.exposures[name] ?? baseline[name] ?? 0])),
    missing: state.missing.filter(isThere),
    unsettled: state.unsettled.filter(isThere),
    // Approvals were given for the plan as it was.
    approvals: [],
    ...(state.drilled && { drilled: stillDrilled(state.drilled, state.plan, plan) }),
    authors: [...new Set([...state.authors, event.actor])],
    ...(watch && { watch }),
    ...(retreated !== undefined && { retreated }),
  }
}

/** Returns the phase that was retreated from, by its name or by the toggles that it has now. */
function phaseNow({ plan: { phases }, retreated }: State, { phases: now }: Plan): string | undefined {
  const toggles = phases.find(({ id }) => id === retreated)?.toggles ?? []
  const found = now.find(({ id }) => id === retreated) ?? now.find((each) => each.toggles.some((name) => toggles.includes(name)))
  return found?.id
}

/** Names a step whatever its number, by the toggles of it that stay. */
function stepAt(plan: Plan, cursor: number, { toggles }: Plan): string {
  const step = stepsOf(plan)[cursor]
  return step ? `${plan.phases[step.phase]?.id} ${step.moves.filter((name) => Object.hasOwn(toggles, name)).join()} ${step.to}` : ''
}

function withoutProof(watch: Watch | undefined): Watch | undefined {
  const proven = provenBy('step-back', watch)
  return proven && { ...proven, credit: 0 }
}

/** A rehearsal of a contingency that has since become another one proves nothing. */
function stillDrilled(drilled: NonNullable<State['drilled']>, before: Plan, now: Plan): NonNullable<State['drilled']> {
  return Object.fromEntries(
    Object.entries(drilled).filter(([id]) => isSame(before.contingencies?.[id]?.scope, now.contingencies?.[id]?.scope)),
  )
}
