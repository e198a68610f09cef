import type { Answer } from './answer.ts'
import { callListener } from './problems.ts'

/** `trace` of @opentelemetry/api: what it is asked for, so that nothing is imported. */
export interface TraceApi {
  getActiveSpan():
    | { isRecording(): boolean; addEvent(name: string, attributes: Record<string, string | number | boolean>): unknown }
    | undefined
}

export interface SpanOptions {
  /** Whether the id goes along as `feature_flag.context.id`; not unless told, it may be personal data. */
  readonly withId?: boolean
}

/** The reasons and types of errors that the conventions know, for what decided an answer. */
const REASONS: Readonly<Record<Answer['why'], readonly [reason: string, errorType?: string]>> = {
  deny: ['targeting_match'],
  users: ['targeting_match'],
  segment: ['targeting_match'],
  percentage: ['split'],
  static: ['static'],
  otherwise: ['default'],
  'no-key': ['error', 'targeting_key_missing'],
  unset: ['error', 'flag_not_found'],
  invalid: ['error', 'parse_error'],
}

/**
 * Returns an `onExposure` that adds every evaluation to the active span, as an event `feature_flag.evaluation` with the
 * attributes of OpenTelemetry's semantic conventions for feature flags (1.45).
 */
export function spanEvents(trace: TraceApi, { withId = false }: SpanOptions = {}): (toggle: string, id: string, answer: Answer) => void {
  return (toggle, id, { isOn, why }) =>
    callListener(() => {
      const span = trace.getActiveSpan()
      if (!span?.isRecording()) return
      const [reason, errorType] = REASONS[why]
      span.addEvent('feature_flag.evaluation', {
        'feature_flag.key': toggle,
        'feature_flag.provider.name': 'rollout',
        'feature_flag.result.variant': isOn ? 'on' : 'off',
        'feature_flag.result.reason': reason,
        ...(errorType !== undefined && { 'error.type': errorType }),
        ...(withId && id !== '' && { 'feature_flag.context.id': id }),
      })
    })
}
