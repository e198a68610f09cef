import { withGrace } from '../adapters/deadline.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Engine } from '../engine/engine.ts'
import { GRACE } from '../engine/write-verified.ts'
import type { Writer } from '../engine/writer.ts'
import type { Session } from './session.ts'
import { MACHINE } from './signature.ts'

/** Opens the engine of a rollback: no metric is needed for it, and a target whose options do not fit must not stop the others. */
export async function openRollbackEngine(session: Session, writer: Writer, plan: Plan): Promise<Engine> {
  const { openTargetsAnyway } = await import('../adapters/open.ts')
  const targets = await openTargetsAnyway(plan, session.lender)
  return { ...partsOf(session), writer, targets, metrics: [] }
}

/** Opens the engine on a plan: its adapters found, their options checked. */
export async function openEngine(session: Session, writer: Writer, plan: Plan): Promise<Engine> {
  const { openMetrics, openTargets } = await import('../adapters/open.ts')
  const { lender } = session
  const [targets, metrics] = await Promise.all([openTargets(plan, lender), openMetrics(plan, Object.keys(plan.metrics), lender)])
  return { ...partsOf(session), writer, targets, metrics }
}

function partsOf(session: Session): Pick<Engine, 'clock' | 'signal' | 'grace' | 'random' | 'signature' | 'refute'> {
  const refute: Engine['refute'] = async (state, approved) => {
    // Loaded where a signature is asked for: it starts processes.
    const { refuteApproval } = await import('./signing.ts')
    return refuteApproval(session, state, approved)
  }
  const { clock, signal, random } = session
  return { clock, signal, grace: withGrace(clock, signal, GRACE), random, signature: { actor: MACHINE }, refute }
}
