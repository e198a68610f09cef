/* The package's entry for authors of adapters (docs/adapters.md). It needs nothing else of the package, and no dependency. */

export { Unreadable, type Measured, type Measures, type Missing } from '../core/values/reading.ts'
export type { Message } from '../core/values/message.ts'
export type {
  Advice,
  Clock,
  Effect,
  Fault,
  Fence,
  KnownId,
  Loan,
  MetricAdapter,
  NotifyAdapter,
  Past,
  Refusal,
  Schema,
  Server,
  Span,
  Surroundings,
  TargetAdapter,
  Words,
} from '../core/ports.ts'
export type { Check, WrittenOptions } from './check.ts'
export { conform, type Trial } from './conform.ts'
export { channel, metric, target } from './define.ts'
