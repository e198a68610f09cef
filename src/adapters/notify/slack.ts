import { z } from 'zod'
import type { Message } from '../../core/values/message.ts'
import { channel } from '../define.ts'
import { cut } from '../plain.ts'
import { post, secretUrl } from '../http/post.ts'

const MARKS: { readonly [severity in Message['severity']]: string } = { info: '', warning: '⚠ ', error: '⚠ ', critical: '⛔ ' }

/**
 * A Slack incoming webhook (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). The blocks are `plain_text`,
 * in which nothing is markup; the fallback `text` has `&`, `<` and `>` escaped, so that no name or reason mentions a channel.
 */
export default channel({
  options: z.strictObject({ url: secretUrl.describe('The incoming webhook: ${NAME}, because whoever knows it may post') }),
  send: async ({ url }, { title, text, severity, next }, loan) => {
    const plain = (written: string, most: number) => ({ type: 'plain_text', text: cut(written, most), emoji: false })
    const body = {
      text: escaped(cut(`${title}: ${text}`, 2900)),
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        { type: 'header', text: plain(MARKS[severity] + title, 150) },
        { type: 'section', text: plain(text, 2900) },
        { type: 'context', elements: [plain(next, 200)] },
      ],
    }
    await post(url, { body }, loan)
  },
})

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
