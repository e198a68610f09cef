import { openMetrics } from '../../src/adapters/open.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import type { Json } from '../../src/core/values/json.ts'
import type { Metric } from '../../src/core/plan/metric.ts'
import { lend } from './loan.ts'

type Options = { readonly [key: string]: Json }

/** A plan with one metric, called m. */
export function planOf(
  { use, ...options }: Options & { readonly use: string },
  over: Partial<Metric> = {},
): { readonly metrics: { readonly m: Metric } } {
  const rules = { measures: { what: 'gauge' }, minSamples: 0, onNoData: 'hold', window: 300_000, maxAge: 60_000, timeout: 5000 } as const
  return { metrics: { m: { use, options, ...rules, ...over } } }
}

/** Reads that metric once, as the engine does. */
export async function readOnce(
  options: Options & { readonly use: string },
  over: Partial<Metric> = {},
  env: Record<string, string> = {},
  folder = '/',
): Promise<Reading> {
  const [metric] = await openMetrics(planOf(options, over), ['m'], lend(folder, { env }))
  if (!metric) throw new Error('no metric')
  return metric.read(new AbortController().signal)
}
