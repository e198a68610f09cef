import { z } from 'zod'
import type { Message } from '../../core/values/message.ts'
import { channel } from '../define.ts'
import { post, secretUrl } from '../http/post.ts'

const COLORS: { readonly [severity in Message['severity']]: string } = {
  info: 'default',
  warning: 'warning',
  error: 'attention',
  critical: 'attention',
}

/**
 * An Adaptive Card for a Microsoft Teams workflow, "when a Teams webhook request is received" (the connectors before it are
 * retired). Every text is a `TextRun`: there, unlike in a `TextBlock`, nothing is Markdown.
 */
export default channel({
  options: z.strictObject({ url: secretUrl.describe('The URL of the workflow: ${NAME}, because whoever knows it may post') }),
  send: async ({ url }, message, loan) => {
    const { title, text, severity, next } = message
    const run = (written: string, more = {}) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: written, ...more }] })
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: [
        run(title, { weight: 'bolder', size: 'medium', color: COLORS[severity] }),
        run(text),
        run(next, { fontType: 'monospace', isSubtle: true }),
      ],
      msteams: { width: 'Full' },
    }
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
    await post(url, { body: { type: 'message', attachments: [attachment] } }, loan)
  },
})
