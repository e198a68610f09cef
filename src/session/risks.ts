import { describe } from '../core/judge/describe.ts'
import { effectiveRetreat } from '../core/policy/destination.ts'
import { levelOf, type Contingency, type Risk } from '../core/values/risk.ts'
import type { State } from '../core/journal/state.ts'
import { changesBetween } from '../core/report/changes.ts'
import { plannedOf } from '../core/report/risks.ts'
import type { ContingencyPage, RiskPage } from '../views/risk.ts'

/** Returns a risk, how its metrics are now, and what is planned for it. */
export function riskPage(state: State, id: string, risk: Risk): RiskPage {
  const { plan, watch } = state
  const noticed = (risk.metrics ?? []).flatMap((name) => {
    const [metric, track] = [plan.metrics[name], watch?.tracks[name]]
    if (!metric) return []
    return [{ name, verdict: track?.verdict ?? 'unknown', text: track ? describe(metric, track) : 'not measured yet' }]
  })
  const planned = risk.contingency === undefined ? undefined : plan.contingencies?.[risk.contingency]
  return {
    id,
    level: levelOf(risk),
    ...risk,
    noticed,
    ...(planned && risk.contingency !== undefined && { planned: plannedOf(plan, risk.contingency, planned) }),
  }
}

/** Returns a contingency, what it would do now, and who calls for it. */
export function contingencyPage(state: State, id: string, contingency: Contingency): ContingencyPage {
  const { plan, drilled } = state
  const held = state.intent?.exposures ?? state.exposures
  const last = drilled?.[id]
  const naming = (of: { readonly [name: string]: { readonly contingency?: string } }): readonly string[] =>
    Object.keys(of).filter((name) => of[name]?.contingency === id)
  return {
    ...plannedOf(plan, id, contingency),
    changes: changesBetween(plan, held, effectiveRetreat(state, contingency.scope)?.exposures ?? held),
    risks: naming(plan.risks ?? {}),
    metrics: naming(plan.metrics),
    phases: plan.phases.flatMap((phase) => (phase.drill === id ? [phase.id] : [])),
    ...(last && { drilled: last }),
  }
}
