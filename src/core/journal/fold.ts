import { defined } from '../values/defined.ts'
import { resumed } from '../judge/comparison.ts'
import { acceptPlan } from './accept-plan.ts'
import { asUnderstood } from './as-understood.ts'
import { withoutReplaced } from './adopted.ts'
import { confirmedBy, type Drill, type Event, type Fact, type Stamp, type Why } from './event.ts'
import { carryWatch } from '../judge/carry-watch.ts'
import { lineageOf } from './identity.ts'
import { isSameObstacle } from './obstacle.ts'
import { owe } from './outbox.ts'
import { sinceOf } from './since.ts'
import { stepsOf } from '../plan/steps.ts'
import { togglesOf } from '../plan/toggles-of.ts'
import {
  asStarted,
  doubted,
  isEnded,
  unconfirmed,
  type Approved,
  type Checked,
  type Deed,
  type Intent,
  type Progress,
  type State,
} from './state.ts'
import { withoutSingles, withPatience, type Watch } from '../judge/track.ts'
import type { Duration } from '../values/units.ts'

/** Changes when the same events begin to give another state; old checkpoints are then ignored. */
export const FOLD = '18'

/** As long as a request can be under way at all: no target takes a longer timeout. */
const LONGEST_FLIGHT: Duration = 600_000

/** Returns the state of a whole journal; undefined when nothing has been started. */
export function fold(events: readonly Event[], from?: State): State | undefined {
  return events.reduce<State | undefined>(evolve, from)
}

/** Returns the state after one more event. Events before `started` have nothing to change and are skipped. */
export function evolve(state: State | undefined, given: Event): State | undefined {
  const event = asUnderstood(given)
  if (event.type === 'started') return withOutbox(begin(event, state), event, state)
  return state && withOutbox({ ...change(state, event), seq: event.seq, hash: event.hash }, event, state)
}

function withOutbox(after: State, event: Event, before: State | undefined): State {
  if (!after.plan.notify && !after.outbox) return after
  const { outbox: _, ...rest } = after
  const outbox = owe(before?.outbox, event, before, after)
  return outbox ? { ...rest, outbox } : rest
}

/** A rollout that is started again in the same journal stays of the same lineage, and targets hold what they held. */
function begin(event: Extract<Event, { type: 'started' }>, before: State | undefined): State {
  const { seq, hash, plan, digest, files, at, baseline, reached, adopted = before?.adopted, actor } = event
  const watch = reached && before?.watch && carryWatch(before.watch, before.plan, plan)
  const { exposures } = { exposures: baseline, ...reached }
  return {
    ...asStarted(plan, baseline),
    ...reached,
    ...(watch && { watch }),
    ...(before && { since: sinceOf(before, exposures, at) }),
    ...(adopted && { adopted }),
    seq,
    hash,
    lineage: before?.lineage ?? lineageOf(event),
    epoch: before?.epoch ?? 0,
    unsettled: before?.unsettled ?? [],
    digest,
    files,
    startedAt: at,
    arrivedAt: at,
    decidedAt: at,
    authors: [actor],
  }
}

function change(state: State, event: Exclude<Event, { type: 'started' }>): State {
  switch (event.type) {
    case 'replanned':
      return acceptPlan(state, event)
    case 'observed':
      return { ...state, watch: event.watch, observedAt: event.at }
    case 'intended':
      return intend(unblocked(state), event)
    case 'applied':
      return confirm(state, event)
    case 'joined':
      return unsettle(state, event.targets)
    case 'refused':
      return progress(state, event.intent, [event.target], defined({ is: 'refused', error: event.error, hint: event.hint }))
    case 'arrived':
      return arrive(unblocked(state), event)
    case 'paused':
      return state.status === 'running' ? { ...state, status: 'paused', stopped: deed(event, event.why) } : state
    case 'blocked':
      return blocked(state, event)
    case 'resumed': {
      // Of one that runs a reason alone was added.
      if (isEnded(state) || state.status === 'running') return state
      const { stopped: _, ...rest } = state
      return { ...rest, status: 'running', decidedAt: event.at, ...(state.watch && { watch: reconsidered(state.watch) }) }
    }
    case 'approved':
      // An approval of another plan is none of this one.
      if (event.digest !== state.digest) return state
      return { ...state, approvals: [...without(state.approvals, event), approval(event)] }
    case 'revoked':
      return { ...state, approvals: without(state.approvals, event) }
    case 'checked':
      return { ...state, checked: [...unticked(state.checked, event), tick(event)] }
    case 'unchecked':
      return { ...state, checked: unticked(state.checked, event) }
    case 'completed':
      return { ...state, status: 'complete', stopped: deed(event, event.why) }
    case 'closed':
      return { ...state, status: 'closed', stopped: deed(event, event.why) }
    case 'drilled':
      return { ...state, drilled: { ...state.drilled, [event.contingency]: drill(event) } }
    case 'notified':
      return state
    case 'attached':
      return { ...state, controller: { ...event.controller, at: event.at } }
    case 'moved':
      return { ...state, moved: event.to }
    case 'detached': {
      const { controller: _, ...rest } = state
      return rest
    }
    default:
      // Every kind has its case above, or this does not compile; what is left was written by a newer version.
      return { ...state, unknown: unknownKind(event satisfies never) }
  }
}

