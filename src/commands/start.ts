import { RolloutError, type Outcome } from '../core/values/errors.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { checkBesides, readBaseline } from '../engine/baseline.ts'
import { stateOf } from '../engine/engine.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderWarnings } from '../views/problem.ts'
import { digestOf } from '../session/digest.ts'
import { flag, signature, type Input } from '../session/input.ts'
import { locate } from '../session/place.ts'
import { journalName } from '../core/journal/identity.ts'
import { loadPlan, openEngine, openRollout } from '../session/project.ts'
import { openPlanStore } from '../session/store.ts'

/** Freezes the plan and records the baseline. Writes nothing to any target. */
export default async function start(shell: Shell, input: Input): Promise<Outcome> {
  const by = await signature(shell, input)
  const { plan, files, warnings } = await loadPlan(shell, input, { starter: by.actor })
  const store = await openPlanStore(shell, input, locate(shell, input))
  const journal = await store.open(journalName(plan))
  const writer = await openRollout(shell, input, journal)
  if (writer.state && writer.state.status !== 'complete') {
    const hint =
      writer.state.status === 'rolled back'
        ? 'rollout resume goes on; rollout plan --accept takes in an edited plan'
        : 'rollout status shows where it is'
    throw new RolloutError('conflict', { message: `${journalName(plan)} is already started (${writer.state.status})`, hint })
  }
  const engine = await openEngine(shell, input, writer, plan, () => undefined)
  const baseline = await readBaseline(plan, engine.targets, engine.signal)
  await checkBesides(plan, engine.targets, engine.signal)
  await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, by)
  const state = stateOf(engine)
  if (flag(input, 'json')) writeJson(summarize(situationOf(state, shell.clock.now())), shell.out)
  else {
    shell.err.write(renderWarnings(warnings, shell.err))
    shell.out.write(
      `started ${journalName(plan)}: ${stepsOf(plan).length} steps in ${plan.phases.length} phases; nothing was written to a target yet\n`,
    )
    shell.out.write('  rollout run watches and goes on; rollout advance takes one step\n')
  }
  return 'done'
}
