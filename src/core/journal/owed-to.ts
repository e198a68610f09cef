import type { Plan } from '../plan/plan.ts'
import type { Notice } from './notice.ts'
import { wants, type Outbox } from './outbox.ts'

/**
 * Returns what one channel has yet to be told, oldest first: in order, so that what opens an alert comes before what
 * closes it.
 */
export function owedTo({ notify: channels }: Pick<Plan, 'notify'>, outbox: Outbox | undefined, name: string): readonly Notice[] {
  const channel = channels && Object.hasOwn(channels, name) ? channels[name] : undefined
  if (!channel || !outbox) return []
  return outbox.notices.filter((notice) => wants(name, channel, notice) && notice.seq > (outbox.told[name] ?? 0))
}
