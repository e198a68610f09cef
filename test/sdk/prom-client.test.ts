import { Counter, Registry, type OpenMetricsContentType } from 'prom-client'
import { expect, it } from 'vitest'
import { parseExposition } from '../../src/adapters/measure/exposition.ts'
import { openMeter } from '../../src/sdk/meter.ts'
import { registerMetrics } from '../../src/sdk/prom-client.ts'

function measured() {
  const meter = openMeter({ buckets: [1, 60] })
  meter.measure('FEATURE_"X"', true, () => undefined)
  meter.of('FEATURE_"X"').evaluated(true)
  return meter
}
const samplesOf = (page: string, type = 'text/plain') =>
  parseExposition(page, { type })
    .filter(({ name }) => name.startsWith('rollout_'))
    .map(({ name, labels, value }) => [
      name,
      { ...labels, le: labels['le'] && String(Number(labels['le'].replace('+Inf', 'Infinity'))) },
      value,
    ])

it('a page of prom-client shows the same as the page of the meter, beside its own', async () => {
  const registry = new Registry()
  const meter = measured()
  new Counter({ name: 'own_total', help: 'own', registers: [registry] }).inc()
  registerMetrics(registry, meter)
  const page = await registry.metrics()
  expect(page).toContain('own_total 1\n')
  expect(samplesOf(page)).toEqual(samplesOf(meter.text()))
  meter.measure('FEATURE_"X"', true, () => undefined)
  expect(samplesOf(await registry.metrics())).toEqual(samplesOf(meter.text()))
})

it('as OpenMetrics too', async () => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const meter = measured()
  registerMetrics(registry, meter)
  const page = await registry.metrics()
  expect(page).toMatch(/^# TYPE rollout_toggle_calls counter\nrollout_toggle_calls_total\{/m)
  expect(samplesOf(page, 'application/openmetrics-text')).toEqual(samplesOf(meter.text()))
})

it('with its default labels, as JSON, and of several workers as their sum', async () => {
  const registry = new Registry()
  registry.setDefaultLabels({ region: 'eu' })
  const meter = measured()
  registerMetrics(registry, meter)
  expect(await registry.metrics()).toContain('region="eu"')
  const json = await registry.getMetricsAsJSON()
  expect(json.map(({ name, aggregator }) => [name, aggregator])).toEqual([
    ['rollout_toggle_evaluations_total', 'sum'],
    ['rollout_toggle_last_evaluation_timestamp_seconds', 'max'],
    ['rollout_toggle_calls_total', 'sum'],
    ['rollout_toggle_call_duration_seconds', 'sum'],
    ['rollout_toggle_comparisons_total', 'sum'],
    ['rollout_toggle_comparisons_skipped_total', 'sum'],
    ['rollout_toggle_comparison_duration_seconds', 'sum'],
  ])
  const { AggregatorRegistry } = await import('prom-client')
  const all = await AggregatorRegistry.aggregate([json, json]).metrics()
  expect(all).toContain('rollout_toggle_calls_total{toggle="FEATURE_\\"X\\"",answer="on",outcome="ok",region="eu"} 2')
  expect(all).toContain('answer="on",le="+Inf",region="eu"} 2')
})

it('keeps counting where the registry is reset, and is refused where the names are taken', async () => {
  const registry = new Registry()
  const meter = measured()
  registerMetrics(registry, meter)
  registry.resetMetrics()
  expect(await registry.metrics()).toContain('outcome="ok"} 1')
  expect(() => registerMetrics(registry, meter)).toThrow('rollout_toggle_evaluations_total')
})
