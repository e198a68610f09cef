import { RolloutError, type Outcome } from '../core/errors.ts'
import { guaranteesOf, type Guarantee } from '../core/comparison.ts'
import { differences, type Difference } from '../core/difference.ts'
import { environment, type Drift } from '../core/environment.ts'
import { gatesOf, nextStep, type Gate } from '../core/gates.ts'
import type { Duration, Instant } from '../core/units.ts'
import { stepsOf, type Exposures, type Json, type Plan, type Step } from '../core/plan.ts'
import { advance } from '../core/retreat.ts'
import { timelineOf, type Timeline } from '../core/timeline.ts'
import type { State } from '../core/state.ts'
import { readBaseline } from '../engine/baseline.ts'
import { findDrift } from '../engine/tick.ts'
import type { Writer } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderPlan } from '../views/plan.ts'
import { renderWarnings } from '../views/problem.ts'
import { digestOf } from './digest.ts'
import { flag, requireReason, signature, type Input } from './input.ts'
import { loadPlan, openEngine, openForReading, openRollout } from './project.ts'
import { reportState } from './report.ts'

/** One word a target would get. */
export interface Write {
  readonly target: string
  readonly variable: string
  readonly from: string
  readonly to: string
}

/** What would change, and what stands in the way. */
export interface PlanReport {
  readonly name: string
  readonly started: boolean
  readonly pending: boolean
  /** Steps that are still ahead. */
  readonly steps: readonly Step[]
  readonly writes: readonly Write[]
  readonly gates: readonly Gate[]
  readonly drift: readonly Drift[]
  readonly unreadable: readonly string[]
  /** How the file differs from the plan that was frozen at `start`. */
  readonly edited: readonly Difference[]
  /** The shortest time everything ahead takes, windows and freezes included. */
  readonly atLeast: Duration
  readonly timeline: Timeline
  /** What the plan promises about its decisions, phase by phase. */
  readonly guarantees: readonly Guarantee[]
}

/** Shows what would change per toggle and target; `--accept` freezes an edited plan into the running rollout. */
export default async function plan(shell: Shell, input: Input): Promise<Outcome> {
  if (flag(input, 'accept')) return accept(shell, input, await openRollout(shell, input))
  const loaded = await loadPlan(shell, input)
  const writer = await openForReading(shell, input)
  const { state } = writer
  const report = state ? await ofState(shell, input, writer, state, loaded.plan) : await ofFile(shell, input, writer, loaded.plan)
  if (flag(input, 'json')) writeJson(report, shell.out)
  else {
    shell.out.write(renderPlan(report, state?.plan ?? loaded.plan, shell.out))
    shell.err.write(renderWarnings(loaded.warnings, shell.err))
  }
  return report.pending && flag(input, 'detailedExitcode') ? 'changes' : 'done'
}

async function ofFile(shell: Shell, input: Input, writer: Writer, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(shell, input, writer, read, () => undefined)
  const unreadable: string[] = []
  const baseline = await readBaseline(read, engine.targets, engine.signal).catch((thrown: unknown) => {
    if (!(thrown instanceof RolloutError)) throw thrown
    unreadable.push(...thrown.problems.map(({ message }) => message))
    return Object.fromEntries(Object.entries(read.toggles).map(([name, toggle]) => [name, toggle.default]))
  })
  const steps = stepsOf(read)
  const first = advance({ plan: read, baseline, exposures: baseline, cursor: -1 })
  const writes = first ? writesOf(read, baseline, first.exposures) : []
  return {
    name: read.name,
    started: false,
    pending: true,
    steps,
    writes,
    gates: [],
    drift: [],
    unreadable,
    edited: [],
    ...timeOf(read, shell.clock.now()),
    guarantees: guaranteesOf(read),
  }
}

async function ofState(shell: Shell, input: Input, writer: Writer, state: State, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(shell, input, writer, state.plan, () => undefined)
  const { drifts, unreadable } = await findDrift(engine, state)
  const next = advance(state)
  const steps = nextStep(state) ? stepsOf(state.plan).slice(nextStep(state)?.index) : []
  const edited = differences(plain(state.plan), plain(read))
  return {
    name: state.plan.name,
    started: true,
    pending: steps.length > 0 || edited.length > 0 || drifts.length > 0 || state.intent !== undefined,
    steps,
    writes: next ? writesOf(state.plan, state.exposures, next.exposures) : [],
    gates: gatesOf(state, shell.clock.now()),
    drift: drifts,
    unreadable,
    edited,
    ...timeOf(state.plan, shell.clock.now(), state),
    guarantees: guaranteesOf(state.plan),
  }
}

function writesOf(read: Plan, before: Exposures, after: Exposures): readonly Write[] {
  return Object.keys(read.targets).flatMap((target) => {
    const [from, to] = [environment(read, target, before), environment(read, target, after)]
    return Object.keys(to).flatMap((variable) =>
      from[variable] === to[variable] ? [] : [{ target, variable, from: from[variable] ?? '', to: to[variable] ?? '' }],
    )
  })
}

function timeOf(read: Plan, now: Instant, state?: State): Pick<PlanReport, 'timeline' | 'atLeast'> {
  const timeline = timelineOf(read, now, state)
  return { timeline, atLeast: (timeline.phases.at(-1)?.to ?? now) - now }
}

async function accept(shell: Shell, input: Input, writer: Writer): Promise<Outcome> {
  const by = await signature(shell, input)
  const { plan: read, files } = await loadPlan(shell, input, by.actor)
  const { state } = writer
  if (!state)
    throw new RolloutError('usage', { message: 'nothing was started yet: there is no frozen plan to replace', hint: 'rollout start' })
  requireReason(input, '--accept')
  if (state.intent)
    throw new RolloutError('conflict', {
      message: `a ${state.intent.move} is not finished yet`,
      hint: 'rollout run or rollout rollback finishes it; then accept',
    })
  checkPast(state, read)
  const engine = await openEngine(shell, input, writer, read, () => undefined)
  const held = await readBaseline(read, engine.targets, engine.signal)
  const baseline = Object.fromEntries(Object.keys(read.toggles).map((name) => [name, state.baseline[name] ?? held[name] ?? 0]))
  await writer.append({ type: 'replanned', plan: read, digest: digestOf(read), files, baseline }, by)
  return reportState(shell, input, writer.state ?? state, 'done')
}

/** What is behind the cursor cannot be changed any more. Throws `conflict` naming the first step that differs. */
function checkPast(state: State, read: Plan): void {
  const [old, now] = [stepsOf(state.plan), stepsOf(read)]
  for (let index = 0; index <= state.cursor; index += 1) {
    const [was, is] = [old[index], now[index]]
    const same =
      was &&
      is &&
      was.to === is.to &&
      was.moves.join() === is.moves.join() &&
      state.plan.phases[was.phase]?.id === read.phases[is.phase]?.id
    if (!same) {
      const text = was ? `${was.moves.join(', ')} to ${was.to}%` : ''
      throw new RolloutError('conflict', {
        message: `step ${index + 1} (${text}) is behind the cursor and cannot change`,
        hint: 'roll back first, or change only what is still ahead',
      })
    }
  }
  const gone = Object.keys(state.plan.toggles).find((name) => !read.toggles[name] && state.exposures[name] !== state.baseline[name])
  if (gone !== undefined)
    throw new RolloutError('conflict', { message: `${gone} is on and would be forgotten`, hint: `rollout rollback ${gone} first` })
}

function plain(read: Plan): Json {
  return JSON.parse(JSON.stringify(read))
}
