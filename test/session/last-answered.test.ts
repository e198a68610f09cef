import { afterEach, describe, expect, it } from 'vitest'
import { openMeter } from '../../src/sdk/metrics.ts'
import { openToggles } from '../../src/sdk/index.ts'
import { lastAnswered } from '../../src/session/last-answered.ts'
import { readPlan } from '../../src/session/project.ts'
import { hasPrometheus, startPrometheus } from '../helpers/prometheus.ts'
import { fakeShell, serve, sessionOf } from '../helpers/shell.ts'
import { until } from '../helpers/until.ts'

if (!hasPrometheus()) console.warn('SKIPPED: no prometheus on this machine; on Debian: apt-get install prometheus')

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An application that asks for two toggles by the SDK, and has never heard of a third. */
async function application(): Promise<string> {
  const meter = openMeter()
  const toggles = openToggles({ env: { FEATURE_A: '100%', FEATURE_B: 'false' }, meter })
  closing.push(() => toggles.close())
  return serve((_, response) => {
    toggles.isEnabled('FEATURE_A', 'ada')
    toggles.isEnabled('FEATURE_B', 'ada')
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(meter.text())
  })
}

async function answered(metric: string) {
  const plan = `version: 1
name: shop
toggles:
  FIRST: { variable: FEATURE_A, targets: [web] }
  FEATURE_B: { targets: [web] }
  FEATURE_C: { targets: [web] }
targets: { web: { use: env-file, path: web.env, create: true } }
metrics: { errors: ${metric} }
phases: [{ phase: core, toggles: [FIRST, FEATURE_B, FEATURE_C], steps: [100%] }]
`
  const session = sessionOf(fakeShell({ files: { 'rollout.yaml': plan } }))
  return lastAnswered(session, await readPlan(session))
}

const now = { on: expect.closeTo(Date.now(), -5) }

describe('when toggles were last answered', () => {
  it('is told by an application with the SDK', async () => {
    const url = await application()
    const { toggles, problems } = await answered(`{ use: openmetrics, url: "${url}/metrics", value: up }`)
    expect([...toggles.keys()]).toEqual(['FIRST', 'FEATURE_B'])
    expect(toggles.get('FIRST')).toEqual(now)
    expect(toggles.get('FEATURE_B')).toEqual({ off: now.on })
    expect(problems).toEqual([])
  })

  it.runIf(hasPrometheus())('is remembered by Prometheus', async () => {
    const prometheus = await startPrometheus(await application())
    closing.push(async () => prometheus.close())
    const metric = `{ use: prometheus, url: "${prometheus.url}", query: "up" }`
    await until('both are known', async () => (await answered(metric)).toggles.size === 2)
    expect((await answered(metric)).toggles.get('FEATURE_B')).toEqual({ off: now.on })
  })

  it('is not known of other applications, and of none that does not answer', async () => {
    const other = await serve((_, response) => response.end('up 1\n'))
    expect(await answered(`{ use: openmetrics, url: "${other}/metrics", value: up }`)).toEqual({ toggles: new Map(), problems: [] })
    const { toggles, problems } = await answered('{ use: openmetrics, url: "http://127.0.0.1:1/metrics", value: up }')
    expect(toggles.size).toBe(0)
    expect(problems[0]).toContain('errors does not tell when toggles were last asked: ')
  })
})
