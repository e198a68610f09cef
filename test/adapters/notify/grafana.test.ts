import { expect, it } from 'vitest'
import grafana from '../../../src/adapters/notify/grafana.ts'
import { AT, openInbox, send } from '../../helpers/inbox.ts'

it('grafana: an annotation whose text, which is read as HTML, holds none', async () => {
  const inbox = await openInbox()
  await send(
    grafana,
    { url: `${inbox.url}/`, bearer: 'glsa_token', dashboard: 'abc', panel: 2, tags: ['canary'] },
    { text: `<img onerror="x"> 'a' & b` },
  )
  expect(inbox.received[0]).toMatchObject({ method: 'POST', path: '/api/annotations', headers: { authorization: 'Bearer glsa_token' } })
  expect(inbox.json()).toEqual([
    {
      time: AT,
      tags: ['rollout', 'shop', 'rolled-back', 'production', 'canary'],
      text: '<b>shop@production rolled back</b><br>&lt;img onerror=&quot;x&quot;&gt; &#39;a&#39; &amp; b',
      dashboardUID: 'abc',
      panelId: 2,
    },
  ])
})
