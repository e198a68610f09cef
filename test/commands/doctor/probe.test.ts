import { describe, expect, it } from 'vitest'
import { DEAD, examined, healthy, off } from '../../helpers/doctor.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, serve, shop } from '../../helpers/shell.ts'

describe('metrics, read twice', () => {
  it.each([
    [{ requests: 100, errors: 0 }, 'ok', '0% < 1% (0 of 100)'],
    [{ requests: 100, errors: 9 }, 'warning', 'critical already: 9% > 5% (9 of 100)'],
    [{ requests: 0, errors: 0 }, 'warning', 'nothing was counted for 2.0s'],
    [{ requests: 4, errors: 0 }, 'ok', 'few-samples: 4 of 10 samples'],
  ])('%j: %s', async (traffic, level, text) => {
    const { outcome, of } = await examined(await healthy({}, traffic))
    expect(of('metric error_rate')[0]).toMatchObject({ level, text: text.replace('2.0s', '2s') })
    expect(outcome).toBe('done')
  })

  it('says of a command that fails what of the environment it sees', async () => {
    const plan = plainPlan('http://localhost').replace(
      /use: openmetrics\n.*url: .*\n.*ratio: .*\n/,
      `use: command\n    run: [sh, -c, "exit 3"]\n`,
    )
    const { of } = await examined(fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plan, ...off } }))
    expect(of('metric error_rate')).toMatchObject([
      { level: 'failed', text: 'unreachable: sh exited with 3', hint: expect.stringContaining('what pass: names') },
    ])
  })

  it('warns when the samples of a step take longer than its hold', async () => {
    const url = await shop({ requests: 4, errors: 0 })
    const plan = plainPlan(url).replace('minSamples: 10', 'minSamples: 200')
    const { of } = await examined(fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plan, ...off } }))
    expect(of('metric error_rate')[1]).toMatchObject({
      level: 'warning',
      text: '2 requests/s: 200 samples take about 1m40s, longer than the shortest hold (1m)',
    })
  })

  it('is content when they do not', async () => {
    const { of } = await examined(await healthy())
    expect(of('metric error_rate')[1]).toMatchObject({ level: 'ok', text: '50 requests/s: 10 samples take about 200ms' })
  })

  it.each([
    ['without its series', ''],
    ['without a call', 'compared_total{outcome="same"} 0\n'],
  ])('is content with a shadow that compares nothing yet, %s', async (_, more) => {
    const url = await serve((__, response) => response.end(`http_requests_total{status="200"} 100\n${more}`))
    const shadow = `  shadow: { use: openmetrics, url: "${url}", ratio: { bad: 'compared_total{outcome!="same"}', total: compared_total }, critical: "> 1%" }\n`
    const plan = plainPlan(url).replace('interval:', `${shadow}interval:`).replace('steps:', 'shadow: 5%, steps:')
    const { of } = await examined(fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plan, ...off } }))
    expect(of('metric shadow')).toEqual([
      { what: 'metric shadow', level: 'ok', text: 'compares nothing yet: the step of its shadow begins that' },
    ])
  })

  it('warns of a metric that answers only now and then', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      if (request.url === '/metrics' && (asked += 1) === 1) response.statusCode = 404
      response.end('http_requests_total{status="200"} 100\n')
    })
    const { of } = await examined(
      fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plainPlan(`${url}/metrics`), ...off } }),
    )
    expect(of('metric error_rate')).toMatchObject([
      { level: 'warning', text: expect.stringContaining('answered only once of two reads: unreachable: the scrape answered 404') },
    ])
  })

  it('suggests vector(0) for a query that is empty while nothing fails', async () => {
    const url = await serve((_, response) => response.end('{"status":"success","data":{"resultType":"vector","result":[]}}'))
    const query = 'sum(rate(r{code="500"}[1m])) / sum(rate(r[1m]))'
    const plan = plainPlan(url)
      .replace('openmetrics', 'prometheus')
      .replace(/ratio: .*/, `query: '${query}'`)
    const { outcome, of } = await examined(fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plan, ...off } }))
    expect(of('metric error_rate')).toMatchObject([
      {
        level: 'warning',
        hint: 'ratio: { bad, total } reads both sides; or (sum(rate(r{code="500"}[1m])) or vector(0)) / sum(rate(r[1m]))',
      },
      { level: 'failed', text: 'empty: the query matches no series' },
    ])
    expect(outcome).toBe('unreachable')
  })
})

describe('clocks', () => {
  it.each([
    [0, 'ok', 'agrees with that of metric error_rate'],
    [40_000, 'warning', "behind this machine's"],
    [-40_000, 'warning', "ahead of this machine's"],
  ])('a machine that is %d ms ahead: %s', async (ahead, level, text) => {
    const { of } = await examined(await healthy({ clock: fakeClock(Date.now() + ahead) }))
    expect(of('clock')).toMatchObject([{ level, text: expect.stringContaining(text) }])
  })

  it('asks each server once, and says nothing when it does not answer', async () => {
    const { of } = await examined(fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plainPlan(DEAD), ...off } }))
    expect(of('clock')).toEqual([])
  })
})

describe('the network', () => {
  it('tells by which proxy a metric is asked, and which file of authorities is gone', async () => {
    const plan = plainPlan('http://metrics.corp.invalid/metrics')
    const env = { HTTP_PROXY: 'http://ana:canary@127.0.0.1:1', SSL_CERT_FILE: '/nowhere/ca.pem', NODE_EXTRA_CA_CERTS: '' }
    const { rows, of } = await examined(fakeShell({ clock: fakeClock(Date.now()), env, files: { 'rollout.yaml': plan, ...off } }))
    expect(of('metric error_rate')[0]).toMatchObject({ level: 'ok', text: 'is asked through the proxy http://127.0.0.1:1 (HTTP_PROXY)' })
    expect(of('authorities')).toMatchObject([{ level: 'warning', text: expect.stringContaining('SSL_CERT_FILE') }])
    expect(JSON.stringify(rows)).not.toContain('canary')
  })
})
