import { messageOf, type Problem } from '../core/values/errors.ts'
import type { Metric } from '../core/plan/metric.ts'
import type { Plan } from '../core/plan/plan.ts'
import { resolveReferences } from '../core/plan/reference.ts'
import { isMeasures } from '../core/values/is-measures.ts'
import type { Measures } from '../core/values/reading.ts'
import type { Duration } from '../core/values/units.ts'
import type { OptionsParts } from './options.ts'

/** The plan with what its metrics measure filled in, and what is wrong with files that cannot say it. */
export interface MeasuredPlan {
  readonly plan: Plan
  readonly problems: readonly Problem[]
}

/** Asks the adapter of every metric what its readings are and how far back they look. A metric without a sound one stays a gauge. */
export async function askWhatIsMeasured(plan: Plan, parts: OptionsParts): Promise<MeasuredPlan> {
  const problems: Problem[] = []
  const metrics = await Promise.all(
    Object.entries(plan.metrics).map(async ([name, metric]): Promise<readonly [string, Metric]> => {
      try {
        return [name, { ...metric, ...(await factsOf(metric, parts)) }]
      } catch (thrown) {
        problems.push({ message: `${metric.use}: ${messageOf(thrown)}`, where: parts.place(['metrics', name, 'use']) })
        return [name, metric]
      }
    }),
  )
  return { plan: { ...plan, metrics: Object.fromEntries(metrics) }, problems }
}

interface Facts {
  readonly measures?: Measures
  readonly looksBack?: Duration
}

/** Throws what the adapter throws, or what is no answer. */
async function factsOf({ use, options }: Metric, { adapters, env, isOnlyRead }: OptionsParts): Promise<Facts> {
  // checkOptions tells what is wrong with the adapter or its options themselves.
  const adapter = await adapters.find('metrics', use).catch(() => undefined)
  if (!adapter) return {}
  const { value } = resolveReferences(options, env)
  const result = await Promise.resolve(adapter.options['~standard'].validate(value)).catch(() => undefined)
  // Where nothing is opened a reference may have no answer; its place is then empty, and its metric is the same.
  const known = result && !result.issues ? result.value : isOnlyRead === true ? value : undefined
  if (known === undefined) return {}
  const measures = adapter.measures?.(known) ?? { what: 'gauge' }
  if (!isMeasures(measures))
    throw new Error(
      'measures() must return { what: "failures", groups: 1 or 2 }, { what: "latency", groups, quantile } or { what: "gauge" }',
    )
  const looksBack = adapter.looksBack?.(known) ?? 0
  if (!(Number.isFinite(looksBack) && looksBack >= 0)) throw new Error(`looksBack() must return milliseconds, not ${String(looksBack)}`)
  return { measures, ...(looksBack > 0 && { looksBack }) }
}
