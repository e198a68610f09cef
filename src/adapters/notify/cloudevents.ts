import { z } from 'zod'
import { cloudEventOf } from '../../core/journal/cdevents.ts'
import { access } from '../http/access.ts'
import { channel } from '../define.ts'
import { httpUrl, post } from '../http/post.ts'

/** CDEvents 0.4 (cdevents.dev) in the structured mode of CloudEvents 1.0 over HTTP. The id is the same at every attempt. */
export default channel({
  options: z.strictObject({ url: httpUrl.describe('Where events are posted'), ...access }),
  send: async ({ url, ...given }, message, loan) => {
    await post(url, { body: cloudEventOf(message), type: 'application/cloudevents+json', access: given }, loan)
  },
})
