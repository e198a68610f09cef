import { existsSync } from 'node:fs'
import { withDeadline } from '../../adapters/deadline.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Reference } from '../../core/report/reference.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Session } from '../../session/session.ts'

/** Longer than this nobody waits for the code who asked about a rollout, in milliseconds. */
const PATIENCE = 3000

/** Returns where the code beside the plan stands for a toggle; undefined where no plan is, of a shadow, or where the code does not say it in time. */
export async function referencesBeside(session: Session, plan: Plan, toggle: string): Promise<readonly Reference[] | undefined> {
  // A shadow is asked for by no code.
  if (!existsSync(session.place.file) || plan.toggles[toggle]?.shadows !== undefined) return undefined
  const { findReferences } = await import('../../session/references.ts')
  try {
    const { place, env, clock } = session
    const search = async (signal: AbortSignal) => findReferences({ place, env, clock, signal }, plan, [toggle])
    const report = await withDeadline(clock, PATIENCE, session.signal, search)
    return report.toggles[toggle]
  } catch (thrown) {
    if (thrown instanceof RolloutError && !session.signal.aborted) return undefined
    throw thrown
  }
}
