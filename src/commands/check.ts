import { decide } from '../core/decide.ts'
import { RolloutError, type Outcome } from '../core/errors.ts'
import { gatesOf } from '../core/gates.ts'
import { describe } from '../core/judge.ts'
import type { Plan } from '../core/plan.ts'
import { phaseOf } from '../core/retreat.ts'
import type { State } from '../core/state.ts'
import { observe } from '../core/watch.ts'
import { readBaseline } from '../engine/baseline.ts'
import type { Engine } from '../engine/engine.ts'
import { readMetrics } from '../engine/metrics.ts'
import { findDrift } from '../engine/tick.ts'
import type { Shell } from '../shell.ts'
import { renderCheck, type CheckReport, type CheckRow } from '../views/check.ts'
import { writeJson } from '../views/json.ts'
import { reportToGitHub } from './github.ts'
import { flag, text, type Input } from './input.ts'
import { loadPlan, openEngine, openRollout } from './project.ts'

const PARTS = ['config', 'targets', 'metrics', 'gates'] as const
type Part = (typeof PARTS)[number]

/** A gate for a deploy. Reads everything, writes to nothing but what GitHub gave it for the purpose. */
export default async function check(shell: Shell, input: Input): Promise<Outcome> {
  const parts = partsOf(input)
  const report = await inspect(shell, input, parts)
  if (flag(input, 'json')) writeJson(report, shell.out)
  else shell.out.write(renderCheck(report, shell.out))
  if (shell.env['GITHUB_ACTIONS'] === 'true') reportToGitHub(shell, report)
  return report.outcome
}

async function inspect(shell: Shell, input: Input, parts: readonly Part[]): Promise<CheckReport> {
  let plan: Plan
  const rows: CheckRow[] = []
  try {
    const loaded = await loadPlan(shell, input)
    plan = loaded.plan
    rows.push({ what: 'config', name: 'plan', verdict: 'ok', text: `${Object.keys(plan.toggles).length} toggles, ${plan.phases.length} phases` })
    rows.push(...loaded.warnings.map(({ message, where, hint }): CheckRow => ({ what: 'config', name: 'plan', verdict: 'warning', text: message, ...(where && { where }), ...(hint !== undefined && { hint }) })))
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || thrown.code !== 'config') throw thrown
    const wrong = thrown.problems.map(({ message, where, hint }): CheckRow => ({ what: 'config', name: 'plan', verdict: 'failed', text: message, ...(where && { where }), ...(hint !== undefined && { hint }) }))
    return { outcome: 'config', rows: wrong }
  }
  if (parts.every((part) => part === 'config')) return { outcome: 'done', rows }

  const writer = await openRollout(shell, input)
  const { state } = writer
  const engine = await openEngine(shell, input, writer, state?.plan ?? plan, () => undefined)
  if (parts.includes('targets')) rows.push(...(state ? await targetsOf(engine, state) : await targetsOfPlan(engine, plan)))
  const watched = state ? await look(shell, engine, state) : await lookTwice(shell, engine, await imagined(engine, plan))
  if (parts.includes('metrics')) rows.push(...metricsOf(watched))
  if (parts.includes('gates') && state) rows.push(...gateRows(watched, shell.clock.now()))
  return { outcome: outcomeOf(rows, watched, input, shell.clock.now()), rows, ...(state && { step: state.cursor + 1 }) }
}

async function targetsOf(engine: Engine, state: State): Promise<readonly CheckRow[]> {
  const { drifts, unreadable } = await findDrift(engine, state)
  const bad = [
    ...unreadable.map((each): CheckRow => ({ what: 'targets', name: each.split(':')[0] ?? '', verdict: 'unreachable', text: each })),
    ...drifts.map(({ target, variable, found, expected }): CheckRow => ({ what: 'targets', name: target, verdict: 'failed', text: `holds ${variable}=${found ?? 'nothing'} instead of ${expected}`, hint: 'somebody else changed it' })),
  ]
  const fine = engine.targets.filter(({ name }) => !bad.some((row) => row.name === name))
  return [...bad, ...fine.map(({ name }): CheckRow => ({ what: 'targets', name, verdict: 'ok', text: 'holds what the journal says' }))]
}

