import { decide, isRetreating } from '../../core/policy/decide.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { describe } from '../../core/judge/describe.ts'
import type { Missing } from '../../core/values/reading.ts'
import type { Instant } from '../../core/values/units.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { causeOf, formatHolding, holding, type Drift } from '../../core/plan/environment.ts'
import { describeMarked, remedyFor, type Marked } from '../../core/policy/marked.ts'
import { metricsUnderWay, situationOf } from '../../core/policy/situation.ts'
import type { Intent, State, Status } from '../../core/journal/state.ts'
import { upkeepOf } from '../../core/report/upkeep.ts'
import { findBeginning } from '../../engine/beginning.ts'
import type { Engine } from '../../engine/engine.ts'
import { findDrift } from '../../engine/drift.ts'
import { findMarked } from '../../engine/marked.ts'
import type { CheckRow } from '../../views/check.ts'

/** Returns every target read back and compared with the journal. */
export async function targetRows(engine: Engine, state: State): Promise<readonly CheckRow[]> {
  const { intent } = state
  const rest = engine.targets.filter(({ name }) => !(name in (intent?.targets ?? {})))
  const names = rest.map(({ name }) => name)
  const [{ drifts: differing, unreadable }, marked] = await Promise.all([findDrift(engine, state, names), findMarked(engine, state)])
  const older = marked.map((each) => markedRow(each, state, differing))
  const drifts = differing.filter(({ target }) => marked.every((each) => each.target !== target))
  // The rollout was allowed to go on without these: that is known, and not news.
  const verdictOf = (name: string, verdict: CheckRow['verdict']): CheckRow['verdict'] =>
    state.missing.includes(name) ? 'warning' : verdict
  const silent = rest.flatMap(({ name }): readonly CheckRow[] => {
    const said = unreadable.find(({ target }) => target === name)
    return said === undefined ? [] : [{ what: 'targets', name, verdict: verdictOf(name, 'unreachable'), text: said.error }]
  })
  const drifted = drifts.map((each): CheckRow => ({
    what: 'targets',
    name: each.target,
    verdict: verdictOf(each.target, 'failed'),
    text: formatHolding(each),
    hint: state.missing.includes(each.target) ? 'it has not confirmed this step' : causeOf(each),
  }))
  const bad = [...older, ...silent, ...drifted]
  const fine = rest.filter(({ name }) => !bad.some((row) => row.name === name))
  const held = fine.map(({ name, asked }): CheckRow => ({
    what: 'targets',
    name,
    verdict: 'ok',
    text: `${holding(asked)} what the journal says`,
  }))
  return [...(intent ? intentRows(intent) : []), ...bad, ...held]
}

/** A journal that is older than its targets, or not alone, is never a go. */
function markedRow(marked: Marked, state: State, drifts: readonly Drift[]): CheckRow {
  const held = drifts.find(({ target }) => target === marked.target)
  const text = `${describeMarked(marked, state)}${held ? `; it ${formatHolding(held)}` : ''}`
  return { what: 'targets', name: marked.target, verdict: 'failed', text, hint: remedyFor(marked, state.plan) }
}

/** While a move is unfinished a target may hold either side of it: what counts is whether it has confirmed. */
function intentRows({ targets, move }: Intent): readonly CheckRow[] {
  const hint =
    move === 'advance' ? 'rollout run finishes the step; rollout rollback takes it back' : 'rollout rollback tries the rest again'
  return Object.entries(targets).map(([name, progress]): CheckRow => {
    if (progress.is === 'applied') return { what: 'targets', name, verdict: 'ok', text: `has confirmed the ${move}` }
    if (progress.is === 'refused') return { what: 'targets', name, verdict: 'failed', text: progress.error, hint }
    return { what: 'targets', name, verdict: 'waiting', text: `has not confirmed the ${move} yet`, hint }
  })
}

/** Returns, before anything is started, whether every target can be read, and holds words that a rollback could restore. */
export async function targetRowsBefore(engine: Engine, plan: Plan): Promise<readonly CheckRow[]> {
  try {
    await findBeginning(engine, plan, false)
    return engine.targets.map(({ name }): CheckRow => ({ what: 'targets', name, verdict: 'ok', text: 'can be read' }))
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    const verdict = thrown.code === 'conflict' ? 'failed' : 'unreachable'
    return thrown.problems.map(({ message, hint }): CheckRow => ({
      what: 'targets',
      name: '',
      verdict,
      text: message,
      ...(hint !== undefined && { hint }),
    }))
  }
}

const SILENT: ReadonlySet<Missing> = new Set<Missing>(['unreachable', 'timeout'])

/** Returns the verdict on every metric of the phase under way. That one is silent is unknown; that all are is unreachable. */
export function metricRows(state: State): readonly CheckRow[] {
  const metrics = metricsUnderWay(state)
  const isDark = metrics.length > 0 && metrics.every(({ track }) => isSilent(track?.missing?.reason))
  return metrics.map(({ name, metric, track }): CheckRow => {
    if (!track) return { what: 'metrics', name, verdict: 'unknown', text: 'not measured yet' }
    const verdict = isDark ? 'unreachable' : track.verdict !== 'healthy' ? track.verdict : track.met ? 'ok' : 'waiting'
    return { what: 'metrics', name, verdict, text: describe(metric, track) }
  })
}

function isSilent(reason: Missing | undefined): boolean {
  return reason !== undefined && SILENT.has(reason)
}

const STOPPED: Readonly<Record<Exclude<Status, 'running'>, CheckRow['verdict']>> = {
  complete: 'ok',
  closed: 'ok',
  paused: 'waiting',
  'rolled back': 'failed',
}

/** Returns the toggles that are due for removal. They say nothing of the next step. */
export function toggleRows(plan: Plan, state: State | undefined, now: Instant): readonly CheckRow[] {
  return upkeepOf(plan, state, now).map(({ toggle, text, owner }) => ({
    what: 'toggles',
    name: toggle,
    verdict: 'stale',
    text: owner === undefined ? text : `${text}; ${owner} owns it`,
  }))
}

/** Returns what stands before the next step, and what the rollout would do now. */
export function gateRows(state: State, now: Instant): readonly CheckRow[] {
  const rows: CheckRow[] = []
  if (state.status !== 'running')
    rows.push({ what: 'gates', name: state.status, verdict: STOPPED[state.status], text: state.stopped?.why.text ?? state.status })
  const situation = situationOf(state, now)
  const decision = decide(situation)
  const isRetreat = isRetreating(decision)
  if (isRetreat || decision.do === 'pause')
    rows.push({ what: 'gates', name: decision.do, verdict: isRetreat ? 'critical' : 'waiting', text: decision.why.text })
  if (state.intent)
    rows.push({ what: 'gates', name: state.intent.move, verdict: 'waiting', text: 'is not finished: not every target has confirmed' })
  if (state.status !== 'running') return rows
  const gates = situation.gates.filter(({ name }) => name !== 'metrics')
  return [
    ...rows,
    ...gates.map(({ name, open, text, missing = [] }): CheckRow => {
      const hint = missing.flatMap(({ command }) => command ?? []).join(' · ')
      return { what: 'gates', name, verdict: open ? 'ok' : 'waiting', text, ...(hint !== '' && { hint }) }
    }),
  ]
}
