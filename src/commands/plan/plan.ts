import { RolloutError } from '../../core/values/errors.ts'
import { differences, type Difference } from '../../core/plan/difference.ts'
import { environment, type Drift, type Held } from '../../core/plan/environment.ts'
import type { Gate } from '../../core/policy/gates.ts'
import { guaranteesOf, type Guarantee } from '../../core/forecast/guarantee.ts'
import { flowsOf, outlookOf, type Outlook } from '../../core/forecast/outlook.ts'
import { stepsOf, type Step } from '../../core/plan/steps.ts'
import { plainJson } from '../../core/values/json.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import type { Duration, Instant } from '../../core/values/units.ts'
import { nextDestination } from '../../core/policy/destination.ts'
import { situationOf, type Situation } from '../../core/policy/situation.ts'
import { timelineOf, type Timeline } from '../../core/forecast/timeline.ts'
import type { State } from '../../core/journal/state.ts'
import { checkBesides, readBaseline } from '../../engine/baseline.ts'
import { findDrift, formatUnreadable } from '../../engine/drift.ts'
import type { Writer } from '../../engine/writer.ts'
import { renderPlan } from '../../views/plan.ts'
import { renderUsers } from '../../views/users.ts'
import { renderWarnings } from '../../views/problem.ts'
import { usersOf, type UsersReport } from './users.ts'
import { openEngine } from '../../session/open-engine.ts'
import { loadPlan, openForReading } from '../../session/project.ts'
import { measureTraffic } from './traffic.ts'
import type { Planned, Ranked } from '../../views/risk.ts'
import { risksOf } from '../../session/risks.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

/** One word a target would get. */
export interface Write {
  readonly target: string
  readonly variable: string
  readonly from: string
  readonly to: string
}

/** What would change, and what stands in the way. */
export interface PlanReport extends UsersReport {
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
  /** How long its proof takes at the traffic that was measured; phases whose traffic is not known are not here. */
  readonly outlooks: readonly Outlook[]
  /** The most grave first. */
  readonly risks: readonly Ranked[]
  readonly contingencies: readonly Planned[]
}

/** Shows what would change per toggle and target; `--accept` freezes an edited plan into the running rollout. */
export default async function plan(session: Session<ValuesOf<'plan'>>): Promise<VerbAnswer> {
  const { accept, detailedExitcode, json } = session.options
  if (accept) return (await import('./accept.ts')).accept(session)
  const loaded = await loadPlan(session)
  const writer = await openForReading(session)
  const { state } = writer
  const report = state ? await ofState(session, writer, state, loaded.plan) : await ofFile(session, writer, loaded.plan)
  const shown = state?.plan ?? loaded.plan
  if (!json) session.err.write(renderWarnings(loaded.warnings, session.err))
  return {
    outcome: report.pending && detailedExitcode ? 'changes' : 'done',
    kind: 'plan',
    value: report,
    text: (out) => [renderPlan(report, shown, out), renderUsers(report, shown, out)],
  }
}

async function ofFile(session: Session<ValuesOf<'plan'>>, writer: Writer, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(session, writer, read)
  const unreadable: string[] = []
  const complain = (thrown: unknown): void => {
    if (!(thrown instanceof RolloutError)) throw thrown
    unreadable.push(...thrown.problems.map(({ message }) => message))
  }
  const held = await readBaseline(read, engine.targets, engine.signal).catch(complain)
  if (held) await checkBesides(read, engine.targets, engine.signal).catch(complain)
  const baseline = held ?? defaultsOf(read)
  const steps = stepsOf(read)
  const first = nextDestination({ plan: read, baseline, exposures: baseline, cursor: -1 })
  const guarantees = guaranteesOf(read)
  const compared = new Set(guarantees.flatMap((each) => Object.keys(each.compared)))
  const flows = await measureTraffic(session, engine.metrics, compared, engine.signal)
  const writes = first ? writesOf(read, { exposures: baseline, baseline }, { exposures: first.exposures, baseline }) : []
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
    ...timeOf(read, session.clock.now()),
    guarantees,
    outlooks: guarantees.flatMap(({ phase }) => outlookOf(read, phase, flows) ?? []),
    ...risksOf(read),
    ...(await usersOf(session, read, { exposures: baseline, baseline, cursor: -1 })),
  }
}

async function ofState(session: Session<ValuesOf<'plan'>>, writer: Writer, state: State, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(session, writer, state.plan)
  const { drifts, unreadable } = await findDrift(engine, state)
  const situation = situationOf(state, session.clock.now())
  const { destination, next, gates } = situation
  const steps = next ? stepsOf(state.plan).slice(next.index) : []
  const edited = differences(plainJson(state.plan), plainJson(read))
  const guarantees = guaranteesOf(state.plan)
  const flows = flowsOf(situation)
  return {
    name: state.plan.name,
    started: true,
    pending: steps.length > 0 || edited.length > 0 || drifts.length > 0 || state.intent !== undefined,
    steps,
    writes: destination ? writesOf(state.plan, state, { ...state, exposures: destination.exposures }) : [],
    gates,
    drift: drifts,
    unreadable: unreadable.map(formatUnreadable),
    edited,
    ...timeOf(state.plan, situation.now, situation),
    guarantees,
    outlooks: guarantees.flatMap(({ phase }) => outlookOf(state.plan, phase, flows) ?? []),
    ...risksOf(state.plan),
    ...(await usersOf(session, state.plan, state)),
  }
}

function writesOf(read: Plan, before: Held, after: Held): readonly Write[] {
  return Object.keys(read.targets).flatMap((target) => {
    const [from, to] = [environment(read, target, before), environment(read, target, after)]
    return Object.keys(to).flatMap((variable) =>
      from[variable] === to[variable] ? [] : [{ target, variable, from: from[variable] ?? '', to: to[variable] ?? '' }],
    )
  })
}

function timeOf(read: Plan, now: Instant, situation?: Situation): Pick<PlanReport, 'timeline' | 'atLeast'> {
  const timeline = timelineOf(read, now, situation)
  return { timeline, atLeast: (timeline.phases.at(-1)?.to ?? now) - now }
}
