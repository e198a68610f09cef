import { samplesOf, type ExpositionSample } from './exposition.ts'
import type { Family } from './families.ts'
import type { Meter } from './meter.ts'

/** A registry of prom-client: what it is asked for, so that nothing is imported. */
export interface PromRegistry {
  registerMetric(metric: { get(): Promise<unknown> }): void
}

/** A metric as prom-client asks for it when its page is scraped. */
interface PromMetric {
  /** prom-client cuts `_total` off it where the page is OpenMetrics. */
  name: string
  readonly help: string
  readonly type: Family['type']
  readonly aggregator: 'sum' | 'max'
  get(): Promise<Pick<PromMetric, 'name' | 'help' | 'type' | 'aggregator'> & { readonly values: readonly Partial<ExpositionSample>[] }>
  reset(): void
}

/**
 * Puts the metrics of a meter onto the page of a prom-client registry (15). Its default labels hold for them too; a
 * `resetMetrics()` does not: these counters only grow. Throws where one of the names is taken.
 */
export function registerMetrics(registry: PromRegistry, meter: Meter): void {
  for (const { name, help, type } of meter.read()) {
    const metric: PromMetric = {
      name,
      help,
      type,
      // Of the workers of a cluster: counts are added, the latest time counts.
      aggregator: type === 'gauge' ? 'max' : 'sum',
      get: async () => {
        const family = meter.read().find((each) => each.name === name)
        const samples = family ? samplesOf(family) : []
        const values = samples.map(({ metricName, ...rest }) => (metricName === name ? rest : { metricName, ...rest }))
        return { name: metric.name, help, type, aggregator: metric.aggregator, values }
      },
      reset: () => undefined,
    }
    registry.registerMetric(metric)
  }
}
