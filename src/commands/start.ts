import { differences } from '../core/plan/difference.ts'
import { journalName } from '../core/journal/identity.ts'
import { asStarted, isEnded, type State } from '../core/journal/state.ts'
import { hasCode, RolloutError, type Problem } from '../core/values/errors.ts'
import { plainJson } from '../core/values/json.ts'
import type { Plan } from '../core/plan/plan.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { commandFor } from '../core/policy/approval.ts'
import { isReached, type Beginning } from '../core/policy/beginning.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { findBeginning } from '../engine/beginning.ts'
import type { Writer } from '../engine/writer.ts'
import { renderWarnings } from '../views/problem.ts'
import { renderStart, type Begun } from '../views/start.ts'
import { discardRecord } from '../adapters/state/break-glass.ts'
import { digestOf } from '../adapters/state/digest.ts'
import { refuseMovedTwice } from '../session/moved-twice.ts'
import { openEngine } from '../session/open-engine.ts'
import { environmentOf, loadPlan, openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { signature } from '../session/signature.ts'
import { tell } from '../session/tell.ts'
import { openPlanStore, outlineAt } from '../session/store.ts'
import { unheardBeside } from '../session/unheard-beside.ts'
import { folderOf } from '../session/unheard.ts'
import type { ValuesOf } from './table.ts'

/**
 * Freezes the plan and records the baseline; writes nothing to any target. With `--if-needed` it is also done where the
 * same plan is started already, and where everything stands at the end of it.
 */
export default async function start(session: Session<ValuesOf<'start'>>): Promise<VerbAnswer> {
  const by = await signature(session)
  const { plan, files, warnings } = await loadPlan(session, { starter: by.actor, isNew: true })
  const store = await openPlanStore(session)
  const writer = await openRollout(session, await store.open(journalName(plan)))
  const underWay = alreadyStarted(session, writer, plan)
  if (underWay) return underWay
  const engine = await openEngine(session, writer, plan)
  const beginning = await findBeginning(engine, plan, session.options.adopt)
  if (!beginning.adopted && isReached(plan, beginning)) return alreadyReached(session, writer, plan, beginning)
  await refuseMovedTwice(session, plan)
  const [unheard] = writer.state ? [] : unheardBeside(session, journalName(plan))
  if (unheard && !beginning.adopted) {
    const hint = `${commandFor(plan, 'rollback --all')} looks at every target and begins with it; then ${commandFor(plan, 'resume --reason "…"')}`
    throw new RolloutError('conflict', { message: `${unheard.message}: nothing was begun`, hint })
  }
  try {
    await writer.append({ type: 'started', plan, digest: digestOf(plan), files, ...beginning }, by)
    if (unheard) discardRecord(folderOf(session), journalName(plan))
  } catch (thrown) {
    // Another pipeline may have been a moment earlier.
    const first = hasCode(thrown, 'conflict') ? alreadyStarted(session, writer, plan) : undefined
    if (first) return first
    throw thrown
  }
  if (!session.options.json) session.err.write(renderWarnings([...ofNoEnvironment(session), ...warnings], session.err))
  return answerOf(session, 'started', writer.state ?? asStarted(plan), beginning.adopted ? { adopting: beginning } : {})
}

/** A rollout without an environment is one of its own, beside those of staging and production. */
function ofNoEnvironment(session: Session): readonly Problem[] {
  if (environmentOf(session) !== undefined || !outlineAt(session.place.file).hasEnvironments) return []
  const hint = 'where one of them was meant: rollout close ends this rollout, and rollout start -e NAME begins it'
  return [{ message: 'the plan has environments and none was named: this rollout is of none of them', hint }]
}

/** Returns the answer where a rollout is under way; undefined where none is. Throws `conflict` unless that is what was wanted. */
function alreadyStarted(session: Session<ValuesOf<'start'>>, { state }: Writer, plan: Plan): VerbAnswer | undefined {
  if (!state || isEnded(state)) return undefined
  const message = `${journalName(plan)} is already started (${state.status})`
  if (state.status === 'rolled back') {
    const hint = 'rollout resume goes on; rollout close, then rollout start, begins anew; rollout plan --accept takes in an edited plan'
    throw new RolloutError('conflict', { message, hint })
  }
  if (differences(plainJson(state.plan), plainJson(plan)).length > 0) {
    const hint = 'rollout plan shows what differs; rollout plan --accept --reason "…" takes it in'
    throw new RolloutError('conflict', { message: `${message}, with another plan than rollout.yaml has now`, hint })
  }
  if (session.options.ifNeeded) return answerOf(session, 'already started', state)
  throw new RolloutError('conflict', { message, hint: 'rollout status shows where it is; rollout start --if-needed is done here (exit 0)' })
}

/** Returns the answer where nothing is to be rolled out; throws `conflict` unless that is what was wanted. */
function alreadyReached(session: Session<ValuesOf<'start'>>, { state }: Writer, plan: Plan, { baseline, reached }: Beginning): VerbAnswer {
  const ended: State = {
    ...asStarted(plan, baseline),
    exposures: reached?.exposures ?? baseline,
    cursor: stepsOf(plan).length - 1,
    status: 'complete',
  }
  if (session.options.ifNeeded) return answerOf(session, 'already reached', state ?? ended, { hasJournal: state !== undefined })
  const before = state?.status === 'complete' ? '; rollout rollback takes the rollout before back' : ''
  throw new RolloutError('conflict', {
    message: `nothing is to be rolled out: every toggle of ${journalName(plan)} is where the plan ends`,
    hint: `rollout start --if-needed is done here (exit 0)${before}`,
  })
}

function answerOf(session: Session, did: Begun['did'], state: State, more: Pick<Begun, 'adopting' | 'hasJournal'> = {}): VerbAnswer {
  const summary = summarize(situationOf(state, session.clock.now()))
  const { environment } = state.plan
  return {
    outcome: 'done',
    kind: 'status',
    value: { did, ...summary },
    text: (out) => renderStart({ did, summary, plan: state.plan, ...more }, out),
    // Beside rollouts of other environments nothing else says which one it is.
    afterwards: async () => tell(session.reopen({}, {}, { journal: journalName(state.plan), environment })),
  }
}
