import type { Plan } from '../plan/plan.ts'
import { formatScope } from '../policy/contingency.ts'
import { defined } from '../values/defined.ts'
import { ranked, type Contingency, type Level, type Risk } from '../values/risk.ts'

/** A risk with its name and level. */
export type Ranked = Risk & { readonly id: string; readonly level: Level }

/** A contingency with its name, and what it does in words. */
export interface Planned {
  readonly id: string
  readonly text?: string
  readonly does: string
  readonly notify: readonly string[]
}

/** Returns the risks of a plan, the most grave first, and its contingencies. */
export function risksOf(plan: Plan): { readonly risks: readonly Ranked[]; readonly contingencies: readonly Planned[] } {
  return {
    risks: ranked(plan.risks ?? {}).map(({ id, risk, level }) => ({ id, level, ...risk })),
    contingencies: Object.entries(plan.contingencies ?? {}).map(([id, contingency]) => plannedOf(plan, id, contingency)),
  }
}

/** Returns a contingency as it is shown. */
export function plannedOf(plan: Plan, id: string, { text, scope, notify }: Contingency): Planned {
  return defined({ id, text, does: formatScope(plan, scope), notify })
}
