import type { Phase } from '../core/plan/plan.ts'
import type { Readings } from '../core/judge/watch.ts'
import type { Engine } from './engine.ts'

/** Reads what a phase is judged by, all at once; what cannot be read is `missing`, never a throw. */
export async function readMetrics(engine: Pick<Engine, 'metrics' | 'signal'>, phase: Phase): Promise<Readings> {
  const wanted = new Set([...phase.metrics, ...phase.success.map(({ metric }) => metric)])
  const metrics = engine.metrics.filter(({ name }) => wanted.has(name))
  return Object.fromEntries(await Promise.all(metrics.map(async (metric) => [metric.name, await metric.read(engine.signal)] as const)))
}
