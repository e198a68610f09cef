import type { Plan } from '../../core/plan/plan.ts'
import { formatExposure } from '../../core/values/units.ts'
import { loadState } from '../../engine/load-state.ts'
import { renderToggles, type ToggleRow } from '../../views/toggles.ts'
import { readPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

/** Lists the inventory, or with `references` where the code asks for it. */
export default async function toggles(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { verb } = session.options
  return verb === undefined ? inventory(session) : (await import('./references.ts')).references(session)
}

/** Of the running rollout when there is one, else of the plan file. */
async function inventory(session: Session): Promise<VerbAnswer> {
  const { state } = await loadState(await session.journal())
  const plan = state?.plan ?? (await readPlan(session))
  const rows = rowsOf(plan, state?.exposures ?? {}, new Date(session.clock.now()).toISOString().slice(0, 10))
  return { outcome: 'done', kind: 'toggles', value: { toggles: rows }, text: (out) => renderToggles(rows, out) }
}

function rowsOf(plan: Plan, exposures: { readonly [name: string]: number }, today: string): readonly ToggleRow[] {
  return Object.entries(plan.toggles).map(([name, toggle]) => ({
    name,
    kind: toggle.kind,
    exposure: formatExposure(exposures[name] ?? toggle.default),
    default: formatExposure(toggle.default),
    targets: toggle.targets,
    requires: toggle.requires,
    phase: plan.phases.find((phase) => phase.toggles.includes(name))?.id ?? '',
    core: toggle.core,
    overdue: toggle.removeBy !== undefined && toggle.removeBy < today,
    ...(toggle.owner !== undefined && { owner: toggle.owner }),
    ...(toggle.removeBy !== undefined && { removeBy: toggle.removeBy }),
    ...(toggle.description !== undefined && { description: toggle.description }),
  }))
}
