import type { NamedAdapter } from '../../adapters/refuse-unnamed.ts'
import { isPath } from '../../adapters/registry.ts'
import { kinds } from '../../core/ports.ts'
import { RolloutError, type Outcome, type Problem } from '../../core/values/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { currentPhase } from '../../core/policy/destination.ts'
import { asStarted, isEnded, type State } from '../../core/journal/state.ts'
import { observe } from '../../core/judge/watch.ts'
import type { Engine } from '../../engine/engine.ts'
import { readMetrics } from '../../engine/metrics.ts'
import { watchTick } from '../../engine/watch-tick.ts'
import { renderCheck, type CheckReport, type CheckRow } from '../../views/check.ts'
import { annotationOf, fence, reportToGitHub } from '../../session/github.ts'
import { openEngine } from '../../session/open-engine.ts'
import { editedFiles, loadPlan, openForReading } from '../../session/project.ts'
import { gateRows, metricRows, targetRows, targetRowsBefore, toggleRows } from './rows.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { VERBS, type ValuesOf } from '../table.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

const PARTS = VERBS.check.options.what.choices
type Part = (typeof PARTS)[number]

/** The longest a counter that was never read before is waited for, in milliseconds. */
const BETWEEN = 2000

/** Gates a deploy. Reads everything, writes to nothing but what GitHub gave it for the purpose. */
export default async function check(session: Session<ValuesOf<'check'>>): Promise<VerbAnswer> {
  const { what, json } = session.options
  const report = await inspect(session, what === undefined ? PARTS : [what])
  const isGitHub = session.env['GITHUB_ACTIONS'] === 'true'
  if (isGitHub && json) session.err.write(annotationOf(report))
  return {
    outcome: report.outcome,
    kind: 'check',
    value: report,
    text: (out) => (isGitHub ? fence(renderCheck(report, out), session.uuid()) + annotationOf(report) : renderCheck(report, out)),
    ...(isGitHub && { afterwards: async () => reportToGitHub(session, report) }),
  }
}

async function inspect(session: Session<ValuesOf<'check'>>, parts: readonly Part[]): Promise<CheckReport> {
  if (session.options.noCode) return inspectUnopened(session)
  const { plan, rows } = await examineConfig(session)
  if (!plan) return { outcome: 'config', rows }
  if (parts.every((part) => part === 'config')) return { outcome: 'done', rows }

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

/** A plan of somebody else: its adapters are not imported, its references not resolved, its journal and its servers not asked. */
async function inspectUnopened(session: Session): Promise<CheckReport> {
  const { plan, rows } = await examineConfig(session, { isStrangers: true })
  if (!plan) return { outcome: 'config', rows }
  const own = kinds().flatMap((kind) =>
    Object.entries<NamedAdapter>(plan[kind] ?? {}).flatMap(([name, { use }]) => (isPath(use) ? [`${kind}.${name} (${use})`] : [])),
  )
  const unknown = own.map((each): CheckRow => ({
    what: 'config',
    name: 'plan',
    verdict: 'warning',
    text: `${each} is code of this plan's author: it was not imported, and its options not checked`,
  }))
  return { outcome: 'done', rows: [...rows, ...unknown, UNOPENED] }
}

const UNOPENED: CheckRow = {
  what: 'config',
  name: 'plan',
  verdict: 'ok',
  text: 'read alone: no command was run, nothing imported, no secret read, no target, server or journal asked',
}

const NOT_STARTED: CheckRow = { what: 'gates', name: '', verdict: 'waiting', text: 'nothing was started yet', hint: 'rollout start' }

async function examineConfig(
  session: Session,
  how?: Parameters<typeof loadPlan>[1],
): Promise<{ readonly plan?: Plan; readonly rows: CheckRow[] }> {
  const row = (verdict: CheckRow['verdict'], { message, where, hint }: Problem): CheckRow => ({
    what: 'config',
    name: 'plan',
    verdict,
    text: message,
    ...(where && { where }),
    ...(hint !== undefined && { hint }),
  })
  try {
    const { plan, warnings } = await loadPlan(session, how)
    const sizes = `${askedToggles(plan).length} toggles, ${plan.phases.length} phases`
    return { plan, rows: [{ what: 'config', name: 'plan', verdict: 'ok', text: sizes }, ...warnings.map((each) => row('warning', each))] }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || thrown.code !== 'config') throw thrown
    return { rows: thrown.problems.map((each) => row('failed', each)) }
  }
}

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
