import type { MetricAdapter, NotifyAdapter, TargetAdapter } from '../core/ports.ts'
import { schemaOf, type Check } from './check.ts'

/** An adapter as its author writes it. Only `options` says what type its options are: the functions go by it. */
type Draft<Adapter extends { readonly options: unknown }, Options> = NoInfer<Omit<Adapter, 'options'>> & {
  readonly options: Check<Options>
}

/** Makes a metric of its functions; the options they are given are those that `options` returns. */
export function metric<Options>(draft: Draft<MetricAdapter<Options>, Options>): MetricAdapter<Options> {
  return { ...draft, options: schemaOf(draft.options) }
}

/** Makes a target of its functions; the options they are given are those that `options` returns. */
export function target<Options>(draft: Draft<TargetAdapter<Options>, Options>): TargetAdapter<Options> {
  return { ...draft, options: schemaOf(draft.options) }
}

/** Makes a channel of its functions; the options they are given are those that `options` returns. */
export function channel<Options>(draft: Draft<NotifyAdapter<Options>, Options>): NotifyAdapter<Options> {
  return { ...draft, options: schemaOf(draft.options) }
}
