import { RolloutError, type Outcome } from '../core/values/errors.ts'
import { GATES } from '../core/policy/gates.ts'
import { nextStep } from '../core/policy/moves.ts'
import { situationOf } from '../core/policy/situation.ts'
import type { State } from '../core/journal/state.ts'
import { changesBetween, summarize } from '../core/report/summary.ts'
import { advanceNow, consider } from '../engine/advance.ts'
import { byHand } from '../engine/apply.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { openObserver } from '../engine/observe.ts'
import type { Turn } from '../engine/move.ts'
import type { Shell } from '../shell.ts'
import { renderAdvance, renderRefusal } from '../views/advance.ts'
import { writeJson } from '../views/json.ts'
import { flag, requireReason, signature, text, type Input } from '../session/input.ts'
import { openEngine, openRollout } from '../session/project.ts'
import { checkStep } from '../session/if-step.ts'

/** Takes the next step if every gate is open, or is overridden with a reason. */
export default async function advance(shell: Shell, input: Input): Promise<Outcome> {
  const overrides = overridesOf(input)
  const writer = await openRollout(shell, input)
  const frozen = stateOf({ writer })
  checkStep(frozen, input)
  const engine = await openEngine(shell, input, writer, frozen.plan, () => undefined)
  const observer = openObserver(engine)
  const by = await signature(shell, input)
  const found = await consider(engine, observer, by.actor)
  checkStep(found.state, input)
  const turn = flag(input, 'dryRun') ? found : await advanceNow(engine, observer, found, { signature: by, overrides })
  return report(shell, input, engine, found.state, turn, overrides)
}

function overridesOf(input: Input): readonly string[] {
  const names =
    text(input, 'override')
      ?.split(',')
      .map((name) => name.trim()) ?? []
  const known: readonly string[] = GATES
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined) throw new RolloutError('usage', { message: `"${wrong}" is not a gate`, hint: `one of ${GATES.join(', ')}` })
  if (names.length > 0) requireReason(input, '--override')
  return names
}

function report(shell: Shell, input: Input, engine: Engine, before: State, turn: Turn, overrides: readonly string[]): Outcome {
  const { decision, state, applied } = turn
  const moved = applied === 'arrived'
  const outcome = outcomeOf(turn, before)
  const left = applied === 'partial' ? byHand(engine, state) : []
  if (flag(input, 'json')) writeJson({ ...summarize(situationOf(state, shell.clock.now())), moved, byHand: left }, shell.out)
  else if (moved || applied) {
    shell.out.write(
      renderAdvance(
        {
          changes: changesBetween(state.plan, before.exposures, state.intent?.exposures ?? state.exposures),
          state,
          decision,
          left,
          overrides,
        },
        shell.out,
      ),
    )
  } else shell.out.write(renderRefusal(state, decision, nextStep(state), shell.out))
  return outcome
}

function outcomeOf({ decision, state, applied }: Turn, before: State): Outcome {
  if (applied === 'partial') return 'partial'
  if (applied === 'superseded') return 'conflict'
  if (decision.do === 'rollback' || decision.do === 'step-back' || state.status === 'rolled back') return 'unhealthy'
  if (applied === 'arrived' || decision.do === 'complete' || before.status === 'complete') return 'done'
  return decision.why.code === 'critical' ? 'unhealthy' : decision.do === 'advance' ? 'done' : 'notYet'
}
