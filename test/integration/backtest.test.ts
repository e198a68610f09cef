import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { hasPrometheus, startPrometheus } from '../helpers/prometheus.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))
const installed = hasPrometheus() && spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0
if (!installed) console.warn('SKIPPED: no prometheus with promtool on this machine; on Debian: apt-get install prometheus')

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const MINUTES = 180
/** A whole minute three hours and a bit ago: everything below is counted from here. */
const FROM = Math.floor(Date.now() / 60_000) * 60_000 - (MINUTES + 10) * 60_000

/** Samples a minute apart: 100 requests/s, of which 0.1 % fail but for ten minutes of 10 %; p95 100 ms but for ten of 4 s; a gauge that is high once. */
function recorded(): string {
  const lines = { total: '', bad: '', buckets: '', memory: '' }
  let [total, bad, fast, slow] = [0, 0, 0, 0]
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const at = FROM / 1000 + minute * 60
    total += 6000
    bad += minute >= 60 && minute < 70 ? 600 : 6
    fast += minute >= 100 && minute < 110 ? 3000 : 6000
    slow += minute >= 100 && minute < 110 ? 3000 : 0
    lines.total += `http_requests_total{status="200"} ${total - bad} ${at}\n`
    lines.bad += `http_requests_total{status="500"} ${bad} ${at}\n`
    lines.buckets += `took_seconds_bucket{le="0.5"} ${fast} ${at}\ntook_seconds_bucket{le="4"} ${fast + slow} ${at}\ntook_seconds_bucket{le="+Inf"} ${fast + slow} ${at}\n`
    lines.memory += `memory_ratio ${minute === 150 ? 0.99 : 0.5} ${at}\n`
  }
  const counters = `# TYPE http_requests counter\n${lines.total}${lines.bad}`
  const bucket = (le: string): string =>
    lines.buckets
      .split('\n')
      .filter((line) => line.includes(`le="${le}"`))
      .join('\n')
  const histogram = `# TYPE took_seconds histogram\n${bucket('0.5')}\n${bucket('4')}\n${bucket('+Inf')}\n`
  return `${counters}${histogram}# TYPE memory_ratio gauge\n${lines.memory}# EOF\n`
}

/** Types the built binary in a folder. */
async function type(folder: string, ...argv: readonly string[]) {
  const child = spawn(process.execPath, [join(home, 'bin/rollout.cjs'), ...argv], { cwd: folder, env: { PATH: process.env['PATH'] } })
  const said = { out: '', err: '' }
  child.stdout.on('data', (part: Buffer) => (said.out += String(part)))
  child.stderr.on('data', (part: Buffer) => (said.err += String(part)))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...said }
}

function plan(url: string): string {
  const metric = (name: string, what: string, critical: string): string =>
    `  ${name}: { use: prometheus, url: "${url}", ${what}, critical: "${critical}", minSamples: 10 }\n`
  return `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
targets:
  web: { use: env-file, path: web.env }
metrics:
${metric('error_rate', `ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }`, '> 5%')}${metric('latency_p95', 'quantile: { of: took_seconds, q: 0.95 }', '> 2s')}${metric('memory', 'query: memory_ratio', '> 0.9')}interval: 1m
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], metrics: [error_rate, latency_p95, memory] }
`
}

describe.skipIf(!installed)('a week in a real Prometheus', () => {
  it('a ratio, a quantile and a gauge are replayed, each with when, by what value and for how long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-backtest-'))
    closing.push(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'recorded.txt'), recorded())
    mkdirSync(join(folder, 'data'))
    const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'recorded.txt'), join(folder, 'data')], {
      encoding: 'utf8',
    })
    expect(made.status, made.stderr).toBe(0)
    const prometheus = await startPrometheus('http://127.0.0.1:1', join(folder, 'data'))
    closing.push(async () => prometheus.close())
    writeFileSync(join(folder, 'rollout.yaml'), plan(prometheus.url))
    const to = new Date(FROM + (MINUTES - 1) * 60_000).toISOString().replace('.000', '')
    const from = ['--from', new Date(FROM).toISOString().replace('.000', ''), '--json']
    const said = await type(folder, 'backtest', ...from, '--to', to)
    expect(said.code, said.out + said.err).toBe(9)
    const minute = (at: number): number => Math.round((at - FROM) / 60_000)
    const { episodes } = JSON.parse(said.out) as {
      episodes: { metric: string; does: string; at: number; until: number; text: string; worst: number }[]
    }
    expect(episodes.map(({ metric, does, at, until }) => [metric, does, minute(at), minute(until)])).toEqual([
      ['error_rate', 'rollback', 61, 69],
      ['latency_p95', 'rollback', 100, 109],
      ['memory', 'rollback', 150, 150],
    ])
    expect(episodes[0]?.text).toBe('error_rate 10% > 5% (600 of 6000), 99% sure: evidence 400:1, limit 100')
    expect(episodes[1]?.text).toMatch(/^latency_p95 3\.\ds > 2s \(6000 samples\)$/)
    expect(episodes[2]?.worst).toBe(0.99)
    const played = await type(folder, 'simulate', ...from, '--runs', '2')
    expect(played.code, played.out + played.err).toBe(0)
    const { recalled } = JSON.parse(played.out) as { recalled: { metric: string; usual: { [what: string]: number } }[] }
    expect(recalled.map(({ metric }) => metric)).toEqual(['error_rate', 'latency_p95'])
    const [errors, slow] = recalled.map(({ usual }) => usual)
    // The hour of the incident is none of what is usual; Prometheus repeats the last sample for five minutes.
    expect((errors?.['perSecond'] ?? 0) / 100).toBeCloseTo(1, 1)
    expect([errors?.['rate'], errors?.['noise']]).toEqual([expect.closeTo(0.001, 5), 0])
    expect(slow?.['seconds']).toBeGreaterThan(0.4)
  })
})
