import type { MetricAdapter, NotifyAdapter, TargetAdapter } from '../core/ports.ts'

/** Types a metric adapter from its options schema. */
export function metric<Options>(adapter: MetricAdapter<Options>): MetricAdapter<Options> {
  return adapter
}

/** Types a target adapter from its options schema. */
export function target<Options>(adapter: TargetAdapter<Options>): TargetAdapter<Options> {
  return adapter
}

/** Types a notify adapter from its options schema. */
export function channel<Options>(adapter: NotifyAdapter<Options>): NotifyAdapter<Options> {
  return adapter
}
