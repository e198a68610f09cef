import type { Problem } from '../core/values/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { OptionsParts } from './options.ts'

/** Returns the steps that wait for last users where no source of the plan can tell of any: they would wait for ever. */
export async function checkAnswering({ phases, metrics }: Plan, { adapters, place }: OptionsParts): Promise<readonly Problem[]> {
  const waiting = phases.flatMap(({ steps }, index) =>
    steps.flatMap(({ unused }, nth) => (unused === undefined ? [] : [['phases', index, 'steps', nth, 'unused']])),
  )
  if (waiting.length === 0) return []
  // checkOptions tells what is wrong with an adapter that cannot be found.
  const used = await Promise.all(Object.values(metrics).map(async ({ use }) => adapters.find('metrics', use).catch(() => undefined)))
  if (used.some((adapter) => adapter === undefined || 'lastAnswered' in adapter)) return []
  const message = 'no metric of the plan has a source that tells when a toggle was last asked for'
  const hint = 'a metric with use: prometheus or openmetrics, which reads what the SDK counts'
  return waiting.map((path) => ({ message, where: place(path), hint }))
}
