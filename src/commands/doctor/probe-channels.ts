import { openChannels } from '../../adapters/channels.ts'
import { messageOf } from '../../core/values/errors.ts'
import { hintOf } from '../../core/values/failure.ts'
import type { Message } from '../../core/values/message.ts'
import type { DoctorFinding } from '../../views/doctor.ts'
import type { Probe } from './probe.ts'

/** Returns a row for every channel: whom it tells of what, and, with a test message, whether it was told. */
export async function probeChannels({ plan, lender, signal }: Probe, test: Message | undefined): Promise<readonly DoctorFinding[]> {
  const channels = await openChannels(plan, lender)
  return Promise.all(
    channels.map(async (open): Promise<DoctorFinding> => {
      const what = `notify ${open.name}`
      const channel = plan.notify?.[open.name]
      const events = channel?.events.length === 0 ? 'nothing' : (channel?.events.join(', ') ?? '')
      if (!test) return { what, level: 'ok', text: `tells ${channel?.audience} of ${events}; --notify tries it` }
      try {
        return { what, level: 'ok', text: await open.probe(test, signal) }
      } catch (thrown) {
        const hint = hintOf(thrown)
        return { what, level: 'failed', text: messageOf(thrown), ...(hint !== undefined && { hint }) }
      }
    }),
  )
}
