import { afterEach, describe, expect, it } from 'vitest'
import { parseExposition } from '../../../src/adapters/measure/exposition.ts'
import { pushTimesIn } from '../../../src/adapters/measure/pushed.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { hasPrometheus, startPrometheus } from '../../helpers/prometheus.ts'
import { hasPushgateway, startPushgateway } from '../../helpers/pushgateway.ts'
import { serve } from '../../helpers/shell.ts'
import { until } from '../../helpers/until.ts'

it('a sample was pushed with the group that it shares most labels with', () => {
  const all = parseExposition(`push_time_seconds{instance="",job="shop"} 100
push_time_seconds{instance="",job="shop",zone="b"} 200
push_time_seconds{instance="",job="other"} 300
errors{instance="",job="shop",kind="x"} 1
errors{instance="",job="shop",zone="b"} 2
errors{job="scraped"} 3
`)
  const errors = all.filter(({ name }) => name === 'errors')
  expect(errors.map(pushTimesIn(all))).toEqual([100_000, 200_000, undefined])
})

it('a page is looked through once, however many samples it has', () => {
  let looks = 0
  const all = Array.from({ length: 1000 }, () => ({
    get name() {
      looks += 1
      return 'errors'
    },
    labels: {},
    value: 1,
  }))
  all.map(pushTimesIn(all))
  expect(looks).toBe(1000)
})

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()))
})

describe.skipIf(!hasPushgateway() || !hasPrometheus())('a real Pushgateway (Debian package prometheus-pushgateway)', () => {
  it('shows a number for ever, that is as old as the push', async () => {
    const gateway = await startPushgateway()
    closing.push(async () => gateway.close())
    const body = 'shop_errors 3\nshop_requests_total 100\nshop_errors_total 2\n'
    expect((await fetch(`${gateway.url}/metrics/job/nightly`, { method: 'POST', body })).status).toBe(200)
    const page = await (await fetch(`${gateway.url}/metrics`)).text()
    const pushed = Number(/^push_time_seconds\{.*\} (.*)$/m.exec(page)?.[1]) * 1000
    expect(pushed).toBeGreaterThan(1.7e12)
    const ratio = { bad: 'shop_errors_total', total: 'shop_requests_total' }
    const url = `${gateway.url}/metrics`
    expect(await readOnce({ use: 'openmetrics', url, value: 'shop_errors' })).toEqual({ is: 'value', value: 3, at: pushed })
    expect(await readOnce({ use: 'openmetrics', url, ratio })).toMatchObject({ is: 'ratio', at: pushed })

    const prometheus = await startPrometheus(gateway.url)
    closing.push(async () => prometheus.close())
    const read = async (options: object) => readOnce({ use: 'prometheus', url: prometheus.url, ...options })
    await until('it has scraped', async () => (await read({ query: 'shop_errors' })).is === 'value')
    expect(await read({ query: 'shop_errors' })).toEqual({ is: 'value', value: 3, at: pushed })
    expect(await read({ query: 'sum(shop_errors) > 0' })).toEqual({ is: 'value', value: 3, at: pushed })
    expect(await read({ ratio })).toMatchObject({ is: 'ratio', at: pushed })
    // What is scraped beside it is as new as the scrape.
    const own = await read({ query: 'pushgateway_build_info' })
    expect(own.is === 'value' && own.at).toBeGreaterThan(pushed)
  })
})

it('an old push is not made new by a scrape that honours its labels', async () => {
  const page = `push_time_seconds{instance="",job="nightly"} 1600000000\nerrors{instance="",job="nightly"} 0\nup_to_date 1\n`
  const url = await serve((_, response) => response.end(page))
  expect(await readOnce({ use: 'openmetrics', url, value: 'errors' })).toEqual({ is: 'value', value: 0, at: 1.6e12 })
  const fresh = await readOnce({ use: 'openmetrics', url, value: 'up_to_date' })
  expect(fresh.is === 'value' && fresh.at).toBeGreaterThan(1.7e12)
})
