import type { Outcome } from '../core/values/errors.ts'
import { isRetreating } from '../core/policy/decide.ts'
import { nextStep } from '../core/policy/destination.ts'
import { situationOf } from '../core/policy/situation.ts'
import type { State } from '../core/journal/state.ts'
import { changesBetween } from '../core/report/changes.ts'
import { summarize } from '../core/report/summary.ts'
import { advanceNow, consider } from '../engine/advance.ts'
import { byHand } from '../engine/apply.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { openObserver } from '../engine/observe.ts'
import type { Turn } from '../engine/move.ts'
import { openMoveProgress } from '../views/move-progress.ts'
import { renderAdvance, renderRefusal } from '../views/advance.ts'
import { renderSuperseded } from '../views/ending.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { ValuesOf } from './table.ts'
import { openEngine } from '../session/open-engine.ts'
import { openRollout } from '../session/project.ts'
import { checkStep } from '../session/if-step.ts'
import { signature } from '../session/signature.ts'

/** Takes the next step if every gate is open, or is overridden with a reason. */
export default async function advance(session: Session<ValuesOf<'advance'>>): Promise<VerbAnswer> {
  const { override, ifStep, dryRun } = session.options
  const writer = await openRollout(session)
  const frozen = stateOf({ writer })
  checkStep(frozen, ifStep)
  // Side by side: who acts is mostly asked of another process.
  const [by, engine] = await Promise.all([signature(session), openEngine(session, writer, frozen.plan)])
  const observer = openObserver(engine)
  const found = await consider(engine, observer, by.actor)
  checkStep(found.state, ifStep)
  if (dryRun) return answerOf(engine, found.state, found, override)
  const progress = openMoveProgress(session.err, session.clock, { left: () => byHand(engine, stateOf(engine)), isUrgent: false })
  writer.follow(progress.tell)
  const turn = await advanceNow(engine, observer, found, { signature: by, overrides: override }).catch(progress.cut).finally(progress.end)
  return answerOf(engine, found.state, turn, override)
}

function answerOf(engine: Engine, before: State, turn: Turn, overrides: readonly string[]): VerbAnswer {
  const { decision, state, applied } = turn
  const moved = applied === 'arrived'
  const left = applied === 'partial' ? byHand(engine, state) : []
  const changes = changesBetween(state.plan, before.exposures, state.intent?.exposures ?? state.exposures)
  return {
    outcome: outcomeOf(turn, before),
    kind: 'advance',
    value: { ...summarize(situationOf(state, engine.clock.now())), moved, byHand: left },
    text: (out) => {
      if (applied === 'superseded') return renderSuperseded(state, out)
      return applied
        ? renderAdvance({ changes, state, decision, left, overrides }, out)
        : renderRefusal(state, decision, nextStep(state), out)
    },
  }
}

function outcomeOf({ decision, state, applied }: Turn, before: State): Outcome {
  if (applied === 'partial') return 'partial'
  if (applied === 'superseded' || state.status === 'closed') return 'conflict'
  if (isRetreating(decision) || state.status === 'rolled back') return 'unhealthy'
  if (applied === 'arrived' || decision.do === 'complete' || before.status === 'complete') return 'done'
  return decision.why.code === 'critical' ? 'unhealthy' : decision.do === 'advance' ? 'done' : 'notYet'
}
