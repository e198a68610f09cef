import { RolloutError } from '../../core/values/errors.ts'
import { isBeside } from '../../core/plan/lists.ts'
import { environment } from '../../core/plan/environment.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { isEnded, type State } from '../../core/journal/state.ts'
import { isSame } from '../../core/values/is-same.ts'
import { readBaseline } from '../../engine/baseline.ts'
import { stateOf } from '../../engine/engine.ts'
import { move } from '../../engine/move.ts'
import { digestOf } from '../../adapters/state/digest.ts'
import { openEngine } from '../../session/open-engine.ts'
import { loadPlan, openRollout } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { replanPlaces } from '../../session/replan-places.ts'
import { renderReplan } from '../../views/replan.ts'
import { signature } from '../../session/signature.ts'
import { answerOfState } from '../../session/state-answer.ts'

/** Freezes the edited plan into the running rollout; what is behind the cursor stays as it was. */
export async function accept(session: Session): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const by = await signature(session)
  const { plan: read, files } = await loadPlan(session, { starter: by.actor })
  const { state } = writer
  if (!state)
    throw new RolloutError('usage', { message: 'nothing was started yet: there is no frozen plan to replace', hint: 'rollout start' })
  if (isEnded(state))
    throw new RolloutError('conflict', {
      message: `it is ${state.status}: an edited plan begins as a rollout of its own`,
      hint: 'rollout start',
    })
  // Approvals of a plan that is the same still count, and who types this has frozen nothing.
  if (state.digest === digestOf(read) && isSame(state.files, files))
    return answerOfState(session, writer, 'done', () => 'nothing was edited since the plan was frozen\n')
  if (state.intent)
    throw new RolloutError('conflict', {
      message: `a ${state.intent.move} is not finished yet`,
      hint: 'rollout run or rollout rollback finishes it; then accept',
    })
  const edit = await replanPlaces(session, state, read)
  if ('refused' in edit) throw new RolloutError('conflict', edit.refused)
  checkLists(state, read)
  const engine = await openEngine(session, writer, read)
  const held = await readBaseline(read, engine.targets, engine.signal)
  const baseline = Object.fromEntries(Object.keys(read.toggles).map((name) => [name, state.baseline[name] ?? held[name] ?? 0]))
  const cursor = edit.cursor === state.cursor ? {} : { cursor: edit.cursor }
  await writer.append({ type: 'replanned', plan: read, digest: digestOf(read), files, baseline, ...cursor }, by)
  const now = stateOf(engine)
  // Who gets a toggle early changes now, not with a step that may be days away; until then it would look like drift.
  const others = othersUnder(state, now)
  if (others.length > 0) {
    const why = { code: 'operator', text: 'the lists and segments of the accepted plan' } as const
    await move(engine, { do: 'advance', to: { cursor: now.cursor, exposures: now.exposures }, why, others }, by)
  }
  return answerOfState(session, writer, stateOf(engine).intent ? 'partial' : 'done', (out) => renderReplan(edit.rows, out))
}

/** Returns the targets of a plan that should hold something else under the newer one, at the same exposures. */
function othersUnder(before: State, now: State): readonly string[] {
  return Object.keys(now.plan.targets).filter((target) => {
    const was = environment(before.plan, target, before)
    const words = Object.entries(environment(now.plan, target, now))
    return words.some(([variable, word]) => (variable in was || isBeside(variable)) && (was[variable] ?? '') !== word)
  })
}

/** Refuses to leave lists behind that nobody empties any more. Throws `conflict` naming the first. */
function checkLists(state: State, read: Plan): void {
  for (const target of Object.keys(state.plan.targets)) {
    const kept = environment(read, target, state)
    const list = Object.entries(environment(state.plan, target, state)).find(
      ([variable, ids]) => ids !== '' && /_(?:USERS|DENY)$/.test(variable) && !(variable in kept),
    )
    if (list)
      throw new RolloutError('conflict', {
        message: `${list[0]} is written on ${target} and would be forgotten as it is`,
        hint: 'accept the plan with the list empty first: allow: [] or deny: []',
      })
  }
}