/** Keeps since when an obstacle is known that was known before. */
function blocked({ blocked: known = [], ...state }: State, { by, at }: Extract<Fact, { type: 'blocked' }> & Stamp): State {
  const since = by.map((each) => ({ ...each, since: known.find((other) => isSameObstacle(each, other))?.since ?? at }))
  return since.length === 0 ? state : { ...state, blocked: since }
}

/** Forgets the obstacles: they say nothing of the next move. */
function unblocked(state: State): State {
  const { blocked: _, ...rest } = state
  return rest
}

function approval({ step, group, actor, at, previous, signed }: Extract<Event, { type: 'approved' }>): Approved {
  return defined({ step, group, actor, at, upon: previous, signed })
}

/** Who says it again says it anew: the newer one counts for longer. */
function without(approvals: readonly Approved[], { step, group, actor }: Pick<Approved, 'step' | 'group' | 'actor'>): readonly Approved[] {
  return approvals.filter((each) => each.step !== step || each.group !== group || each.actor !== actor)
}

function tick({ phase, item, actor, at, reason, evidence }: Extract<Event, { type: 'checked' }>): Checked {
  return defined({ phase, item, actor, at, reason, evidence })
}

function unticked(checked: readonly Checked[], { phase, item }: Pick<Checked, 'phase' | 'item'>): readonly Checked[] {
  return checked.filter((each) => each.phase !== phase || each.item !== item)
}

/** A person has looked at what the evidence asked about. */
function reconsidered(watch: Watch): Watch {
  const looked = withPatience(withoutSingles(watch))
  return looked.comparison ? { ...looked, comparison: resumed(looked.comparison) } : looked
}

function unknownKind({ seq, type, version }: Pick<Stamp, 'seq' | 'version'> & { readonly type: string }): NonNullable<State['unknown']> {
  return { seq, kind: type, version }
}

function intend(state: State, event: Extract<Fact, { type: 'intended' }> & Stamp): State {
  const { plan, intent: open } = state
  const concerned = event.targets && new Set(event.targets)
  const targets = Object.keys(plan.targets).filter((target) => concerned?.has(target) ?? togglesOf(plan, target).length > 0)
  const doubts = new Set(doubted(state))
  const intent: Intent = {
    seq: event.seq,
    at: event.at,
    move: event.move,
    from: state.cursor,
    cursor: event.cursor,
    exposures: event.exposures,
    why: event.why,
    actor: event.actor,
    ...(event.overrides && { overrides: event.overrides }),
    targets: Object.fromEntries(targets.map((target) => [target, { is: 'pending' }])),
    doubted: targets.filter((target) => doubts.has(target)),
  }
  const isSettled = !open && (state.watch?.credit ?? 0) >= LONGEST_FLIGHT
  const { retreated = phaseUnderWay(state), ...before } = state
  const next = {
    ...unsettle(isSettled ? { ...before, unsettled: [] } : before, unconfirmed(open)),
    intent,
    epoch: event.seq,
    decidedAt: event.at,
  }
  if (event.move === 'advance') return { ...next, advanced: true }
  // From the moment a retreat is intended nothing moves up again until `resume`: it latches.
  const status = event.move === 'rollback' ? 'rolled back' : 'paused'
  return { ...next, status, stopped: deed(event, event.why), approvals: [], ...(retreated !== undefined && { retreated }) }
}

/** Returns the id of the phase of the furthest step that anything may have been written for. */
function phaseUnderWay({ plan, cursor, intent }: State): string | undefined {
  const reached = intent?.move === 'advance' ? Math.max(cursor, intent.cursor) : cursor
  return plan.phases[stepsOf(plan)[Math.max(reached, 0)]?.phase ?? 0]?.id
}

function confirm(state: State, event: Extract<Fact, { type: 'applied' }>): State {
  const after = withoutReplaced(progress(state, event.intent, confirmedBy(event), { is: 'applied' }), confirmedBy(event))
  return 'unheard' in event && event.unheard ? unsettle(after, event.unheard) : after
}

function progress(state: State, seq: number, targets: readonly string[], to: Progress): State {
  if (state.intent?.seq !== seq) return state
  const now = Object.fromEntries(targets.map((target) => [target, to]))
  return { ...state, intent: { ...state.intent, targets: { ...state.intent.targets, ...now } } }
}

function unsettle(state: State, targets: readonly string[]): State {
  const more = targets.filter((target) => !state.unsettled.includes(target))
  return more.length === 0 ? state : { ...state, unsettled: [...state.unsettled, ...more] }
}

function arrive(state: State, event: Extract<Fact, { type: 'arrived' }> & Stamp): State {
  if (state.intent?.seq !== event.intent) return state
  const { intent, ...rest } = state
  return unsettle(
    {
      ...rest,
      cursor: intent.cursor,
      exposures: intent.exposures,
      since: sinceOf(state, intent.exposures, event.at),
      arrivedAt: event.at,
      missing: event.missing,
      watch: event.watch,
    },
    event.missing,
  )
}

function drill({ contingency, passed, took, targets, problem, of, seq, at, actor }: Drill & Stamp): NonNullable<State['drilled']>[string] {
  return defined({ contingency, passed, took, targets, problem, of, seq, at, actor })
}

function deed(stamp: Stamp, why: Why): Deed {
  return { why, at: stamp.at, actor: stamp.actor, seq: stamp.seq }
}
