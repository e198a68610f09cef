import { withGrace } from '../adapters/deadline.ts'
import { isSame } from '../core/values/is-same.ts'
import type { Plan } from '../core/plan/plan.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { GRACE } from '../engine/write-verified.ts'
import type { Writer } from '../engine/writer.ts'
import type { Session } from './session.ts'
import { MACHINE } from './signature.ts'
import { typedFromHere } from './typed-from-here.ts'

/** Opens the engine of a rollback: no metric is needed for it, and a target whose options do not fit must not stop the others. */
export async function openRollbackEngine(session: Session, writer: Writer, plan: Plan): Promise<Engine> {
  const { openTargetsAnyway } = await import('../adapters/open.ts')
  const targets = typedFromHere(await openTargetsAnyway(plan, session.lender), session)
  return { ...partsOf(session), writer, targets, metrics: [] }
}

/** Opens the engine on a plan: its adapters found, their options checked. */
export async function openEngine(session: Session, writer: Writer, plan: Plan): Promise<Engine> {
  return { ...partsOf(session), writer, ...(await openAdapters(session, plan)) }
}

/** Opens the engine of a controller: while it watches, a plan may be accepted that has other targets and metrics. */
export async function openLastingEngine(session: Session, writer: Writer): Promise<Engine> {
  let { plan } = stateOf({ writer })
  let open = await openAdapters(session, plan)
  return {
    ...partsOf(session),
    writer,
    get targets() {
      return open.targets
    },
    get metrics() {
      return open.metrics
    },
    renew: async () => {
      await writer.refresh()
      const now = stateOf({ writer }).plan
      if (now === plan) return
      // The file was edited as well: what stands in it is looked up anew.
      if (!isSame(adaptersOf(now), adaptersOf(plan))) open = await openAdapters(session.reopen({}), now)
      plan = now
    },
  }
}

async function openAdapters(session: Session, plan: Plan): Promise<Pick<Engine, 'targets' | 'metrics'>> {
  const { openMetrics, openTargets } = await import('../adapters/open.ts')
  const { lender } = session
  const [targets, metrics] = await Promise.all([openTargets(plan, lender), openMetrics(plan, Object.keys(plan.metrics), lender)])
  return { targets: typedFromHere(targets, session), metrics }
}

/** Instances of a target are told apart by the toggles that it holds. */
function adaptersOf({ targets, metrics, toggles }: Plan): unknown {
  return [targets, metrics, toggles]
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
