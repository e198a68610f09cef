import { RolloutError } from '../../core/values/errors.ts'
import { isBeside } from '../../core/plan/lists.ts'
import { environment } from '../../core/plan/environment.ts'
import { stepsOf } from '../../core/plan/steps.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { isEnded, type State } from '../../core/journal/state.ts'
import { readBaseline } from '../../engine/baseline.ts'
import { stateOf } from '../../engine/engine.ts'
import { move } from '../../engine/move.ts'
import { digestOf } from '../../adapters/state/digest.ts'
import { openEngine } from '../../session/open-engine.ts'
import { loadPlan, openRollout } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
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
  if (state.intent)
    throw new RolloutError('conflict', {
      message: `a ${state.intent.move} is not finished yet`,
      hint: 'rollout run or rollout rollback finishes it; then accept',
    })
  checkPast(state, read)
  const engine = await openEngine(session, writer, read)
  const held = await readBaseline(read, engine.targets, engine.signal)
  const baseline = Object.fromEntries(Object.keys(read.toggles).map((name) => [name, state.baseline[name] ?? held[name] ?? 0]))
  await writer.append({ type: 'replanned', plan: read, digest: digestOf(read), files, baseline }, by)
  const now = stateOf(engine)
  // Who gets a toggle early changes now, not with a step that may be days away; until then it would look like drift.
  const others = othersUnder(state, now)
  if (others.length > 0) {
    const why = { code: 'operator', text: 'the lists and segments of the accepted plan' } as const
    await move(engine, { do: 'advance', to: { cursor: now.cursor, exposures: now.exposures }, why, others }, by)
  }
  const after = stateOf(engine)
  return answerOfState(session, after, after.intent ? 'partial' : 'done')
}

/** Returns the targets of a plan that should hold something else under the newer one, at the same exposures. */
function othersUnder(before: State, now: State): readonly string[] {
  return Object.keys(now.plan.targets).filter((target) => {
    const was = environment(before.plan, target, before)
    const words = Object.entries(environment(now.plan, target, now))
    return words.some(([variable, word]) => (variable in was || isBeside(variable)) && (was[variable] ?? '') !== word)
  })
}

/** Refuses a plan that changes a step behind the cursor. Throws `conflict` naming the first step that differs. */
function checkPast(state: State, read: Plan): void {
  const [old, now] = [stepsOf(state.plan), stepsOf(read)]
  for (let index = 0; index <= state.cursor; index += 1) {
    const [was, is] = [old[index], now[index]]
    const same =
      was &&
      is &&
      was.to === is.to &&
      was.moves.join() === is.moves.join() &&
      state.plan.phases[was.phase]?.id === read.phases[is.phase]?.id
    if (!same) {
      const text = was ? `${was.moves.join(', ')} to ${was.to}%` : ''
      throw new RolloutError('conflict', {
        message: `step ${index + 1} (${text}) is behind the cursor and cannot change`,
        hint: 'roll back first, or change only what is still ahead',
      })
    }
  }
  const gone = Object.keys(state.plan.toggles).find((name) => !read.toggles[name] && state.exposures[name] !== state.baseline[name])
  if (gone !== undefined)
    throw new RolloutError('conflict', { message: `${gone} is on and would be forgotten`, hint: `rollout rollback ${gone} first` })
  for (const target of Object.keys(state.plan.targets)) {
    const kept = environment(read, target, state)
    const list = Object.entries(environment(state.plan, target, state)).find(
      ([variable, ids]) => ids !== '' && /_(?:USERS|DENY)$/.test(variable) && !(variable in kept),
    )
    if (list)
      throw new RolloutError('conflict', {
        message: `${list[0]} is written on ${target} and would be forgotten as it is`,
        hint: 'keep an empty list, which empties it: allow: [] or deny: []',
      })
  }
}
