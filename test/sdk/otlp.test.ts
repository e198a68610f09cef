import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js'
import { afterEach, describe, expect, it } from 'vitest'
import { openMeter } from '../../src/sdk/meter.ts'
import { startOtlp, type OtlpPush } from '../../src/sdk/otlp.ts'

/** OTLP's own message, from its .proto files, as OpenTelemetry compiled them: what is named otherwise falls out of it. */
const Message = Object(root).opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(listener: RequestListener = (_, response) => response.end('{}')) {
  const got: { headers: IncomingMessage['headers']; url: string | undefined; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString()))
    request.on('end', () => {
      got.push({ headers: request.headers, url: request.url, body })
      listener(request, response)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  closing.push(() => (server.closeAllConnections(), server.close()))
  const address = server.address()
  return { got, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` }
}

function started(options: Omit<Parameters<typeof startOtlp>[0], 'meter'>) {
  const meter = openMeter({ buckets: [0.5, 60] })
  meter.measure('FEATURE_"X"', true, () => undefined)
  meter.of('FEATURE_"X"').evaluated(false)
  meter.of('FEATURE_"X"').compared('different', { old: 0.1, new: 0.2 })
  const problems: string[] = []
  const push: OtlpPush = startOtlp({ meter, env: {}, onProblem: (message) => problems.push(message), ...options })
  closing.push(() => push.close())
  return { push, problems, meter }
}

describe('what is pushed', () => {
  it('is an ExportMetricsServiceRequest, field by field', async () => {
    const { got, url } = await receiver()
    const { push } = started({ url, resource: { 'service.name': 'shop', 'service.instance.id': 'a' } })
    expect(await push.push()).toBe(true)
    const sent: unknown = JSON.parse(got[0]?.body ?? '')
    const understood = Message.toObject(Message.decode(Message.encode(Message.fromObject(sent)).finish()), { longs: String, enums: Number })
    expect(understood).toEqual(sent)
    expect(got[0]?.headers['content-type']).toBe('application/json')
    const [{ resource, scopeMetrics }] = understood.resourceMetrics
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } })
    const metrics: { name: string; unit: string }[] = scopeMetrics[0].metrics
    expect(metrics.map(({ name, unit }) => [name, unit])).toEqual([
      ['rollout.toggle.evaluations', '{evaluation}'],
      ['rollout.toggle.last_evaluation.timestamp', 's'],
      ['rollout.toggle.calls', '{call}'],
      ['rollout.toggle.call.duration', 's'],
      ['rollout.toggle.comparisons', '{comparison}'],
      ['rollout.toggle.comparisons.skipped', '{comparison}'],
      ['rollout.toggle.comparison.duration', 's'],
    ])
    expect(metrics[0]).toMatchObject({
      sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ asInt: '0' }, { asInt: '1' }] },
    })
    expect(metrics[3]).toMatchObject({
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [{ count: '1', bucketCounts: ['1', '0', '0'], explicitBounds: [0.5, 60] }, { count: '0' }],
      },
    })
    const { startTimeUnixNano, timeUnixNano } = understood.resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0]
    expect(BigInt(startTimeUnixNano) <= BigInt(timeUnixNano)).toBe(true)
  })

  it('goes where the variables of OpenTelemetry say, with what they say', async () => {
    const { got, url } = await receiver()
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=a%20b, x-other=c',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test',
    }
    expect(await started({ env }).push.push()).toBe(true)
    expect(got[0]).toMatchObject({ url: '/v1/metrics', headers: { 'x-token': 'a b', 'x-other': 'c' } })
    expect(got[0]?.body).toContain('{"key":"service.name","value":{"stringValue":"shop"}}')
    expect(got[0]?.body).toContain('{"key":"deployment.environment.name","value":{"stringValue":"test"}}')
  })

  it('goes a last time when it is closed', async () => {
    const { got, url } = await receiver()
    const { push } = started({ url })
    await push.close()
    expect(got).toHaveLength(1)
  })
})

describe('a receiver that does not take it', () => {
  it.each<[string, RequestListener, string]>([
    ['refuses', (_, response) => response.writeHead(503).end('busy'), 'it answered 503 busy'],
    [
      'takes a part of it',
      (_, response) => response.end('{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}'),
      'it rejected 3 points: too old',
    ],
    ['leads elsewhere', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'no answer'],
    ['hangs up', (request) => request.socket.destroy(), 'no answer'],
  ])('and %s is told once, and breaks nothing', async (_, listener, said) => {
    const { url } = await receiver(listener)
    const { push, problems } = started({ url })
    expect(await push.push()).toBe(false)
    expect(await push.push()).toBe(false)
    expect(problems).toEqual([expect.stringContaining(`the metrics of the toggles are not taken by ${url}: ${said}`)])
  })

  it('and leads elsewhere is not followed there: what lets the application in is not for others', async () => {
    const elsewhere = await receiver()
    const { url } = await receiver((_, response) => response.writeHead(307, { location: elsewhere.url }).end())
    const { push } = started({ url, headers: { 'x-token': 'secret' } })
    expect([await push.push(), elsewhere.got]).toEqual([false, []])
  })

  it.each(['', 'nowhere', 'http://127.0.0.1:1/'])('is not there: %j', async (url) => {
    const { push, problems } = started({ url })
    expect(await push.push()).toBe(false)
    expect(problems).toHaveLength(1)
  })

  it('is told anew when it was well in between', async () => {
    let status = 500
    const { url } = await receiver((_, response) => response.writeHead(status).end())
    const { push, problems } = started({ url })
    await push.push()
    status = 200
    await push.push()
    status = 500
    await push.push()
    expect(problems).toHaveLength(2)
  })
})

it.each([0, -1, Number.NaN])('an interval of %s is refused, and nothing is pushed', (every) => {
  expect(() => startOtlp({ meter: openMeter(), every, env: {} })).toThrow(`every: has to be milliseconds above 0, and is ${every}`)
})
