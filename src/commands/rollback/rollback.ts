import { RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { Why } from '../../core/journal/event.ts'
import { environment } from '../../core/plan/environment.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import { currentPhase, effectiveRetreat, type Destination, type Scope } from '../../core/policy/moves.ts'
import { situationOf } from '../../core/policy/situation.ts'
import type { State } from '../../core/journal/state.ts'
import { changesBetween, summarize, type Change } from '../../core/report/summary.ts'
import { parseExposure } from '../../core/values/units.ts'
import { byHand } from '../../engine/apply.ts'
import { stateOf, type Engine } from '../../engine/engine.ts'
import { destinationOf, rollBack } from '../../engine/rollback.ts'
import type { Writer } from '../../engine/writer.ts'
import type { Shell } from '../../shell.ts'
import { writeJson } from '../../views/json.ts'
import { renderRollback, renderSettling } from '../../views/rollback.ts'
import { contingencyCalled, type Named } from '../../session/contingency.ts'
import { endController } from '../../session/controller.ts'
import { digestOf } from '../../session/digest.ts'
import { flag, signature, text, type Input } from '../../session/input.ts'
import { loadPlan, openRollbackEngine, openRollout } from '../../session/project.ts'
import { tell } from '../../session/tell.ts'

/**
 * Takes the change back and latches. Works from the frozen plan, whatever rollout.yaml says
 * now; without a journal, `--all` works from rollout.yaml alone.
 */
export default async function rollback(shell: Shell, input: Input): Promise<Outcome> {
  const scope = scopeOf(input)
  if (!flag(input, 'breakGlass')) return ordinary(shell, input, scope)
  if (scope?.is !== 'all')
    throw new RolloutError('usage', { message: '--break-glass goes with --all', hint: 'rollout rollback --all --break-glass' })
  try {
    return await ordinary(shell, input, scope)
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || !WITHOUT_JOURNAL.has(thrown.code)) throw thrown
    const { breakTheGlass } = await import('./break-glass.ts')
    return breakTheGlass(shell, input, thrown)
  }
}

/** How a journal fails that cannot be used: damaged, not allowed, out of reach, too slow. */
const WITHOUT_JOURNAL: ReadonlySet<Outcome> = new Set(['config', 'denied', 'unreachable', 'timeout'])

async function ordinary(shell: Shell, input: Input, written: Scope | undefined): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  if (!writer.state) await begin(shell, input, writer, written)
  const state = stateOf({ writer })
  const named = text(input, 'contingency')
  const contingency = named === undefined ? undefined : contingencyCalled(state.plan, named)
  const scope = contingency?.scope ?? written
  checkScope(state.plan, scope)
  const engine = await openRollbackEngine(shell, input, writer, state.plan)
  if (scope?.is === 'to') checkHeld(engine, state, effectiveRetreat(state, scope))
  if (flag(input, 'dryRun')) return report(shell, input, engine, changesOf(state, await destinationOf(engine, scope)), 'dry run')
  const by = await signature(shell, input, 'emergency')
  const { before, to } = await rollBack(engine, {
    scope,
    why: whyOf(by.reason, contingency),
    signature: by,
    end: async (controller) => endController(shell, input, controller),
    settling: (wait) => shell.err.write(renderSettling(wait)),
  })
  const outcome = report(shell, input, engine, changesOf(before, to), to || before.intent ? 'moved' : 'nothing to do')
  await tell(shell, input)
  return outcome
}

function whyOf(reason: string | undefined, contingency: Named | undefined): Why {
  if (!contingency) return { code: 'operator', text: reason ?? 'rolled back by an operator' }
  const because = reason ?? contingency.text
  return {
    code: 'operator',
    text: `contingency ${contingency.id}${because === undefined ? '' : `: ${because}`}`,
    contingency: contingency.id,
  }
}

function changesOf(before: State, to: Destination | undefined): readonly Change[] {
  const held = before.intent?.exposures ?? before.exposures
  return changesBetween(before.plan, held, to?.exposures ?? held)
}

