import type { Outcome } from '../core/values/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import { formatExposure } from '../core/values/units.ts'
import { loadState } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderToggles, type ToggleRow } from '../views/toggles.ts'
import { flag, type Input } from '../session/input.ts'
import { openJournal, readPlan } from '../session/project.ts'

/** The inventory: of the running rollout when there is one, else of the plan file. */
export default async function toggles(shell: Shell, input: Input): Promise<Outcome> {
  const { state } = await loadState(await openJournal(shell, input))
  const plan = state?.plan ?? (await readPlan(shell, input))
  const rows = rowsOf(plan, state?.exposures ?? {}, new Date(shell.clock.now()).toISOString().slice(0, 10))
  if (flag(input, 'json')) writeJson(rows, shell.out)
  else shell.out.write(renderToggles(rows, shell.out))
  return 'done'
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
