import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { joinFew } from '../../core/values/join-few.ts'
import { messageOf, RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { Why } from '../../core/journal/event.ts'
import { environment } from '../../core/plan/environment.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import { currentPhase, effectiveRetreat, type Destination, type Scope } from '../../core/policy/destination.ts'
import { situationOf } from '../../core/policy/situation.ts'
import { unconfirmed, type State } from '../../core/journal/state.ts'
import { changesBetween, type Change } from '../../core/report/changes.ts'
import { summarize, type Summary } from '../../core/report/summary.ts'
import { byHand } from '../../engine/apply.ts'
import { stateOf, type Engine } from '../../engine/engine.ts'
import { destinationOf, rollBack } from '../../engine/rollback.ts'
import type { Writer } from '../../engine/writer.ts'
import { renderChanges } from '../../views/event.ts'
import { openMoveProgress } from '../../views/move-progress.ts'
import { renderRollback, renderSettling } from '../../views/rollback.ts'
import { contingencyCalled, type Named } from '../../session/contingency.ts'
import { endController } from '../../session/controller.ts'
import { addressOf, onEvery, type Done, type OneOfMany } from '../../session/every.ts'
import { digestOf } from '../../adapters/state/digest.ts'
import { openRollbackEngine } from '../../session/open-engine.ts'
import { loadPlan, openRollout } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { signature } from '../../session/signature.ts'
import { tell } from '../../session/tell.ts'
import { withoutPlan } from '../../session/without-plan.ts'
import type { ValuesOf } from '../table.ts'

/**
 * Takes the change back and latches. Works from the frozen plan, whatever rollout.yaml says
 * now; without a journal, `--all` works from rollout.yaml alone.
 */
export default async function rollback(session: Session<ValuesOf<'rollback'>>): Promise<VerbAnswer> {
  session.outlast()
  if (session.options.every) return onEvery(session, session.options.target, takeBackOne)
  try {
    return await ordinary(session)
  } catch (thrown) {
    session.stopped.throwIfAborted()
    if (!session.options.breakGlass) {
      if (!(thrown instanceof RolloutError)) session.err.write('! to go back without the journal: rollout rollback --all --break-glass\n')
      throw thrown
    }
    // A journal that this version trips over must not keep anybody from going back.
    const cause = thrown instanceof RolloutError ? thrown : new RolloutError('config', { message: messageOf(thrown) }, { cause: thrown })
    if (!WITHOUT_JOURNAL.has(cause.code)) throw thrown
    const { breakTheGlass } = await import('./break-glass.ts')
    // The time that was given may have gone by with the journal.
    return breakTheGlass(session.reopen(), session.options.dryRun, cause)
  }
}

/** How a journal fails that cannot be used: damaged, not allowed, out of reach, too slow. */
const WITHOUT_JOURNAL: ReadonlySet<Outcome> = new Set(['config', 'denied', 'unreachable', 'timeout'])

/** A controller elsewhere can write what cannot be written from here: it is not ended then. */
async function takeBackOne(one: OneOfMany<ValuesOf<'rollback'>>): Promise<Done> {
  const { outcome, value } = await ordinary(one.session, one.isHere)
  const { changes, byHand: left, status } = value
  const moves = renderChanges(changes) || (outcome === 'done' ? 'every toggle is there already' : status)
  const again = `not confirmed by ${joinFew(left.map(({ target }) => target))}; rollout rollback${addressOf(one)} tries the rest again`
  const elsewhere = `${again}, where its plan is; whoever watches it goes on by itself`
  return { outcome, value, text: outcome !== 'partial' ? moves : `${moves}: ${one.isHere ? again : elsewhere}` }
}

async function ordinary(session: Session<ValuesOf<'rollback'>>, isHere = true): Promise<RollbackAnswer> {
  const { err, options } = session
  const writer = await openRollout(session).catch((thrown: unknown) => {
    const isOfPlan = thrown instanceof RolloutError && thrown.problems.some(({ where }) => where?.file === basename(session.place.file))
    throw isOfPlan ? andBreakGlass(thrown, session.place.file) : thrown
  })
  if (!writer.state) await begin(session, writer)
  const state = stateOf({ writer })
  const contingency = options.contingency === undefined ? undefined : contingencyCalled(state.plan, options.contingency)
  const scope = contingency?.scope ?? scopeOf(options)
  checkScope(state.plan, scope)
  // Side by side: who acts is mostly asked of another process.
  const [by, engine] = await Promise.all([
    options.dryRun ? undefined : signature(session, 'emergency'),
    openRollbackEngine(session, writer, state.plan),
  ])
  if (scope?.is === 'to') checkHeld(engine, state, effectiveRetreat(state, scope))
  if (!by) return answerOf(session, engine, changesOf(state, await destinationOf(engine, scope)), 'dry run')
  const progress = openMoveProgress(err, session.clock, { left: () => leftBehind(engine), isUrgent: true })
  writer.follow(progress.tell)
  const { before, to } = await rollBack(engine, {
    scope,
    why: whyOf(by.reason, contingency),
    signature: by,
    end: async (controller) => isHere && (await endController(session, controller)),
    settling: (wait) => progress.say(renderSettling(wait)),
  })
    .catch(progress.cut)
    .finally(progress.end)
  const did = to || before.intent ? 'moved' : 'nothing to do'
  const found = { confirmed: progress.confirmed, differing: to?.others ?? [], unfinished: to ? [] : unconfirmed(before.intent) }
  const answer = answerOf(session, engine, changesOf(before, to), did, found)
  return { ...answer, afterwards: async () => tell(session) }
}

/** Returns the lines left to type: none before the rollback is in the journal, as those of an unfinished step go up. */
function leftBehind(engine: Engine): ReturnType<typeof byHand> {
  const state = stateOf(engine)
  return state.intent?.move === 'advance' ? [] : byHand(engine, state)
}

/** What `--json` prints, and the lines of many. */
interface RollbackAnswer extends VerbAnswer {
  readonly value: Summary & { readonly changes: readonly Change[]; readonly byHand: ReturnType<typeof byHand> }
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

/** An unfinished step up may have reached targets; of an unfinished way back some may still be where it began. */
function changesOf({ plan, exposures, intent }: State, to: Destination | undefined): readonly Change[] {
  const held = intent?.move === 'advance' ? intent.exposures : exposures
  return changesBetween(plan, held, (to ?? intent)?.exposures ?? held)
}

function scopeOf({ toggles, all, phase, to }: ValuesOf<'rollback'>): Scope | undefined {
  if (toggles.length > 0) return { is: 'toggles', toggles }
  if (all) return { is: 'all' }
  if (phase !== undefined) return { is: 'phase', phase }
  return to === undefined ? undefined : { is: 'to', to }
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
async function begin(session: Session<ValuesOf<'rollback'>>, writer: Writer): Promise<void> {
  if (!session.options.all) {
    const message = `there is no journal (${writer.journal.place}): what to go back to is not known`
    const lost = { message, hint: 'rollout rollback --all reverts every toggle to its default' }
    const { othersBeside } = await import('../../session/other-rollouts.ts')
    throw new RolloutError('usage', [lost, ...(await othersBeside(session))])
  }
  const { plan, files } = await loadPlan(session, { withoutChannels: true }).catch((thrown: unknown) => {
    throw andBreakGlass(thrown, session.place.file)
  })
  if (session.options.dryRun)
    throw new RolloutError('usage', {
      message: 'without a journal there is nothing to compare with',
      hint: 'rollout rollback --all writes every default',
    })
  const by = await signature(session, 'emergency')
  await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline: defaultsOf(plan) }, by)
}

/** Returns an error of the plan with the line that needs less of it. */
function andBreakGlass(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof RolloutError) || thrown.code !== 'config') return thrown
  if (!existsSync(file)) return withoutPlan(thrown, file)
  const hint = 'rollout rollback --all --break-glass goes by its toggles and targets alone'
  return new RolloutError('config', [...thrown.problems, { message: 'no journal is found or begun by such a plan', hint }], {
    cause: thrown,
  })
}

