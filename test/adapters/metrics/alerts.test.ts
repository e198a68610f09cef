import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import alerts from '../../../src/adapters/metrics/alerts.ts'
import type { Measured } from '../../../src/core/values/reading.ts'
import { hasAlertmanager, startAlertmanager, startRules, type Server } from '../../helpers/alertmanager.ts'
import { openInbox } from '../../helpers/inbox.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { hasPrometheus } from '../../helpers/prometheus.ts'
import { LIMITS } from '../../helpers/limits.ts'

const read = async (options: object): Promise<Measured> => alerts.read(await checked(alerts, options), lend('/'))

describe.skipIf(!hasAlertmanager())('a real Alertmanager (Debian package prometheus-alertmanager)', () => {
  let server: Server
  const fire = async (...all: readonly Record<string, string>[]): Promise<void> => {
    const body = JSON.stringify(all.map((labels) => ({ labels })))
    const answer = await fetch(`${server.url}/api/v2/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(200)
  }
  beforeAll(async () => {
    server = await startAlertmanager()
  })
  afterAll(async () => server.close())

  it('counts what fires with these labels, and names it', async () => {
    const given = { url: server.url, match: { service: 'shop', severity: ['critical', 'page'] } }
    expect(await read(given)).toEqual({ is: 'value', value: 0 })
    await fire(
      { alertname: 'HighErrorRate', service: 'shop', severity: 'critical', instance: 'a' },
      { alertname: 'HighErrorRate', service: 'shop', severity: 'critical', instance: 'b' },
      { alertname: 'Down', service: 'shop', severity: 'page' },
      { alertname: 'SlowQuery', service: 'shop', severity: 'warning' },
      { alertname: 'Down', service: 'other', severity: 'page' },
    )
    await vi.waitFor(async () => expect(await read(given)).toEqual({ is: 'value', value: 3, note: 'Down, HighErrorRate ×2' }), LIMITS.wait)
  })

  it('does not count what somebody has silenced', async () => {
    await fire({ alertname: 'Known', service: 'silenced' })
    const given = { url: server.url, match: { service: 'silenced' } }
    await vi.waitFor(async () => expect(await read(given)).toMatchObject({ value: 1 }), LIMITS.wait)
    const matchers = [{ name: 'alertname', value: 'Known', isRegex: false, isEqual: true }]
    const silence = {
      matchers,
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 600_000).toISOString(),
      createdBy: 'ana',
      comment: 'x',
    }
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${server.url}/api/v2/silences`, { method: 'POST', headers, body: JSON.stringify(silence) })).status).toBe(200)
    await vi.waitFor(async () => expect(await read(given)).toEqual({ is: 'value', value: 0 }), LIMITS.wait)
  })

  it('without the watchdog nothing is known: silence is no health', async () => {
    const given = { url: server.url, match: { service: 'quiet' }, watchdog: 'Watchdog' }
    await expect(read(given)).rejects.toThrow('Watchdog does not fire: nobody evaluates the rules')
    await fire({ alertname: 'Watchdog' })
    await vi.waitFor(async () => expect(await read(given)).toEqual({ is: 'value', value: 0 }), LIMITS.wait)
  })
})

describe.skipIf(!hasPrometheus())('a real Prometheus (Debian package prometheus)', () => {
  let server: Server
  beforeAll(async () => {
    server = await startRules(`groups:
  - name: shop
    rules:
      - { alert: Always, expr: 'vector(1)', labels: { service: shop, severity: critical } }
      - { alert: Later, expr: 'vector(1)', for: 1h, labels: { service: shop, severity: critical } }
      - { alert: Never, expr: 'vector(0) > 1', labels: { service: calm } }
      - { alert: Broken, expr: 'label_replace(vector(1), "__name__", "a", "", "") or on() (vector(1) * on() group_left() (label_replace(vector(1), "x", "1", "", "") or label_replace(vector(1), "x", "2", "", "")))', labels: { service: broken } }
`)
  })
  afterAll(async () => server.close())

  it('counts what fires, and not what is only pending', async () => {
    const given = { of: 'prometheus', url: server.url, match: { service: 'shop' } }
    await vi.waitFor(async () => expect(await read(given)).toEqual({ is: 'value', value: 1, note: 'Always' }), LIMITS.wait)
    await vi.waitFor(
      async () => expect(await read({ ...given, match: { service: 'calm' } })).toEqual({ is: 'value', value: 0 }),
      LIMITS.wait,
    )
  })

  it('labels that no rule has are no evidence of health', async () => {
    await expect(read({ of: 'prometheus', url: server.url, match: { service: 'shpo' } })).rejects.toThrow(
      'no alerting rule has such labels',
    )
  })

  it('a rule that cannot be evaluated is none either', async () => {
    const given = { of: 'prometheus', url: server.url, match: { service: 'broken' } }
    await vi.waitFor(async () => expect(read(given)).rejects.toThrow('the rule Broken is not evaluated: '), LIMITS.wait)
  })
})

describe('what is no answer', () => {
  it.each([
    ['alertmanager', 200, '{"status":"success"}', 'the answer is not that of an Alertmanager'],
    ['alertmanager', 200, '<html>', 'the answer is HTML, not JSON'],
    ['alertmanager', 503, '[]', 'alertmanager answered 503'],
    ['prometheus', 200, '[]', 'the answer is not that of a Prometheus'],
    ['prometheus', 200, '{"status":"error","data":{"groups":[]}}', 'the answer is not that of a Prometheus'],
  ])('%s with %s %s', async (of, answer, says, error) => {
    const inbox = await openInbox()
    Object.assign(inbox, { answer, says })
    await expect(read({ of, url: inbox.url })).rejects.toThrow(error)
  })
})
