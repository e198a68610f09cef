import {
  createEvaluationEvent,
  TelemetryAttribute,
  type EvaluationDetails,
  type FlagValue,
  type Hook,
  type HookContext,
} from '@openfeature/server-sdk'
import type { Meter } from './meter.ts'
import { callListener } from './problems.ts'
import type { SpanOptions, TraceApi } from './spans.ts'

export interface MeterHookOptions extends SpanOptions {
  /** Counts the answers of boolean flags. */
  readonly meter?: Meter
  /** `trace` of @opentelemetry/api: every evaluation becomes an event of the active span. */
  readonly trace?: TraceApi
}

/**
 * Counts what OpenFeature answers, and adds it to the active span, whatever the provider is:
 * `OpenFeature.addHooks(new MeterHook({ meter, trace }))`. What goes wrong in it reaches no evaluation.
 */
export class MeterHook implements Hook {
  readonly #options: MeterHookOptions

  constructor(options: MeterHookOptions) {
    this.#options = options
  }

  /** After the default of the code was taken too: what counts is the answer that the application got. */
  finally(context: Readonly<HookContext>, details: EvaluationDetails<FlagValue>): void {
    const { meter, trace, withId = false } = this.#options
    callListener(() => {
      if (typeof details.value === 'boolean') meter?.of(details.flagKey).evaluated(details.value)
    })
    callListener(() => {
      const span = trace?.getActiveSpan()
      if (!span?.isRecording()) return
      const { name, attributes } = createEvaluationEvent(context, details)
      const known = Object.entries(attributes).flatMap(([key, value]) =>
        value === undefined || typeof value === 'object' || (key === TelemetryAttribute.CONTEXT_ID && !withId)
          ? []
          : [[key, value] as const],
      )
      span.addEvent(name, Object.fromEntries(known))
    })
  }
}