interface Found {
  readonly confirmed: Iterable<string>
  readonly differing: readonly string[]
  readonly unfinished: readonly string[]
}

const NOBODY: Found = { confirmed: [], differing: [], unfinished: [] }

function answerOf(
  { clock, err, options }: Session,
  engine: Engine,
  changes: readonly Change[],
  did: 'moved' | 'nothing to do' | 'dry run',
  { confirmed: told, ...found }: Found = NOBODY,
): RollbackAnswer {
  const state = stateOf(engine)
  const left = did === 'dry run' ? [] : byHand(engine, state)
  const phase = currentPhase(state)?.id ?? ''
  // Those that confirmed an unfinished rollback before this command.
  const earlier = Object.entries(state.intent?.targets ?? {}).flatMap(([name, { is }]) => (is === 'applied' ? [name] : []))
  const confirmed = [...new Set([...earlier, ...told])]
  const isKept = did === 'dry run' || state.status === 'rolled back'
  if (left.length === 0 && !isKept) err.write(`! it was taken back, and resumed by somebody since: it is ${state.status}\n`)
  // A second event would take the place of what it was rolled back for.
  if (did === 'nothing to do' && options.reason !== undefined && state.stopped)
    err.write(`! the reason was not kept: nothing was done; why it is rolled back is #${state.stopped.seq} of its history\n`)
  return {
    outcome: left.length > 0 ? 'partial' : isKept ? 'done' : 'conflict',
    kind: 'rollback',
    value: { ...summarize(situationOf(state, clock.now())), changes, byHand: left },
    text: (out) => renderRollback({ did, changes, ...found, state, left, confirmed, phase }, out),
  }
}