async function targetsOfPlan(engine: Engine, plan: Plan): Promise<readonly CheckRow[]> {
  try {
    await readBaseline(plan, engine.targets, engine.signal)
    return engine.targets.map(({ name }): CheckRow => ({ what: 'targets', name, verdict: 'ok', text: 'can be read' }))
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    const verdict = thrown.code === 'conflict' ? 'failed' : 'unreachable'
    return thrown.problems.map(({ message, hint }): CheckRow => ({ what: 'targets', name: '', verdict, text: message, ...(hint !== undefined && { hint }) }))
  }
}

/** One poll, judged like a turn of `run`, and forgotten. */
async function look(shell: Shell, engine: Engine, state: State): Promise<State> {
  const phase = state.plan.phases[phaseOf(state)]
  if (!phase) return state
  const readings = await readMetrics(engine, phase)
  const { clock } = shell
  return { ...state, watch: observe(state.plan, phase, state.watch, readings, { monotonic: clock.monotonic(), domain: clock.domain, now: clock.now() }) }
}

/** A counter that was never read before needs two polls. */
async function lookTwice(shell: Shell, engine: Engine, state: State): Promise<State> {
  const once = await look(shell, engine, state)
  if (!Object.values(once.watch?.tracks ?? {}).some(({ missing }) => missing?.reason === 'first-poll')) return once
  await shell.clock.sleep(Math.min(state.plan.interval, 2000), engine.signal)
  return look(shell, engine, once)
}

/** The state a `start` would make, so that a plan can be tried before it. */
async function imagined(engine: Engine, plan: Plan): Promise<State> {
  const defaults = Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
  const baseline = await readBaseline(plan, engine.targets, engine.signal).catch(() => defaults)
  return { seq: 0, hash: '', plan, digest: '', files: {}, startedAt: 0, status: 'running', baseline, exposures: baseline, cursor: -1, arrivedAt: 0, epoch: 0, missing: [], approvals: [], checked: [] }
}

function metricsOf(state: State): readonly CheckRow[] {
  const phase = state.plan.phases[phaseOf(state)]
  return (phase?.metrics ?? []).flatMap((name): readonly CheckRow[] => {
    const metric = state.plan.metrics[name]
    const track = state.watch?.tracks[name]
    if (!metric || !track) return []
    const verdict = track.verdict === 'healthy' ? (track.met ? 'ok' : 'waiting') : track.verdict
    return [{ what: 'metrics', name, verdict, text: describe(metric, track) }]
  })
}

function gateRows(state: State, now: number): readonly CheckRow[] {
  if (state.status !== 'running') return [{ what: 'gates', name: state.status, verdict: state.status === 'complete' ? 'ok' : 'waiting', text: state.stopped?.why.text ?? state.status }]
  return gatesOf(state, now)
    .filter(({ name }) => name !== 'metrics')
    .map(({ name, open, text: said }): CheckRow => ({ what: 'gates', name, verdict: open ? 'ok' : 'waiting', text: said }))
}

const LEVELS: Readonly<Record<string, readonly CheckRow['verdict'][]>> = {
  critical: ['failed', 'critical'],
  warning: ['failed', 'critical', 'warning'],
  unknown: ['failed', 'critical', 'warning', 'unknown'],
}

function outcomeOf(rows: readonly CheckRow[], state: State, input: Input, now: number): Outcome {
  const has = (verdicts: readonly CheckRow['verdict'][]): boolean => rows.some(({ what, verdict }) => what !== 'config' && verdicts.includes(verdict))
  if (has(['unreachable'])) return 'unreachable'
  if (has(LEVELS[text(input, 'failOn') ?? 'critical'] ?? [])) return 'unhealthy'
  if (state.seq > 0 && (state.status === 'rolled back' || ['rollback', 'step-back'].includes(decide(state, now).do))) return 'unhealthy'
  return has(['waiting', 'unknown', 'warning']) ? 'notYet' : 'done'
}

function partsOf(input: Input): readonly Part[] {
  const [what] = input.args
  if (what === undefined) return PARTS
  const part = PARTS.find((each) => each === what)
  if (part) return [part]
  throw new RolloutError('usage', { message: `"${what}" cannot be checked by itself`, hint: `one of ${PARTS.join(', ')}, or nothing for all` })
}

