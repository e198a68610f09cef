import { journalName } from '../core/journal/identity.ts'
import { RolloutError } from '../core/values/errors.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { checkBesides, readBaseline } from '../engine/baseline.ts'
import { stateOf } from '../engine/engine.ts'
import { renderWarnings } from '../views/problem.ts'
import { digestOf } from '../adapters/state/digest.ts'
import { openEngine } from '../session/open-engine.ts'
import { loadPlan, openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { signature } from '../session/signature.ts'
import { openPlanStore } from '../session/store.ts'

/** Freezes the plan and records the baseline. Writes nothing to any target. */
export default async function start(session: Session): Promise<VerbAnswer> {
  const by = await signature(session)
  const { plan, files, warnings } = await loadPlan(session, { starter: by.actor, isNew: true })
  const store = await openPlanStore(session)
  const journal = await store.open(journalName(plan))
  const writer = await openRollout(session, journal)
  if (writer.state && writer.state.status !== 'complete') {
    const hint =
      writer.state.status === 'rolled back'
        ? 'rollout resume goes on; rollout plan --accept takes in an edited plan'
        : 'rollout status shows where it is'
    throw new RolloutError('conflict', { message: `${journalName(plan)} is already started (${writer.state.status})`, hint })
  }
  const engine = await openEngine(session, writer, plan)
  const baseline = await readBaseline(plan, engine.targets, engine.signal)
  await checkBesides(plan, engine.targets, engine.signal)
  await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, by)
  if (!session.options.json) session.err.write(renderWarnings(warnings, session.err))
  return {
    outcome: 'done',
    kind: 'status',
    value: summarize(situationOf(stateOf(engine), session.clock.now())),
    text: () =>
      `started ${journalName(plan)}: ${stepsOf(plan).length} steps in ${plan.phases.length} phases; nothing was written to a target yet\n` +
      '  rollout run watches and goes on; rollout advance takes one step\n',
  }
}
