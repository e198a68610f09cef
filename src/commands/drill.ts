import { journalName } from '../core/journal/identity.ts'
import { formatScope } from '../core/policy/contingency.ts'
import { furthestFor } from '../core/policy/furthest.ts'
import { environment } from '../core/plan/environment.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Drill, Why } from '../core/journal/event.ts'
import { defaultsOf, type Exposures, type Plan } from '../core/plan/plan.ts'
import { effectiveRetreat } from '../core/policy/destination.ts'
import type { ContingencyScope } from '../core/values/risk.ts'
import { isSame } from '../core/values/is-same.ts'
import type { State } from '../core/journal/state.ts'
import { changesBetween } from '../core/report/changes.ts'
import { byHand } from '../engine/apply.ts'
import { readBaseline } from '../engine/baseline.ts'
import { scratchJournal } from '../engine/scratch-journal.ts'
import { drill as forReal } from '../engine/drill.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { rehearse, type Rehearsed } from '../engine/rehearse.ts'
import { loadState } from '../engine/load-state.ts'
import { openWriter } from '../engine/writer.ts'
import { renderDrill, renderRehearsal, type Rehearsal } from '../views/drill.ts'
import { renderSettling } from '../views/rollback.ts'
import { contingencyCalled, type Named } from '../session/contingency.ts'
import { openEngine, openRollbackEngine } from '../session/open-engine.ts'
import { openForReading, openRollout, readPlan } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { signature } from '../session/signature.ts'
import type { ValuesOf } from './table.ts'

/** Rehearses a contingency: on a copy, for real (`--apply`), or by what another environment has rehearsed (`--proof`). */
export default async function drill(session: Session<ValuesOf<'drill'>>): Promise<VerbAnswer> {
  const { proof, apply } = session.options
  if (proof !== undefined) return relyOn(session, proof)
  return apply ? applyForReal(session) : onCopy(session)
}

async function onCopy(session: Session<ValuesOf<'drill'>>): Promise<VerbAnswer> {
  const { clock, uuid, version, options } = session
  const real = await openForReading(session)
  const plan = real.state?.plan ?? (await readPlan(session))
  const contingency = contingencyCalled(plan, options.contingency)
  const engine = await openRollbackEngine(session, real, plan)
  const { state, isImagined } = await stateFor(engine, plan, real.state, contingency.scope)
  const writer = await openWriter({ journal: scratchJournal(state), clock, uuid, version })
  const rehearsed = await rehearse(engine, writer, {
    scope: contingency.scope,
    why: whyOf(contingency),
    signature: await signature(session),
  })
  const report = reportOf(plan, contingency, engine, rehearsed, isImagined)
  return { outcome: report.outcome, kind: 'rehearsal', value: report, text: (out) => renderRehearsal(report, out) }
}

/** From where it is; where that would move nothing, as far on as it would. */
async function stateFor(engine: Engine, plan: Plan, now: State | undefined, scope: ContingencyScope) {
  if (now && effectiveRetreat(now, scope)) return { state: now, isImagined: false }
  const baseline = now?.baseline ?? (await readBaseline(plan, engine.targets, engine.signal).catch(orDefaults(plan)))
  const state = furthestFor(plan, baseline, scope)
  if (!state) throw new RolloutError('config', { message: 'this contingency takes nothing back at any step', hint: 'rollout check config' })
  return { state, isImagined: true }
}

/** A target that cannot be read does not stop a rehearsal: it is what the rehearsal is to find. */
function orDefaults(plan: Plan): (thrown: unknown) => Exposures {
  return (thrown) => {
    if (!(thrown instanceof RolloutError)) throw thrown
    return defaultsOf(plan)
  }
}

