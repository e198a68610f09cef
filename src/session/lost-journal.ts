import { withDeadline } from '../adapters/deadline.ts'
import { openTargetsAnyway } from '../adapters/open.ts'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Duration } from '../core/values/units.ts'
import { findOrphans, refusalOf } from '../engine/orphans.ts'
import type { Session } from './session.ts'

/** Targets that do not say sooner what mark they carry are not waited for: there is no journal that they could speak against. */
const PATIENCE: Duration = 2000

/**
 * Resolves to what the targets of the plan carry of a journal of its name, where there is none here: it was lost, or is
 * kept somewhere else. Nothing where the plan cannot be read.
 */
export async function lostJournal({ clock, lender, signal }: Session, readPlan: () => Promise<Plan>): Promise<readonly Problem[]> {
  try {
    const plan = await readPlan()
    const targets = await openTargetsAnyway(plan, lender)
    const orphans = await withDeadline(clock, PATIENCE, signal, async (both) =>
      findOrphans({ targets, signal: both, writer: { state: undefined } }, plan),
    )
    return orphans.length === 0 ? [] : refusalOf(plan, orphans).problems
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}
