import { unreachedIn } from '../../core/journal/outbox.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { loadState } from '../../engine/load-state.ts'
import type { Session } from '../../session/session.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** Returns the channels that refused a message within a day, or of which somebody was not told. */
export async function examineTold({ journal, clock }: Session): Promise<readonly DoctorFinding[]> {
  try {
    const { state } = await loadState(await journal())
    return unreachedIn(state?.outbox, clock.now()).map(({ channel, text }) => {
      return { what: `notify ${channel}`, level: 'warning', text, hint: 'rollout doctor --notify tries every channel' }
    })
  } catch (thrown) {
    // What cannot be read is said by the row of the journal.
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}
