import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import alertmanager from '../../../src/adapters/notify/alertmanager.ts'
import { hasAlertmanager, startAlertmanager, type Server } from '../../helpers/alertmanager.ts'
import { NASTY, openInbox, send } from '../../helpers/inbox.ts'
import { LIMITS } from '../../helpers/limits.ts'

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

describe.skipIf(!hasAlertmanager())('a real Alertmanager (Debian package prometheus-alertmanager)', () => {
  let server: Server
  beforeAll(async () => {
    server = await startAlertmanager()
  })
  afterAll(async () => server.close())
  const alerts = async (rollout: string): Promise<readonly Alert[]> => {
    const all = (await (await fetch(`${server.url}/api/v2/alerts`)).json()) as readonly Alert[]
    return all.filter(({ labels }) => labels['rollout'] === rollout)
  }

  it('takes a rollback, what follows it as the same alert, and its end', async () => {
    const given = { url: server.url, labels: { severity: 'page', team: 'shop' }, lasts: '2h' }
    const at = Date.now() - 60_000
    await send(alertmanager, given, { at, kind: 'paused', title: 'shop paused' })
    await send(alertmanager, given, { at: at + 5000, text: NASTY })
    await vi.waitFor(
      async () => expect((await alerts('shop')).map(({ annotations }) => annotations['event'])).toEqual(['rolled-back']),
      10_000,
    )
    const [alert] = await alerts('shop')
    expect(alert?.labels).toEqual({
      alertname: 'RolloutStopped',
      rollout: 'shop',
      environment: 'production',
      severity: 'page',
      team: 'shop',
    })
    expect(alert?.annotations).toMatchObject({ summary: 'shop@production rolled back', description: NASTY })
    expect([Date.parse(alert?.startsAt ?? ''), Date.parse(alert?.endsAt ?? '')]).toEqual([at, at + 5000 + 7_200_000])
    await send(alertmanager, given, { kind: 'resumed', alert: 'closes' })
    await vi.waitFor(async () => expect(await alerts('shop')).toEqual([]), LIMITS.wait)
  })

  it('tells rollouts apart', async () => {
    const at = Date.now()
    await send(alertmanager, { url: server.url }, { at, rollout: 'one' })
    await send(alertmanager, { url: server.url }, { at, rollout: 'two' })
    await send(alertmanager, { url: server.url }, { kind: 'completed', alert: 'closes', rollout: 'one' })
    await vi.waitFor(async () => expect([(await alerts('one')).length, (await alerts('two')).length]).toEqual([0, 1]), LIMITS.wait)
  })

  it('says what it said', async () => {
    await expect(send(alertmanager, { url: server.url, labels: { severity: '' } }, { rollout: '' })).resolves.toBeUndefined()
    await expect(send(alertmanager, { url: `${server.url}/nowhere` })).rejects.toThrow(`${server.url} answered 404`)
  })
})

it('what is no alarm is not sent, and a test is over at once', async () => {
  const inbox = await openInbox()
  await send(alertmanager, { url: inbox.url }, { kind: 'advanced', alert: 'none' })
  expect(inbox.received).toEqual([])
  await send(alertmanager, { url: inbox.url }, { kind: 'test', alert: 'none', at: 0 })
  expect(inbox.json()).toMatchObject([[{ labels: { alertname: 'RolloutTest', severity: 'critical' }, endsAt: '1970-01-01T00:00:00.000Z' }]])
})
