import type { Plan } from '../../core/plan/plan.ts'
import { upkeepOf } from '../../core/report/upkeep.ts'
import { loadState } from '../../engine/load-state.ts'
import type { Session } from '../../session/session.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** Returns the toggles that are due for removal; a journal that cannot be read is told elsewhere. */
export async function examineToggles(session: Session, plan: Plan): Promise<readonly DoctorFinding[]> {
  const loaded = await session
    .journal()
    .then(loadState)
    .catch(() => undefined)
  return upkeepOf(plan, loaded?.state, session.clock.now()).map(({ toggle, text }) => ({
    what: 'toggles',
    level: 'warning',
    text: `${toggle} ${text}`,
    hint: 'rollout toggles --overdue --stale',
  }))
}
