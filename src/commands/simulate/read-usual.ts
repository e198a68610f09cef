import type { OpenMetric } from '../../adapters/open.ts'
import { openUsual, type UsualOfMetric } from '../../core/forecast/usual.ts'
import { metricsOf, type Plan } from '../../core/plan/plan.ts'
import type { Span } from '../../core/ports.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { formatFraction, formatInstant, type Duration } from '../../core/values/units.ts'
import { instantOf, WHEN_HINT } from '../../session/instant-of.ts'
import { openProgress } from '../../session/progress.ts'
import type { Session } from '../../session/session.ts'
import { clean } from '../../views/clean.ts'
import type { ValuesOf } from '../table.ts'

/** Noise is told minute by minute. */
const MINUTE: Duration = 60_000
const MOST_POLLS = 10_000

/** Returns what the counting metrics of the plan recorded since `--from`, the first of each kind that did. */
export async function readUsual(session: Session<ValuesOf<'simulate'>>, plan: Plan, from: string): Promise<readonly UsualOfMetric[]> {
  const { clock, signal, lender } = session
  const now = clock.now()
  const since = instantOf('from', from, now) ?? now
  if (since >= now) throw new RolloutError('usage', { message: '--from is not before now', hint: WHEN_HINT })
  const step = Math.max(MINUTE, Math.ceil((now - since) / MOST_POLLS / 1000) * 1000)
  const span = { from: Math.floor(since / 1000) * 1000, to: now, step }
  const { openMetrics } = await import('../../adapters/open.ts')
  const found: UsualOfMetric[] = []
  for (const what of ['failures', 'latency'] as const) {
    const names = metricsOf(plan).filter((name) => plan.metrics[name]?.measures.what === what)
    for (const metric of await openMetrics(plan, names, lender)) {
      const usual = await readOne(session, plan, metric, span)
      found.push(usual)
      if ('usual' in usual) break
    }
  }
  signal.throwIfAborted()
  return found
}

async function readOne(session: Session, plan: Plan, { name, history }: OpenMetric, span: Span): Promise<UsualOfMetric> {
  if (!history) return { metric: name, not: `${plan.metrics[name]?.use ?? ''} remembers nothing` }
  const past = openUsual()
  const tell = openProgress(session)
  try {
    for await (const each of history(span, session.signal)) {
      past.add(each)
      tell(() => `${clean(name)}: read until ${formatInstant(each.at)}, ${formatFraction((each.at - span.from) / (span.to - span.from))}`)
    }
  } catch (thrown) {
    return { metric: name, not: messageOf(thrown) }
  }
  const { usual } = past
  return usual ? { metric: name, usual } : { metric: name, not: 'nothing is recorded' }
}
