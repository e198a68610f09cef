import { formerPlaces } from '../adapters/places.ts'
import { isEnded, type State } from '../core/journal/state.ts'
import { journalName } from '../core/journal/identity.ts'
import type { Plan } from '../core/plan/plan.ts'
import { isForward, stepsOf } from '../core/plan/steps.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { RolloutError } from '../core/values/errors.ts'
import { addressIn, planFilesIn } from './plan-files.ts'
import { rolloutsIn } from './rollouts.ts'
import type { Session } from './session.ts'
import { isStoreBeside, openPlanStore } from './store.ts'

/**
 * Throws `conflict` where another rollout in the store beside the plan has brought one of its toggles half the way at the
 * same place: that would be the baseline here, and be written again by a rollback after the other was taken back.
 */
export async function refuseMovedTwice(session: Session, plan: Plan): Promise<void> {
  if (!isStoreBeside(session)) return
  const own = journalName(plan)
  const others = await rolloutsIn(await openPlanStore(session), (name) => name !== own)
  for (const other of others) {
    if ('problem' in other || isEnded(other.state)) continue
    const shared = await sharedBy(plan, other.state, session)
    if (shared === undefined) continue
    throw new RolloutError('conflict', {
      message: `${shared} was brought half the way by ${other.name}, which is ${other.state.status}: no baseline to come back to`,
      hint: `let ${other.name} come to its end, or take it back: ${takingBack(other.state.plan, session)}`,
    })
  }
}

/** Returns what is typed for another plan than the one that was typed. */
function takingBack(plan: Plan, session: Session): string {
  const file = planFilesIn(session).get(plan.name)
  return file === undefined ? `with name: ${plan.name} in the plan it is meant` : `rollout rollback${addressIn(session, plan, file)}`
}

/** Resolves to a variable, and its target, that this plan moves at a place where the other rollout has moved it. */
async function sharedBy(one: Plan, state: State, { lender }: Pick<Session, 'lender'>): Promise<string | undefined> {
  const other = state.plan
  const mine = placesOf(one, new Set(stepsOf(one).flatMap(({ moves }) => moves)))
  const theirs = placesOf(other, new Set(Object.keys(other.toggles).filter((name) => isOnTheWay(state, name))))
  for (const { variable, target } of mine) {
    for (const each of theirs) {
      if (each.variable !== variable) continue
      const [a, b] = [one.targets[target], other.targets[each.target]]
      // What a reference stands for may have been something else where the other began.
      if (!a || !b || JSON.stringify([a.options, b.options]).includes('${')) continue
      const places = await formerPlaces(a, variable, lender)
      if ((await formerPlaces(b, variable, lender)).some((place) => places.includes(place))) return `${variable} on ${target}`
    }
  }
  return undefined
}

/** Tells whether a rollout has a toggle forward of its baseline, or is moving it there; one at its default may be behind it. */
function isOnTheWay({ plan, exposures, baseline, intent }: State, name: string): boolean {
  const [toggle, before = 0, now = before] = [plan.toggles[name], baseline[name], exposures[name]]
  return toggle !== undefined && [now, intent?.exposures[name] ?? now].some((exposure) => isForward(toggle, before, exposure))
}

function placesOf(plan: Plan, moved: ReadonlySet<string>): readonly { readonly variable: string; readonly target: string }[] {
  return Object.keys(plan.targets).flatMap((target) =>
    togglesOf(plan, target)
      .filter((toggle) => moved.has(toggle))
      .map((toggle) => ({ variable: plan.toggles[toggle]?.variable ?? toggle, target })),
  )
}