function reportOf(
  plan: Plan,
  contingency: Named,
  engine: Engine,
  { before, to, state, checks }: Rehearsed,
  isImagined: boolean,
): Rehearsal {
  const held = { exposures: before.intent?.exposures ?? before.exposures, baseline: before.baseline }
  const then = to ? { ...held, exposures: to.exposures } : held
  const left = byHand(engine, state)
  const targets = engine.targets.flatMap(({ name }) => {
    const [from, words] = [environment(plan, name, held), environment(plan, name, then)]
    const writes = Object.entries(words).flatMap(([variable, word]) =>
      from[variable] === word ? [] : [{ variable, from: from[variable] ?? '', to: word }],
    )
    const check = checks.find(({ target }) => target === name)
    const lines = left.find(({ target }) => target === name)?.lines
    if (Object.keys(words).length === 0) return []
    return [
      {
        name,
        writes,
        ...(check && { took: check.took }),
        ...(check?.error !== undefined && { error: check.error }),
        drifts: isImagined ? [] : (check?.drifts ?? []),
        ...(lines && { byHand: lines }),
      },
    ]
  })
  return {
    contingency: contingency.id,
    ...(contingency.text !== undefined && { text: contingency.text }),
    does: formatScope(plan, contingency.scope),
    notify: contingency.notify,
    step: before.cursor + 1,
    imagined: isImagined,
    changes: changesBetween(plan, held.exposures, then.exposures),
    targets,
    settle: Math.max(0, ...engine.targets.map(({ settle }) => settle)),
    outcome: left.length > 0 ? 'partial' : 'done',
  }
}

async function applyForReal(session: Session<ValuesOf<'drill'>>): Promise<VerbAnswer> {
  const { err, self, alive, options } = session
  const writer = await openRollout(session)
  const { plan } = stateOf({ writer })
  const contingency = contingencyCalled(plan, options.contingency)
  if (!plan.drill)
    throw new RolloutError('denied', {
      message: `${journalName(plan)} is not for drills: nothing was touched`,
      hint: 'environments: { staging: { drill: true } } in the plan says where; start or plan --accept freezes it; then -e staging',
    })
  const engine = await openEngine(session, writer, plan)
  const result = await forReal(engine, {
    contingency,
    signature: await signature(session),
    leading: { controller: self, alive },
    settling: (wait) => err.write(renderSettling(wait)),
  })
  const left = byHand(engine, stateOf(engine))
  return {
    outcome: result.passed ? 'done' : left.length > 0 ? 'partial' : 'unhealthy',
    kind: 'drill',
    value: { ...result, byHand: left },
    text: (out) => renderDrill(result, stateOf(engine), left, out),
  }
}

/** Writes into this journal that the contingency was rehearsed in another environment, and which event there says so. */
async function relyOn(session: Session<ValuesOf<'drill'>>, from: string): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const { plan } = stateOf({ writer })
  const contingency = contingencyCalled(plan, session.options.contingency)
  if (from === plan.environment)
    throw new RolloutError('usage', { message: `${from} is this environment`, hint: '--proof names another one' })
  const journal = await session.reopen({ env: from }).journal()
  const { state } = await loadState(journal)
  const found = state?.drilled?.[contingency.id]
  const rehearse = `rollout drill ${contingency.id} --apply -e ${from}`
  if (!state || !found?.passed || found.of)
    throw new RolloutError('notYet', { message: `${contingency.id} has not been rehearsed in ${from} (${journal.place})`, hint: rehearse })
  if (!isSame(state.plan.contingencies?.[contingency.id]?.scope, contingency.scope))
    throw new RolloutError('conflict', { message: `${contingency.id} takes something else back in ${from} than here`, hint: rehearse })
  const [event] = await journal.read(found.seq - 1)
  const { passed, took, targets } = found
  const result: Drill = {
    contingency: contingency.id,
    passed,
    took,
    targets,
    of: { environment: from, seq: found.seq, hash: event?.hash ?? '' },
  }
  await writer.append({ type: 'drilled', ...result }, await signature(session))
  return { outcome: 'done', kind: 'drill', value: result, text: (out) => renderDrill(result, stateOf({ writer }), [], out) }
}

function whyOf({ id }: Named): Why {
  return { code: 'operator', text: `drill of ${id}`, contingency: id }
}
