import { z } from 'zod'
import { AUDIENCES, NOTICES } from '../core/values/notice-kind.ts'
import { PLACEHOLDERS } from '../core/journal/message.ts'
import type { Json } from '../core/values/json.ts'
import type { Channel } from '../core/plan/plan.ts'
import { unknownPlaceholder } from '../core/values/template.ts'
import { ownOptions, type CommonShape } from './own-options.ts'
import { pause } from './values.ts'

/* Channels as people write them; adapters check the rest of their keys themselves. */

const audience = z.enum(['team', 'on-call', 'approvers', 'stakeholders'])

const message = z
  .string()
  .min(1)
  .max(2000)
  .superRefine((text, context) => {
    const unknown = unknownPlaceholder(text, PLACEHOLDERS)
    if (unknown !== undefined) context.addIssue({ code: 'custom', message: unknown })
  })

export const CHANNEL_KEYS = {
  use: z.string().min(1).describe('An adapter, or the path of your own: ./mine.mjs'),
  audience: audience.optional().describe('Who reads it (team); says what they are told of where events: does not'),
  events: z.array(z.enum(NOTICES)).optional().describe('What it is told of'),
  message: message.optional().describe('Text in place of the own one: {{text}}, {{changes}}, {{about}}, {{actor}}, {{reason}}, {{next}} …'),
  timeout: pause.optional().describe('Deadline of one attempt (10s)'),
} satisfies CommonShape<'notify'>

const options = z.json()

export const channelSchema = z.object(CHANNEL_KEYS).catchall(options)
/** Schema of a channel in an environment, which says only what differs. */
export const specialChannel = z.object({ ...CHANNEL_KEYS, use: CHANNEL_KEYS.use.optional() }).catchall(options)

/** Fills the defaults of a channel in. The options of another adapter would mean nothing to the one an environment names. */
export function channelOf(file: z.output<typeof channelSchema>, special: z.output<typeof specialChannel> = {}): Channel {
  const isSame = special.use === undefined || special.use === file.use
  const { use, audience: who = 'team', events, message: text, timeout } = { ...file, ...special }
  const given = { ...(isSame && file), ...special }
  return {
    use: use ?? file.use,
    options: plain(ownOptions('notify', given)),
    audience: who,
    events: events ?? AUDIENCES[who],
    ...(text !== undefined && { message: text }),
    timeout: timeout ?? 10_000,
  }
}

/** A copy that is plain JSON: what is frozen into the journal. */
function plain(value: unknown): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value))
}
