import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import alerts from '../../../src/adapters/metrics/alerts.ts'
import { firingIn } from '../../../src/adapters/measure/firing-in.ts'
import type { Server } from '../../helpers/alertmanager.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { hasVictoria, startVictoria, startVmalert } from '../../helpers/victoria.ts'
import { LIMITS } from '../../helpers/limits.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const at = (ago: number): string => new Date(NOW - ago).toISOString()

/** An answer with one rule, `over` some of its fields. */
const answer = (over: object = {}, group: object = {}) => {
  const rule = {
    name: 'High',
    type: 'alerting',
    state: 'inactive',
    health: 'ok',
    labels: {},
    alerts: [],
    lastEvaluation: at(1000),
    ...over,
  }
  return { status: 'success', data: { groups: [{ name: 'shop', interval: 30, rules: [rule], ...group }] } }
}
const fired = (state: string) => ({ state: 'firing', alerts: [{ labels: { alertname: 'High' }, state }] })
const count = (document: unknown): number => firingIn(document, () => true, NOW).length

describe('a rule', () => {
  it.each<readonly [string, unknown, number]>([
    ['that is quiet', answer(), 0],
    ['without labels and alerts', answer({ labels: null, alerts: null }), 0],
    ['that fires', answer(fired('firing')), 1],
    ['of Grafana, that fires', answer(fired('Alerting')), 1],
    ['of Grafana, because it has no data', answer(fired('Alerting (NoData)')), 1],
    ['that shouts', answer(fired('FIRING')), 1],
    ['of Grafana, that is recovering', answer(fired('Recovering')), 1],
    ['of Grafana, that is normal', answer({ alerts: [{ labels: {}, state: 'Normal' }] }), 0],
    ['that is pending', answer({ state: 'pending', alerts: [{ labels: {}, state: 'pending' }] }), 0],
    ['that was evaluated a moment ahead of us', answer({ lastEvaluation: at(-2000) }), 0],
    ['that is evaluated every hour', answer({ lastEvaluation: at(3_600_000) }, { interval: 3600 }), 0],
    ['with an interval as it is configured', answer({ lastEvaluation: at(3_600_000) }, { interval: '1h' }), 0],
    ['with a remark of Prometheus', { ...answer(), infos: ['x'], warnings: ['PromQL warning: x'] }, 0],
  ])('%s', (_what, document, fires) => expect(count(document)).toBe(fires))

  it.each<readonly [string, unknown, string, string]>([
    ['nobody has', { status: 'success', data: { groups: [] } }, 'empty', 'no alerting rule has such labels'],
    ['that only records', answer({ type: 'recording' }), 'empty', 'no alerting rule has such labels'],
    ['without a type', answer({ type: undefined }), 'empty', 'no alerting rule has such labels'],
    ['with an error', answer({ health: 'err', lastError: 'boom\n\u001b[2J' }), 'malformed', 'the rule High is not evaluated: boom'],
    ['with an error of Grafana', answer({ health: 'error' }), 'malformed', 'the rule High is not evaluated: error'],
    ['without data', answer({ health: 'nodata' }), 'empty', 'the rule High is not evaluated: nodata'],
    ['not evaluated yet', answer({ health: 'unknown' }), 'malformed', 'the rule High is not evaluated: unknown'],
    ['never evaluated', answer({ lastEvaluation: '0001-01-01T00:00:00Z' }), 'stale', 'the rule High is evaluated no more'],
    ['evaluated no more', answer({ lastEvaluation: at(600_000) }), 'stale', 'the rule High is evaluated no more: the last time was 2026-'],
    ['that does not say when it was evaluated', answer({ lastEvaluation: null }), 'stale', 'does not say when it was evaluated last'],
    ['evaluated at no time', answer({ lastEvaluation: 'yesterday' }), 'stale', 'does not say when it was evaluated last'],
    ['evaluated tomorrow', answer({ lastEvaluation: at(-86_400_000) }), 'future', 'and it is not that late yet'],
    ['that is paused', answer({ isPaused: true }), 'empty', 'the rule High is paused'],
    ['whose state nobody knows', answer({ alerts: [{ labels: {}, state: 'Brennt' }] }), 'malformed', '"Brennt", and nobody knows'],
    ['normal for want of data', answer({ alerts: [{ labels: {}, state: 'Normal (NoData)' }] }), 'malformed', 'nobody knows'],
    ['of Grafana, without data', answer({ alerts: [{ labels: {}, state: 'NoData' }] }), 'malformed', 'nobody knows'],
    ['of Grafana, in error', answer({ alerts: [{ labels: {}, state: 'Error' }] }), 'malformed', 'nobody knows'],
    ['that fires without an alert', answer({ state: 'firing' }), 'malformed', 'the rule High fires, and lists nothing that does'],
    ['whose own state nobody knows', answer({ state: 'on fire' }), 'malformed', 'nobody knows'],
    ['in an incomplete answer', { ...answer(), warnings: ['rule store down'] }, 'partial', 'the answer is incomplete'],
    ['on the first of several pages', { status: 'success', data: { ...answer().data, groupNextToken: 'x' } }, 'partial', 'only some'],
    ['in an answer that failed', { status: 'error', data: answer().data }, 'malformed', 'not that of a Prometheus'],
    ['in nothing', { status: 'success', data: null }, 'malformed', 'not that of a Prometheus'],
  ])('%s is no evidence', (_what, document, reason, detail) => {
    expect(() => count(document)).toThrow(expect.objectContaining({ reason, message: expect.stringContaining(detail) as string }) as Error)
  })
})

describe.skipIf(!hasVictoria())('a real vmalert (Debian package victoria-metrics)', () => {
  const RECORDING = `groups: [{ name: shop, rules: [{ record: 'job:x', expr: 'vector(1)' }] }]\n`
  const ALERTING = `groups:
  - name: shop
    rules:
      - { record: 'job:x', expr: 'vector(1)' }
      - { alert: Always, expr: 'vector(1) > 0', labels: { service: shop } }
      - { alert: Later, expr: 'vector(1) > 0', for: 1h, labels: { service: shop } }
      - { alert: Never, expr: 'vector(0) > 1', labels: { service: calm } }
`
  const servers: Server[] = []
  const started = async (starting: Promise<Server>): Promise<Server> => {
    const server = await starting
    servers.push(server)
    return server
  }
  const read = async (url: string, match: object = {}) => alerts.read(await checked(alerts, { of: 'prometheus', url, match }), lend('/'))
  let store: Server
  beforeAll(async () => {
    store = await started(startVictoria())
  })
  afterAll(async () => {
    await Promise.all(servers.map(async (each) => each.close()))
  })

  it('with alerting rules counts what fires, and knows nothing once its store is gone', async () => {
    const own = await started(startVictoria())
    const { url } = await started(startVmalert(own.url, ALERTING))
    const calm = { service: 'calm' }
    await vi.waitFor(
      async () => expect(await read(url, { service: 'shop' })).toEqual({ is: 'value', value: 1, note: 'Always' }),
      LIMITS.wait,
    )
    await vi.waitFor(async () => expect(await read(url, calm)).toEqual({ is: 'value', value: 0 }), LIMITS.wait)
    await own.close()
    await vi.waitFor(async () => expect(read(url, calm)).rejects.toThrow('the rule Never is not evaluated: '), LIMITS.wait)
  })

  it('with recording rules alone is no evidence', async () => {
    const { url } = await started(startVmalert(store.url, RECORDING))
    await expect(read(url)).rejects.toThrow('no alerting rule has such labels')
  })
})
