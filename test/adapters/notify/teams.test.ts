import { describe, expect, it } from 'vitest'
import teams from '../../../src/adapters/notify/teams.ts'
import { NASTY, openInbox, send } from '../../helpers/inbox.ts'

describe('teams', () => {
  it('is an Adaptive Card for a workflow, with texts that are not read as Markdown', async () => {
    const inbox = await openInbox()
    inbox.answer = 202
    await send(teams, { url: `${inbox.url}/workflows/x/triggers/manual/paths/invoke?sig=s` }, { text: NASTY })
    expect(inbox.received[0]?.path).toBe('/workflows/x/triggers/manual/paths/invoke?sig=s')
    const run = (text: string) => ({ type: 'RichTextBlock', inlines: [expect.objectContaining({ type: 'TextRun', text })] })
    expect(inbox.json()).toEqual([
      {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              // A TextBlock reads Markdown; a TextRun does not (learn.microsoft.com/adaptive-cards, text features).
              body: [run('shop@production rolled back'), run(NASTY), run('rollout explain --env production')],
              msteams: { width: 'Full' },
            },
          },
        ],
      },
    ])
  })
})
