import type { Outcome } from '../../core/values/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { currentPhase } from '../../core/policy/destination.ts'
import { asStarted, isEnded, type State } from '../../core/journal/state.ts'
import { observe } from '../../core/judge/watch.ts'
import type { Engine } from '../../engine/engine.ts'
import { readMetrics } from '../../engine/metrics.ts'
import { watchTick } from '../../engine/watch-tick.ts'
import type { CheckReport, CheckRow } from '../../views/check.ts'
import { openEngine } from '../../session/open-engine.ts'
import { editedFiles, openForReading } from '../../session/project.ts'
import { gateRows, metricRows, targetRows, targetRowsBefore, toggleRows } from './rows.ts'
import type { Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

type Part = NonNullable<ValuesOf<'check'>['what']>

/** The longest a counter that was never read before is waited for, in milliseconds. */
const BETWEEN = 2000

/** Returns what stands of a rollout beside its plan: its targets, metrics, gates and toggles. Reads everything, writes nothing. */
export async function examineRollout(session: Session<ValuesOf<'check'>>, plan: Plan, parts: readonly Part[]): Promise<CheckReport> {
  const rows: CheckRow[] = []
  const writer = await openForReading(session)
  const { state } = writer
  const engine = await openEngine(session, writer, state?.plan ?? plan)
  if (state) rows.push(...editedFiles(session, state).map(editedRow))
  if (parts.includes('targets')) rows.push(...(state ? await targetRows(engine, state) : await targetRowsBefore(engine, plan)))
  if (parts.includes('metrics') || parts.includes('gates')) {
    const watched = await look(session, engine, state ?? asStarted(plan))
    if (parts.includes('metrics')) rows.push(...metricRows(watched))
    if (parts.includes('gates') && state) rows.push(...gateRows(watched, session.clock.now()))
  }
  if (parts.includes('toggles')) rows.push(...toggleRows(state && !isEnded(state) ? state.plan : plan, state, session.clock.now()))
  if (!state && parts.every((part) => part === 'gates')) rows.push(NOT_STARTED)
  // What an interrupted read gave says nothing about the target.
  engine.signal.throwIfAborted()
  return { outcome: outcomeOfRows(rows, session.options.failOn ?? 'critical'), rows, ...(state && { step: state.cursor + 1 }) }
}

const NOT_STARTED: CheckRow = { what: 'gates', name: '', verdict: 'waiting', text: 'nothing was started yet', hint: 'rollout start' }

function editedRow(file: string): CheckRow {
  const said = 'changed since the plan was frozen; what was frozen counts'
  return { what: 'config', name: 'plan', verdict: 'warning', text: said, where: { file }, hint: 'rollout plan shows what that would mean' }
}

/** Polled and judged like a turn of `run`, and forgotten. A counter that was never read before needs a second poll. */
async function look(session: Session, engine: Engine, state: State): Promise<State> {
  const once = await poll(engine, state)
  if (!Object.values(once.watch?.tracks ?? {}).some(({ missing }) => missing?.reason === 'first-poll')) return once
  await session.clock.sleep(Math.min(state.plan.interval, BETWEEN), engine.signal)
  return poll(engine, once)
}

async function poll(engine: Engine, state: State): Promise<State> {
  const phase = currentPhase(state)
  if (!phase) return state
  const readings = await readMetrics(engine, phase)
  return { ...state, watch: observe(state.plan, { phase, cursor: state.cursor }, state.watch, readings, watchTick(engine)) }
}

const LEVELS: Readonly<Record<string, readonly CheckRow['verdict'][]>> = {
  critical: ['failed', 'critical'],
  warning: ['failed', 'critical', 'warning'],
  unknown: ['failed', 'critical', 'warning', 'unknown'],
  stale: ['failed', 'critical', 'stale'],
}

/** Returns the exit code, from the rows alone: whatever it says, a row says why. Warnings about the plan itself stop nothing. */
export function outcomeOfRows(rows: readonly CheckRow[], failOn: string): Outcome {
  const found = new Set(rows.flatMap(({ what, verdict }) => (what === 'config' ? [] : [verdict])))
  if (found.has('unreachable')) return 'unreachable'
  if (LEVELS[failOn]?.some((verdict) => found.has(verdict))) return 'unhealthy'
  return found.has('waiting') || found.has('unknown') || found.has('warning') ? 'notYet' : 'done'
}
