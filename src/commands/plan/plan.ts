import { RolloutError } from '../../core/values/errors.ts'
import { asWritten } from '../../core/plan/as-written.ts'
import { differences } from '../../core/plan/difference.ts'
import { guaranteesOf } from '../../core/forecast/guarantee.ts'
import { flowsOf } from '../../core/forecast/outlook.ts'
import { stepsOf } from '../../core/plan/steps.ts'
import { plainJson } from '../../core/values/json.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import { beginningOf } from '../../core/policy/beginning.ts'
import { nextDestination } from '../../core/policy/destination.ts'
import { situationOf } from '../../core/policy/situation.ts'
import { planReport, type PlanReport } from '../../core/report/plan-report.ts'
import type { State } from '../../core/journal/state.ts'
import { findBeginning } from '../../engine/beginning.ts'
import { findDrift, formatUnreadable } from '../../engine/drift.ts'
import { measureTraffic } from '../../engine/measure-traffic.ts'
import type { Writer } from '../../engine/writer.ts'
import { renderPlan } from '../../views/plan.ts'
import { renderUsers } from '../../views/users.ts'
import { renderWarnings } from '../../views/problem.ts'
import { foretellAt } from './foretell-at.ts'
import { usersOf } from './users.ts'
import { openEngine } from '../../session/open-engine.ts'
import { loadPlan, openForReading } from '../../session/project.ts'
import { replanPlaces } from '../../session/replan-places.ts'
import type { Session, VerbAnswer } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

/** Shows what would change per toggle and target; `--accept` freezes an edited plan into the running rollout. */
export default async function plan(session: Session<ValuesOf<'plan'>>): Promise<VerbAnswer> {
  const { accept, detailedExitcode, json } = session.options
  if (accept) return (await import('./accept.ts')).accept(session)
  const loaded = await loadPlan(session)
  const writer = await openForReading(session)
  const { state } = writer
  const underWay = state && !isNext(state, loaded.plan) ? state : undefined
  const report = underWay ? await ofState(session, writer, underWay, loaded.plan) : await ofFile(session, writer, loaded.plan)
  const shown = underWay?.plan ?? loaded.plan
  if (!json) session.err.write(renderWarnings(loaded.warnings, session.err))
  return {
    outcome: report.pending && detailedExitcode ? 'changes' : 'done',
    kind: 'plan',
    value: report,
    text: (out) => [renderPlan(report, shown, out), renderUsers(report, shown, out)],
  }
}

/** Tells whether the plan of the file is that of a rollout to come: the one before is closed, or complete with another plan. */
function isNext(state: State, read: Plan): boolean {
  return state.status === 'closed' || (state.status === 'complete' && differences(plainJson(state.plan), plainJson(read)).length > 0)
}

async function ofFile(session: Session<ValuesOf<'plan'>>, writer: Writer, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(session, writer, read)
  const unreadable: string[] = []
  const complain = (thrown: unknown): void => {
    if (!(thrown instanceof RolloutError)) throw thrown
    unreadable.push(...thrown.problems.map(({ message }) => message))
  }
  const found = await findBeginning(engine, read, false).catch(complain)
  const { baseline, reached = { cursor: -1, exposures: baseline } } = found ?? beginningOf(read, defaultsOf(read), writer.state)
  const begun = { baseline, ...reached }
  const first = nextDestination({ plan: read, ...begun })
  const compared = new Set(guaranteesOf(read).flatMap((each) => Object.keys(each.compared)))
  return planReport({
    plan: read,
    now: session.clock.now(),
    held: begun,
    next: first?.exposures,
    outlooks: await foretellAt(session, read, await measureTraffic(session.clock, engine.metrics, compared, engine.signal)),
    found: { started: false, pending: true, steps: stepsOf(read).slice(reached.cursor + 1), gates: [], drift: [], unreadable, edited: [] },
    users: await usersOf(session, read, begun),
  })
}

async function ofState(session: Session<ValuesOf<'plan'>>, writer: Writer, state: State, read: Plan): Promise<PlanReport> {
  const engine = await openEngine(session, writer, state.plan)
  const { drifts, unreadable } = await findDrift(engine, state)
  const situation = situationOf(state, session.clock.now())
  const { destination, next, gates } = situation
  const steps = next ? stepsOf(state.plan).slice(next.index) : []
  const edited = differences(asWritten(state.plan), asWritten(read))
  return planReport({
    plan: state.plan,
    now: situation.now,
    situation,
    held: state,
    next: destination?.exposures,
    outlooks: await foretellAt(session, state.plan, flowsOf(situation)),
    found: {
      started: true,
      ...((state.status === 'paused' || state.status === 'rolled back') && { latched: state.status }),
      pending: steps.length > 0 || edited.length > 0 || drifts.length > 0 || state.intent !== undefined,
      steps,
      gates,
      drift: drifts,
      unreadable: unreadable.map(formatUnreadable),
      edited,
      ...(edited.length > 0 && { replan: await replanPlaces(session, state, read) }),
    },
    users: await usersOf(session, state.plan, state),
  })
}