function scopeOf(input: Input): Scope | undefined {
  const given = [
    input.args.length > 0,
    ...['phase', 'to', 'contingency'].map((name) => input.options[name] !== undefined),
    flag(input, 'all'),
  ]
  if (given.filter(Boolean).length > 1)
    throw new RolloutError('usage', {
      message: 'TOGGLE, --phase, --to, --contingency and --all exclude each other',
      hint: 'give one of them, or none for the phase under way',
    })
  if (input.args.length > 0) return { is: 'toggles', toggles: input.args }
  if (flag(input, 'all')) return { is: 'all' }
  const phase = text(input, 'phase')
  if (phase !== undefined) return { is: 'phase', phase }
  const written = text(input, 'to')
  if (written === undefined) return undefined
  const to = parseExposure(written)
  if (to === undefined)
    throw new RolloutError('usage', {
      message: `--to ${written} is not an exposure`,
      hint: 'write 5% or 0.1%: a bare number could be either',
    })
  return { is: 'to', to }
}

function checkScope(plan: Plan, scope: Scope | undefined): void {
  if (scope?.is === 'phase' && scope.phase !== undefined && !plan.phases.some(({ id }) => id === scope.phase)) {
    throw new RolloutError('usage', {
      message: `there is no phase "${scope.phase}"`,
      hint: `one of ${plan.phases.map(({ id }) => id).join(', ')}`,
    })
  }
  const unknown = scope?.is === 'toggles' ? scope.toggles.find((name) => !Object.hasOwn(plan.toggles, name)) : undefined
  if (unknown !== undefined)
    throw new RolloutError('usage', { message: `there is no toggle "${unknown}"`, hint: 'rollout toggles lists them' })
}

/** What nobody's plan has been checked for: a target that cannot hold this exposure would be left where it is. */
function checkHeld({ targets }: Engine, { plan, baseline }: State, to: Destination | undefined): void {
  if (!to) return
  for (const { name, refuses } of targets) {
    for (const [variable, word] of Object.entries(environment(plan, name, { exposures: to.exposures, baseline }))) {
      const refusal = refuses?.(variable, word)
      if (refusal) throw new RolloutError('usage', { ...refusal, message: `${variable} on ${name}: ${refusal.message}` })
    }
  }
}

/** The journal is lost or never was: the defaults of rollout.yaml are all there is to go back to. */
async function begin(shell: Shell, input: Input, writer: Writer, scope: Scope | undefined): Promise<void> {
  if (scope?.is !== 'all') {
    throw new RolloutError('usage', {
      message: `there is no journal (${writer.journal.place}): what to go back to is not known`,
      hint: 'rollout rollback --all reverts every toggle to its default',
    })
  }
  const { plan, files } = await loadPlan(shell, input, { withoutChannels: true })
  const baseline = defaultsOf(plan)
  if (!flag(input, 'dryRun'))
    await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, await signature(shell, input, 'emergency'))
  else
    throw new RolloutError('usage', {
      message: 'without a journal there is nothing to compare with',
      hint: 'rollout rollback --all writes every default',
    })
}

function report(
  shell: Shell,
  input: Input,
  engine: Engine,
  changes: readonly Change[],
  did: 'moved' | 'nothing to do' | 'dry run',
): Outcome {
  const state = stateOf(engine)
  const left = did === 'dry run' ? [] : byHand(engine, state)
  if (flag(input, 'json')) writeJson({ ...summarize(situationOf(state, shell.clock.now())), changes, byHand: left }, shell.out)
  else shell.out.write(renderRollback({ did, changes, state, left, phase: currentPhase(state)?.id ?? '' }, shell.out))
  if (left.length > 0) return 'partial'
  if (did === 'dry run' || state.status === 'rolled back') return 'done'
  shell.err.write(`! it was taken back, and resumed by somebody since: it is ${state.status}\n`)
  return 'conflict'
}
