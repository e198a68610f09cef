import type { Phase } from '../core/plan/plan.ts'
import type { SharedPoll } from '../core/ports.ts'
import type { Readings } from '../core/judge/watch.ts'
import type { Reading } from '../core/values/reading.ts'
import type { Engine } from './engine.ts'

/** More at once would cost a process its file descriptors, and a server its patience. */
const AT_ONCE = 100

/**
 * Reads what a phase is judged by, side by side and in one poll; what cannot be read is `missing`, never a throw. The
 * answers of a poll are never those of another.
 */
export async function readMetrics(engine: Pick<Engine, 'metrics' | 'signal' | 'clock'>, phase: Phase): Promise<Readings> {
  const { signal, clock } = engine
  const wanted = new Set([...phase.metrics, ...phase.success.map(({ metric }) => metric)])
  const metrics = engine.metrics.filter(({ name }) => wanted.has(name))
  const poll: SharedPoll = { signal, clock }
  const readings: (readonly [name: string, Reading])[] = []
  const left = metrics.entries()
  const readOn = async (): Promise<void> => {
    for (const [nth, metric] of left) readings[nth] = [metric.name, await metric.read(signal, poll)]
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, metrics.length) }, readOn))
  return Object.fromEntries(readings)
}
