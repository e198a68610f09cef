import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { openMetrics } from '../../src/adapters/open.ts'
import { openDemoWorld, type DemoFault } from '../../src/demo/world.ts'
import { hasPrometheus, startPrometheus } from '../helpers/prometheus.ts'
import { lend } from '../helpers/loan.ts'
import { planOf } from '../helpers/metrics.ts'
import { until } from '../helpers/until.ts'

const encode = (query: Record<string, string>): string => new URLSearchParams(query).toString()
const home = fileURLToPath(new URL('../..', import.meta.url))
const installed = hasPrometheus()
if (!installed) console.warn('SKIPPED: no prometheus on this machine; on Debian: apt-get install prometheus')

const TOTAL = 'rollout_toggle_calls_total{toggle="FEATURE_AI_GENERATION"}'
const BAD = 'rollout_toggle_calls_total{toggle="FEATURE_AI_GENERATION",outcome!="ok"}'
/** An outcome that no call has come to yet: of many client libraries a counter of errors begins with the first one. */
const UNSEEN = 'rollout_toggle_calls_total{toggle="FEATURE_AI_GENERATION",outcome="crash"}'

function plan(url: string, bad = BAD): string {
  return `version: 1
name: shop
toggles:
  FEATURE_AI_GENERATION: { targets: [web] }
targets:
  web: { use: env-file, path: deploy/web.env }
metrics:
  error_rate:
    use: prometheus
    url: ${url}
    ratio: { bad: '${bad}', total: '${TOTAL}' }
    success: "< 1%"
    critical: "> 5%"
    minSamples: 100
  latency_p95:
    use: prometheus
    url: ${url}
    quantile: { of: 'rollout_toggle_call_duration_seconds{toggle="FEATURE_AI_GENERATION"}', q: 0.95 }
    critical: "> 2s"
    minSamples: 100
interval: 500ms
phases:
  - { phase: core, toggles: [FEATURE_AI_GENERATION], steps: [25%, 100%], hold: 2s, metrics: [error_rate, latency_p95] }
`
}

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** The shop with users, a Prometheus that has scraped it twice, and a plan beside them. */
async function setUp(fault: DemoFault) {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-promql-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  const world = await openDemoWorld({ folder, fault, home, signal: new AbortController().signal })
  closing.push(async () => world.close())
  const prometheus = await startPrometheus(world.url)
  closing.push(async () => prometheus.close())
  writeFileSync(join(folder, 'rollout.yaml'), plan(prometheus.url))
  const [total] = await openMetrics(
    planOf({ use: 'prometheus', url: prometheus.url, query: 'sum(count_over_time(up[1m]))' }),
    ['m'],
    lend(folder),
  )
  await until('Prometheus has scraped the application twice', async () => {
    const reading = await total?.read(new AbortController().signal)
    return reading?.is === 'value' && reading.value >= 2
  })
  return { folder, world, prometheus }
}

/** The real binary. */
async function rollout(folder: string, ...argv: readonly string[]) {
  const child = spawn(process.execPath, [join(home, 'bin/rollout.cjs'), ...argv], { cwd: folder, env: { PATH: process.env['PATH'] } })
  const said = { out: '', err: '' }
  child.stdout.on('data', (part: Buffer) => (said.out += String(part)))
  child.stderr.on('data', (part: Buffer) => (said.err += String(part)))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...said }
}

describe.skipIf(!installed)('a real Prometheus', () => {
  it('drives a rollout to its end; an errors-only query is empty all the while and counts as no errors', async () => {
    const { folder, world, prometheus } = await setUp('none')
    writeFileSync(join(folder, 'rollout.yaml'), plan(prometheus.url, UNSEEN))
    expect((await rollout(folder, 'start', '--yes')).code).toBe(0)
    const run = await rollout(folder, 'run', '--no-input')
    expect(run.code, run.out + run.err).toBe(0)
    expect(readFileSync(world.envFile, 'utf8')).toContain('FEATURE_AI_GENERATION=true')

    const answer = await fetch(`${prometheus.url}/api/v1/query?${encode({ query: `sum(rate(${UNSEEN}[1m])) / sum(rate(${TOTAL}[1m]))` })}`)
    expect(await answer.json()).toMatchObject({ status: 'success', data: { resultType: 'vector', result: [] } })
    const ratio = { bad: UNSEEN, total: TOTAL }
    const [metric] = await openMetrics(planOf({ use: 'prometheus', url: prometheus.url, ratio }), ['m'], lend(folder))
    const reading = await metric?.read(new AbortController().signal)
    expect(reading).toMatchObject({ is: 'ratio', bad: {} })
    expect(reading?.is === 'ratio' && Object.keys(reading.total)).toHaveLength(6)
  })

  it('compares users with the toggle and users without, without a threshold, and says by how much', async () => {
    const { folder, world, prometheus } = await setUp('errors')
    writeFileSync(
      join(folder, 'rollout.yaml'),
      plan(prometheus.url)
        .replace(/ {4}success: .*\n {4}critical: .*\n/, `    on: 'answer="on"'\n    off: 'answer="off"'\n`)
        .replace(/ {4}critical: "> 2s"\n/, `    on: 'answer="on"'\n    off: 'answer="off"'\n    toggle: FEATURE_AI_GENERATION\n`)
        // Three polls without traffic of a group pause it: a server that is slow for a moment must not look like that.
        .replace('interval: 500ms', 'interval: 2s'),
    )
    expect((await rollout(folder, 'plan')).out).toMatch(
      /core: at most 1% of releases up to 1\.1× as bad are rolled back, at most 5% of those 1\.5× as bad/,
    )
    expect((await rollout(folder, 'start', '--yes')).code).toBe(0)
    const run = await rollout(folder, 'run', '--no-input', '--exit-on-pause')
    expect(run.code, run.out + run.err).toBe(9)
    expect(readFileSync(world.envFile, 'utf8')).toContain('FEATURE_AI_GENERATION=false')
    expect(run.out).toMatch(
      /rollback FEATURE_AI_GENERATION 25% → 0% +(error_rate|latency_p95 > \S+) on \d+\/\d+ \([\d.]+%\) vs off \d+\/\d+ \([\d.]+%\): at least [\d.]+× worse, 99% sure/,
    )
    const [, spoken = ''] = /→ 0% +(\w+)/.exec(run.out) ?? []
    expect((await rollout(folder, 'explain', spoken)).out).toMatch(/: toggle on \d+ of \d+ .*, off \d+ of \d+ .*; evidence of harm/)
  })

  it('rolls back by itself, and says by what value, comparison and counts', async () => {
    const { folder, world } = await setUp('errors')
    expect((await rollout(folder, 'start', '--yes')).code).toBe(0)
    const run = await rollout(folder, 'run', '--no-input')
    expect(run.code, run.out + run.err).toBe(9)
    expect(readFileSync(world.envFile, 'utf8')).toContain('FEATURE_AI_GENERATION=false')
    const { out } = await rollout(folder, 'history')
    expect(out).toMatch(
      /rollback FEATURE_AI_GENERATION 25% → 0% +error_rate [\d.]+% > 5% \(\d+ of \d+\), 99% sure: evidence .*:1, limit 100 auto/,
    )
  })
})
