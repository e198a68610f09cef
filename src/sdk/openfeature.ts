import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ServerProviderEvents,
  StandardResolutionReasons,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk'
import type { Answer } from './answer.ts'
import { openToggles, type Options, type Toggles } from './toggles.ts'

export { MeterHook, type MeterHookOptions } from './hook.ts'

const REASONS: Readonly<Record<Answer['why'], string>> = {
  deny: StandardResolutionReasons.TARGETING_MATCH,
  users: StandardResolutionReasons.TARGETING_MATCH,
  segment: StandardResolutionReasons.TARGETING_MATCH,
  percentage: StandardResolutionReasons.SPLIT,
  static: StandardResolutionReasons.STATIC,
  otherwise: StandardResolutionReasons.DEFAULT,
  'no-key': StandardResolutionReasons.ERROR,
  unset: StandardResolutionReasons.ERROR,
  invalid: StandardResolutionReasons.ERROR,
}

const ERRORS: { readonly [Why in Answer['why']]?: readonly [code: ErrorCode, message: string] } = {
  unset: [ErrorCode.FLAG_NOT_FOUND, 'there is no such variable'],
  invalid: [ErrorCode.PARSE_ERROR, 'the variable holds no word'],
  'no-key': [ErrorCode.TARGETING_KEY_MISSING, 'the percentage is of targeting keys, and there is none'],
}

/** All but the meter: OpenFeature's hook counts, whatever the provider is, and nothing is counted twice. */
export type ProviderOptions = Omit<Options, 'meter'>

/**
 * Provides the toggles to OpenFeature: the flag key is the name of the variable, the targeting key the id, the rest
 * of the context the attributes. Toggles are booleans, variants `on` and `off`. The file that is bad or gone makes the
 * provider STALE, at the start ERROR.
 */
export class RolloutProvider implements Provider {
  readonly metadata = { name: 'rollout' }
  readonly runsOn = 'server'
  readonly events = new OpenFeatureEventEmitter()
  readonly #options: ProviderOptions
  #toggles: Toggles | undefined

  constructor(options: ProviderOptions = {}) {
    const { meter: _, ...rest }: Options = options
    this.#options = rest
  }

  async initialize(): Promise<void> {
    this.#toggles?.close()
    this.#toggles = this.#open()
    if (this.#toggles.isStale()) throw new Error('the file of the toggles cannot be used; it is looked at again')
  }

  async onClose(): Promise<void> {
    this.#toggles?.close()
    this.#toggles = undefined
  }

  async resolveBooleanEvaluation(flagKey: string, defaultValue: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>> {
    const toggles = (this.#toggles ??= this.#open())
    const { targetingKey, ...attributes } = context
    const answer = toggles.explain(flagKey, targetingKey, attributes)
    const { onExposure } = this.#options
    // Through the same door as every other evaluation, so that it is seen as one.
    if (onExposure) toggles.isEnabled(flagKey, targetingKey, attributes)
    const flagMetadata = { why: answer.why, generation: toggles.generation() }
    const error = ERRORS[answer.why]
    if (error) return { value: defaultValue, reason: REASONS[answer.why], errorCode: error[0], errorMessage: error[1], flagMetadata }
    return { value: answer.isOn, variant: answer.isOn ? 'on' : 'off', reason: REASONS[answer.why], flagMetadata }
  }

  async resolveStringEvaluation(flagKey: string, defaultValue: string): Promise<ResolutionDetails<string>> {
    return this.#mismatch(flagKey, defaultValue)
  }

  async resolveNumberEvaluation(flagKey: string, defaultValue: number): Promise<ResolutionDetails<number>> {
    return this.#mismatch(flagKey, defaultValue)
  }

  async resolveObjectEvaluation<Value extends JsonValue>(flagKey: string, defaultValue: Value): Promise<ResolutionDetails<Value>> {
    return this.#mismatch(flagKey, defaultValue)
  }

  #mismatch<Value>(flagKey: string, value: Value): ResolutionDetails<Value> {
    const isUnset = (this.#toggles ??= this.#open()).explain(flagKey).why === 'unset'
    return {
      value,
      reason: StandardResolutionReasons.ERROR,
      errorCode: isUnset ? ErrorCode.FLAG_NOT_FOUND : ErrorCode.TYPE_MISMATCH,
      errorMessage: isUnset ? 'there is no such variable' : 'a toggle is a boolean',
    }
  }

  #open(): Toggles {
    const { onChange, onStale } = this.#options
    return openToggles({
      ...this.#options,
      onChange: (change) => {
        this.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [...change.toggles] })
        onChange?.(change)
      },
      onStale: (isStale) => {
        if (isStale)
          this.events.emit(ServerProviderEvents.Stale, { message: 'the newest file cannot be used, the last good one is in force' })
        else this.events.emit(ServerProviderEvents.Ready)
        onStale?.(isStale)
      },
    })
  }
}
