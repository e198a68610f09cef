import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { OpenFeature } from '@openfeature/server-sdk'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { MeterHook } from '../../src/sdk/hook.ts'
import { openMeter } from '../../src/sdk/meter.ts'
import { RolloutProvider } from '../../src/sdk/openfeature.ts'
import { spanEvents } from '../../src/sdk/spans.ts'
import { openToggles } from '../../src/sdk/toggles.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
beforeEach(() => exporter.reset())
afterAll(async () => {
  await OpenFeature.clearProviders()
  OpenFeature.clearHooks()
  await provider.shutdown()
  trace.disable()
})

async function eventsOf(work: () => unknown) {
  await trace.getTracer('test').startActiveSpan('request', async (span) => {
    await work()
    span.end()
  })
  return exporter.getFinishedSpans().flatMap(({ events }) => events.map(({ name, attributes }) => ({ name, attributes })))
}
const env = { SPLIT: '50%', ALL: 'true', LISTED: '0%', LISTED_USERS: 'ada', BAD: '12' }

describe('an evaluation inside a span', () => {
  it.each([
    ['ALL', { variant: 'on', reason: 'static' }, undefined],
    ['SPLIT', { variant: 'off', reason: 'split' }, undefined],
    ['LISTED', { variant: 'on', reason: 'targeting_match' }, undefined],
    ['BAD', { variant: 'off', reason: 'error' }, 'parse_error'],
    ['UNSET', { variant: 'off', reason: 'error' }, 'flag_not_found'],
  ])('of %s is an event of it by the conventions', async (toggle, { variant, reason }, errorType) => {
    const toggles = openToggles({ env, onProblem: () => undefined, onExposure: spanEvents(trace) })
    expect(await eventsOf(() => toggles.isEnabled(toggle, 'ada'))).toEqual([
      {
        name: 'feature_flag.evaluation',
        attributes: {
          'feature_flag.key': toggle,
          'feature_flag.provider.name': 'rollout',
          'feature_flag.result.variant': variant,
          'feature_flag.result.reason': reason,
          ...(errorType && { 'error.type': errorType }),
        },
      },
    ])
  })

  it('names the id only where it is told to', async () => {
    const toggles = openToggles({ env, onExposure: spanEvents(trace, { withId: true }) })
    const [event] = await eventsOf(() => toggles.isEnabled('ALL', 'ada'))
    expect(event?.attributes?.['feature_flag.context.id']).toBe('ada')
  })

  it('is nothing without a span, and no failure of the tracer is felt', () => {
    const toggles = openToggles({ env, onExposure: spanEvents(trace) })
    expect(toggles.isEnabled('ALL')).toBe(true)
    const broken = openToggles({
      env,
      onExposure: spanEvents({
        getActiveSpan: () => {
          throw new Error('no')
        },
      }),
    })
    expect(broken.isEnabled('ALL')).toBe(true)
  })
})

describe('the hook of OpenFeature', () => {
  it('counts the answers the application got, and adds them to the span', async () => {
    const meter = openMeter()
    const handedToBoth = { env, meter, onProblem: () => undefined, onExposure: () => undefined }
    await OpenFeature.setProviderAndWait('hook', new RolloutProvider(handedToBoth))
    const client = OpenFeature.getClient('hook').addHooks(new MeterHook({ meter, trace }))
    const events = await eventsOf(async () => {
      expect(await client.getBooleanValue('LISTED', false, { targetingKey: 'ada' })).toBe(true)
      expect(await client.getBooleanValue('UNSET', true, { targetingKey: 'ada' })).toBe(true)
      expect(await client.getStringValue('ALL', 'text')).toBe('text')
    })
    const [evaluations] = meter.read()
    expect(evaluations?.points.filter(({ value }) => value > 0).map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { toggle: 'LISTED', answer: 'on', value: 1 },
      { toggle: 'UNSET', answer: 'on', value: 1 },
    ])
    expect(events).toHaveLength(3)
    expect(events[0]?.attributes).toEqual({
      'feature_flag.key': 'LISTED',
      'feature_flag.provider.name': 'rollout',
      'feature_flag.result.variant': 'on',
      'feature_flag.result.value': true,
      'feature_flag.result.reason': 'targeting_match',
    })
    expect(events[1]?.attributes).toMatchObject({ 'feature_flag.result.reason': 'error', 'error.type': 'flag_not_found' })
  })

  it('breaks no evaluation where the meter does', async () => {
    await OpenFeature.setProviderAndWait('broken', new RolloutProvider({ env }))
    const broken = {
      ...openMeter(),
      of: () => {
        throw new Error('no')
      },
    }
    const client = OpenFeature.getClient('broken').addHooks(new MeterHook({ meter: broken }))
    expect(await client.getBooleanValue('ALL', false)).toBe(true)
  })
})
