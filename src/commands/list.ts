import { rolloutsOf } from '../core/journal/rollouts-of.ts'
import { isEnded } from '../core/journal/state.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { renderList, type Listed } from '../views/list.ts'
import { leaseOf } from '../session/lease.ts'
import { rolloutsIn, type FoundRollout } from '../session/rollouts.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { openPlanStore } from '../session/store.ts'
import { withUnheard } from '../session/unheard.ts'
import type { ValuesOf } from './table.ts'

/** Shows every rollout of the store: those under way first, then what is over. No plan is needed for it. */
export default async function list(session: Session<ValuesOf<'list'>>): Promise<VerbAnswer> {
  const found = await rolloutsIn(await openPlanStore(session))
  const newest = await Promise.all(found.toSorted((a, b) => rank(a) - rank(b)).map(async (each) => listed(session, each)))
  const earlier = session.options.all ? await Promise.all(found.map(async (each) => earlierOf(session, each))) : []
  const rollouts = [...newest, ...earlier.flat()]
  return {
    outcome: found.some((each) => 'problem' in each) ? 'partial' : 'done',
    kind: 'list',
    value: { rollouts },
    text: (out) => renderList(rollouts, out),
  }
}

/** Returns the rollouts of a journal that another came after, the newest first. */
async function earlierOf({ clock }: Session, found: FoundRollout): Promise<readonly Listed[]> {
  if ('problem' in found) return []
  const all = rolloutsOf(await found.journal.read())
  return all
    .slice(0, -1)
    .toReversed()
    .map(({ begun, state, events }) => {
      const since = state.stopped?.at ?? events.at(-1)?.at ?? state.startedAt
      return { journal: found.name, begun, ...summarize(situationOf(state, clock.now())), since }
    })
}

function rank(found: FoundRollout): number {
  if ('problem' in found) return 0
  return isEnded(found.state) || found.state.moved !== undefined ? 2 : 1
}

async function listed(session: Session, found: FoundRollout): Promise<Listed> {
  const { name: journal } = found
  if ('problem' in found) {
    const [{ message, hint } = { message: found.problem.message }] = found.problem.problems
    return { journal, problem: { message, ...(hint !== undefined && { hint }) } }
  }
  const { state } = await withUnheard(session, found.state)
  const { moved, stopped, decidedAt } = state
  const summary = summarize(situationOf(state, session.clock.now()), await leaseOf(session, found.journal))
  const since = summary.waitsFor[0]?.since ?? stopped?.at ?? decidedAt
  return { journal, ...summary, since, ...(moved !== undefined && { moved }) }
}
