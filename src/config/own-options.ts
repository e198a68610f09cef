import type { z } from 'zod'
import type { Kind } from '../core/ports.ts'

/** The keys of a target, a metric or a channel that are not its adapter's own. Apart from their schemas, which take long to load. */
const COMMON = {
  targets: ['use', 'instances'],
  metrics: [
    'use',
    'unit',
    'toggle',
    'evidence',
    'success',
    'warning',
    'critical',
    'contingency',
    'minSamples',
    'onNoData',
    'window',
    'maxAge',
    'timeout',
  ],
  notify: ['use', 'audience', 'events', 'message', 'timeout'],
} as const satisfies { readonly [kind in Kind]: readonly string[] }

/** The schemas of those keys, each of them and no other. */
export type CommonShape<K extends Kind> = { readonly [key in (typeof COMMON)[K][number]]: z.ZodType }

/** Returns what is left of a target, a metric or a channel for its adapter to check. */
export function ownOptions<Value>(kind: Kind, entry: { readonly [key: string]: Value }): { readonly [key: string]: Value } {
  const common: readonly string[] = COMMON[kind]
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !common.includes(key)))
}
