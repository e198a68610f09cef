import { formerPlaces } from '../adapters/places.ts'
import { isEnded } from '../core/journal/state.ts'
import { journalName } from '../core/journal/identity.ts'
import type { Plan } from '../core/plan/plan.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { RolloutError } from '../core/values/errors.ts'
import { isSame } from '../core/values/is-same.ts'
import { rolloutsIn } from './rollouts.ts'
import type { Session } from './session.ts'
import { isStoreBeside, openPlanStore } from './store.ts'

/**
 * Throws `conflict` where another rollout in the store beside the plan is under way and moves one of its toggles at the same
 * place: what the one takes back the other would write again.
 */
export async function refuseMovedTwice(session: Session, plan: Plan): Promise<void> {
  if (!isStoreBeside(session)) return
  const own = journalName(plan)
  const others = await rolloutsIn(await openPlanStore(session), (name) => name !== own)
  for (const other of others) {
    if ('problem' in other || isEnded(other.state)) continue
    const shared = await sharedBy(plan, other.state.plan, session)
    if (shared === undefined) continue
    throw new RolloutError('conflict', {
      message: `${shared} is moved by ${other.name} as well, which is ${other.state.status}: each would undo the other`,
      hint: `let ${other.name} come to its end, or end it: rollout close`,
    })
  }
}

/** Resolves to a variable, and its target, that both plans move at one place. */
async function sharedBy(one: Plan, other: Plan, { lender }: Pick<Session, 'lender'>): Promise<string | undefined> {
  const [mine, theirs] = [movedIn(one), movedIn(other)]
  for (const { variable, target } of mine) {
    for (const each of theirs) {
      if (each.variable !== variable) continue
      const [a, b] = [one.targets[target], other.targets[each.target]]
      // What a reference stands for may have been something else where the other began.
      if (!a || !b || JSON.stringify([a.options, b.options]).includes('${')) continue
      if (isSame(a, b)) return `${variable} on ${target}`
      const places = await formerPlaces(a, variable, lender)
      if ((await formerPlaces(b, variable, lender)).some((place) => places.includes(place))) return `${variable} on ${target}`
    }
  }
  return undefined
}

function movedIn(plan: Plan): readonly { readonly variable: string; readonly target: string }[] {
  const moved = new Set(stepsOf(plan).flatMap(({ moves }) => moves))
  return Object.keys(plan.targets).flatMap((target) =>
    togglesOf(plan, target)
      .filter((toggle) => moved.has(toggle))
      .map((toggle) => ({ variable: plan.toggles[toggle]?.variable ?? toggle, target })),
  )
}
