import type { OpenChannel } from '../adapters/channels.ts'
import { isSame } from '../core/values/is-same.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Notice } from '../core/journal/notice.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Duration } from '../core/values/units.ts'
import { openNotifier, type Notifier, type Undelivered } from '../engine/notifier.ts'
import { withDeadline } from '../adapters/deadline.ts'
import { stateOf } from '../engine/engine.ts'
import type { Writer } from '../engine/writer.ts'
import { clean } from '../views/clean.ts'
import { renderUndelivered } from '../views/notify.ts'
import { openForReading } from './project.ts'
import type { Session } from './session.ts'
import { MACHINE } from './signature.ts'

/** How long a command waits for channels once its own work is done. */
const LIMIT: Duration = 5000

/**
 * Tells channels what the journal owes them, once a command has done its work. Never throws and never changes what came of
 * the command: what cannot be told now, the next command tells. While a controller watches, it is the one that tells.
 */
export async function tell(session: Session): Promise<void> {
  if (session.stopped.aborted) return
  try {
    const writer = await openForReading(session)
    const { state } = writer
    if (!state?.outbox || state.outbox.notices.length === 0 || state.moved !== undefined) return
    const lease = await writer.journal.lease()
    if (lease && session.alive(lease.holder) !== false) return
    const notifier = await notifierOf(session, writer, state.plan)
    await notifier.turn()
    warn(session, await notifier.end(LIMIT))
  } catch (thrown) {
    session.err.write(`! nobody was told: ${clean(messageOf(thrown))}\n`)
  }
}

/** Opens a notifier for the channels of a plan; one whose options do not fit says so and stops nothing. */
export async function notifierOf({ clock, stopped, lender }: Session, writer: Writer, plan: Plan): Promise<Notifier> {
  const { openChannelsAnyway } = await import('../adapters/channels.ts')
  const channels = await openChannelsAnyway(plan, lender)
  return openNotifier({ writer, clock, signal: stopped, signature: { actor: MACHINE }, channels })
}

/**
 * Opens the notifier of a controller: while it watches, a plan may be accepted that has other channels. As it ends it says
 * which of them do not know yet.
 */
export async function lastingNotifierOf(session: Session, writer: Writer): Promise<Notifier> {
  let { plan } = stateOf({ writer })
  let notifier = await notifierOf(session, writer, plan)
  return {
    turn: async () => {
      const now = stateOf({ writer }).plan
      if (now !== plan && !isSame(now.notify, plan.notify)) {
        // What it could not tell is still owed.
        await notifier.end(0)
        notifier = await notifierOf(session.reopen(), writer, now)
      }
      plan = now
      await notifier.turn()
    },
    soon: async (limit) => notifier.soon(limit),
    end: async (limit) => {
      const undelivered = await notifier.end(limit)
      // What was given up, and whom a message missed, the run has told as it happened.
      warn(
        session,
        undelivered.filter(({ refused, partly }) => refused === undefined && partly !== true),
      )
      return undelivered
    },
  }
}

/** Tells every channel that wants it once, where there is no journal; nobody tries again. */
export async function tellOnce(session: Session, plan: Plan, notice: Notice): Promise<void> {
  const { openChannelsAnyway } = await import('../adapters/channels.ts')
  const channels = await openChannelsAnyway(plan, session.lender)
  const wanting = channels.filter(({ name }) => plan.notify?.[name]?.events.includes(notice.kind))
  warn(session, (await Promise.all(wanting.map(async (channel) => tried(session, channel, notice)))).flat())
}

async function tried({ clock, stopped }: Session, channel: OpenChannel, notice: Notice): Promise<readonly Undelivered[]> {
  try {
    await withDeadline(clock, LIMIT, stopped, async (both) => channel.send(notice, both))
    return []
  } catch (thrown) {
    return [{ channel: channel.name, error: messageOf(thrown) }]
  }
}

/** On stderr: it is not what the command was asked for. */
function warn({ err }: Session, undelivered: readonly Undelivered[]): void {
  err.write(renderUndelivered(undelivered, err))
}
