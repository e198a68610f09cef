import { describe, expect, it } from 'vitest'
import pagerduty from '../../../src/adapters/notify/pagerduty.ts'
import { AT, openInbox, send } from '../../helpers/inbox.ts'

const timestamp = new Date(AT).toISOString()

describe('pagerduty', () => {
  it('a rollback triggers, going on resolves the same incident, a step pages nobody', async () => {
    const inbox = await openInbox()
    inbox.answer = 202
    const given = { key: 'routing-key', url: inbox.url }
    await send(pagerduty, given)
    await send(pagerduty, given, { kind: 'resumed', alert: 'closes', severity: 'info' })
    await send(pagerduty, given, { kind: 'advanced', alert: 'none', severity: 'info', title: 'shop@production advanced' })
    const details = {
      id: 'id-3/rolled-back',
      phase: 'core',
      step: '1 of 2',
      actor: 'auto',
      environment: 'production',
      next: 'rollout explain --env production',
    }
    expect(inbox.received.map(({ path }) => path)).toEqual(['/v2/enqueue', '/v2/enqueue', '/v2/change/enqueue'])
    expect(inbox.json()).toEqual([
      {
        routing_key: 'routing-key',
        event_action: 'trigger',
        dedup_key: 'rollout/shop@production',
        payload: {
          summary: 'shop@production rolled back: A 10% → 0%: errors 7.8% > 5% (94 of 1204)',
          timestamp,
          source: 'shop',
          severity: 'critical',
          class: 'rolled-back',
          custom_details: { ...details, event: 'rolled-back' },
        },
      },
      { routing_key: 'routing-key', event_action: 'resolve', dedup_key: 'rollout/shop@production' },
      {
        routing_key: 'routing-key',
        payload: {
          summary: 'shop@production advanced: A 10% → 0%: errors 7.8% > 5% (94 of 1204)',
          timestamp,
          source: 'shop',
          custom_details: { ...details, event: 'advanced' },
        },
      },
    ])
  })

  it('keeps to the lengths of the API', async () => {
    const inbox = await openInbox()
    await send(pagerduty, { key: 'k', url: inbox.url }, { text: 'x'.repeat(1_000_000), key: 'y'.repeat(500) })
    const [sent] = inbox.json<{ dedup_key: string; payload: { summary: string } }>()
    expect([sent?.dedup_key.length, sent?.payload.summary.length]).toEqual([255, 1024])
  })
})
