import type { OpenChannel } from '../adapters/channels.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Notice } from '../core/journal/notice.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Duration } from '../core/values/units.ts'
import { openNotifier, type Notifier, type Undelivered } from '../engine/notifier.ts'
import type { Engine } from '../engine/engine.ts'
import { withDeadline } from '../adapters/deadline.ts'
import type { Writer } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { renderUndelivered } from '../views/notify.ts'
import { MACHINE, type Input } from './input.ts'
import { lenderOf, openForReading } from './project.ts'

/** How long a command waits for channels once its own work is done. */
const LIMIT: Duration = 5000

/**
 * Tells channels what the journal owes them, once a command has done its work. Never throws and never changes what came of
 * the command: what cannot be told now, the next command tells. While a controller watches, it is the one that tells.
 */
export async function tell(shell: Shell, input: Input): Promise<void> {
  if (shell.signal.aborted) return
  try {
    const writer = await openForReading(shell, input)
    const { state } = writer
    if (!state?.outbox || state.outbox.notices.length === 0 || state.moved !== undefined) return
    const lease = await writer.journal.lease()
    if (lease && shell.alive(lease.holder) !== false) return
    const notifier = await notifierOf(shell, input, writer, state.plan)
    await notifier.turn()
    warn(shell, await notifier.end(LIMIT))
  } catch (thrown) {
    warn(shell, [{ channel: 'nobody', error: messageOf(thrown) }])
  }
}

/** A notifier for the channels of a plan; one whose options do not fit says so and stops nothing. */
export async function notifierOf(
  shell: Shell,
  input: Input,
  writer: Writer,
  plan: Plan,
  tellOf: Engine['tell'] = () => undefined,
): Promise<Notifier> {
  const { openChannelsAnyway } = await import('../adapters/channels.ts')
  const channels = await openChannelsAnyway(plan, lenderOf(shell, input))
  return openNotifier({ writer, clock: shell.clock, signal: shell.signal, signature: { actor: MACHINE }, tell: tellOf, channels })
}

/** Without a journal every channel that wants it is told once; nobody tries again. */
export async function tellOnce(shell: Shell, input: Input, plan: Plan, notice: Notice): Promise<void> {
  const { openChannelsAnyway } = await import('../adapters/channels.ts')
  const channels = await openChannelsAnyway(plan, lenderOf(shell, input))
  const wanting = channels.filter(({ name }) => plan.notify?.[name]?.events.includes(notice.kind))
  warn(shell, (await Promise.all(wanting.map(async (channel) => tried(shell, channel, notice)))).flat())
}

async function tried({ clock, signal }: Shell, channel: OpenChannel, notice: Notice): Promise<readonly Undelivered[]> {
  try {
    await withDeadline(clock, LIMIT, signal, async (both) => channel.send(notice, both))
    return []
  } catch (thrown) {
    return [{ channel: channel.name, error: messageOf(thrown) }]
  }
}

/** On stderr: it is not what the command was asked for. */
export function warn({ err }: Shell, undelivered: readonly Undelivered[]): void {
  err.write(renderUndelivered(undelivered, err))
}
