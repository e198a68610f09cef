import { expect, it } from 'vitest'
import cloudevents from '../../../src/adapters/notify/cloudevents.ts'
import { openInbox, send } from '../../helpers/inbox.ts'

it('cloudevents: the structured mode of CloudEvents over HTTP', async () => {
  const inbox = await openInbox()
  inbox.answer = 204
  await send(cloudevents, { url: `${inbox.url}/broker`, headers: { 'x-tenant': 'shop' } })
  expect(inbox.received[0]).toMatchObject({
    method: 'POST',
    path: '/broker',
    headers: { 'content-type': 'application/cloudevents+json', 'x-tenant': 'shop' },
  })
  expect(inbox.json()).toMatchObject([
    { specversion: '1.0', id: 'id-3/rolled-back', type: 'dev.cdevents.incident.detected.0.2.0', data: { subject: { type: 'incident' } } },
  ])
})
