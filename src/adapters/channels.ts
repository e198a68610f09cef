import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Message } from '../core/values/message.ts'
import { untold } from '../core/values/untold.ts'
import { compose } from '../core/journal/message.ts'
import type { Notice } from '../core/journal/notice.ts'
import type { Channel, Plan } from '../core/plan/plan.ts'
import { withDeadline } from './deadline.ts'
import type { Lender } from './lender.ts'
import { prepare } from './prepare.ts'
import { cut, plainLine } from './plain.ts'
import { refuseUnnamed } from './refuse-unnamed.ts'
import { importAdapter } from './registry.ts'

/** A channel of the plan with its adapter found and its options checked. What it throws is fit to be shown. */
export interface OpenChannel {
  readonly name: string
  /** One attempt to tell of a notice, within the channel's deadline. Resolves to whom it did not reach, if anybody. */
  send(notice: Notice, signal: AbortSignal): Promise<string | void>
  /** Sends a test message, or looks without sending where that would change something. Resolves to what it did. */
  probe(test: Message, signal: AbortSignal): Promise<string>
}

type Told = Pick<Plan, 'name' | 'environment' | 'notify'>

/** Finds the adapters of all channels. Throws `config` where options do not fit, references unresolved included. */
export async function openChannels(plan: Told, lender: Lender): Promise<readonly OpenChannel[]> {
  return Promise.all(Object.entries(plan.notify ?? {}).map(([name, channel]) => openChannel(plan, name, channel, lender)))
}

/** Finds the adapters of all channels; one whose options do not fit fails at every attempt, with the reason, and stops nobody. */
export async function openChannelsAnyway(plan: Told, lender: Lender): Promise<readonly OpenChannel[]> {
  return Promise.all(
    Object.entries(plan.notify ?? {}).map(async ([name, channel]) => {
      try {
        return await openChannel(plan, name, channel, lender)
      } catch (thrown) {
        const refuse = async (): Promise<never> => Promise.reject(thrown)
        return { name, send: refuse, probe: refuse }
      }
    }),
  )
}

async function openChannel(plan: Told, name: string, channel: Channel, lender: Lender): Promise<OpenChannel> {
  const refusal = await refuseUnnamed('notify', name, channel, lender)
  if (refusal) throw refusal
  const adapter = await importAdapter('notify', channel.use, lender.folder)
  const { options, redact } = await prepare(`notify.${name}`, adapter.options, channel.options, lender)
  const within = async <Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    try {
      return await withDeadline(lender.clock, channel.timeout, signal, work)
    } catch (thrown) {
      if (signal.aborted) throw signal.reason
      throw shown(thrown, redact.text)
    }
  }
  const loan = (signal: AbortSignal) => ({ ...lender, signal, timeout: channel.timeout })
  return {
    name,
    send: async (notice, signal) => {
      const message = cleaned(compose(plan, notice, channel.message))
      const missed = missedOf(await within(signal, async (both) => adapter.send(options, message, loan(both))))
      return missed === undefined ? undefined : plainLine(redact.text(missed))
    },
    probe: async (test, signal) =>
      within(signal, async (both) => {
        if (adapter.probe) return plainLine(redact.text(await adapter.probe(options, loan(both))))
        const missed = missedOf(await adapter.send(options, cleaned(test), loan(both)))
        if (missed !== undefined) throw new Error(missed)
        return 'was sent a test message'
      }),
  }
}

/** A file of the user's own resolves to whatever its last line does. */
function missedOf(answer: unknown): string | undefined {
  const missed: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'missed') : undefined
  return typeof missed === 'string' && missed !== '' ? missed : undefined
}

function shown(thrown: unknown, redact: (text: string) => string): Error {
  const text = plainLine(redact(messageOf(thrown)))
  if (!(thrown instanceof RolloutError)) return Object.assign(new Error(text), untold(thrown))
  const [{ hint } = {}] = thrown.problems
  const error = new RolloutError(thrown.code, { message: text, ...(hint !== undefined && { hint: redact(hint) }) })
  return Object.assign(error, untold(thrown))
}

/** Names and reasons come from elsewhere: nothing of them commands a terminal or reads in another order than it is written. */
function cleaned(message: Message): Message {
  const { reason, about, environment, changes } = message
  return {
    ...message,
    title: plainLine(message.title),
    text: cut(message.text, 2000),
    actor: plainLine(message.actor),
    rollout: plainLine(message.rollout),
    phase: plainLine(message.phase),
    changes: changes.map((each) => ({ ...each, toggle: plainLine(each.toggle) })),
    ...(reason !== undefined && { reason: cut(reason, 500) }),
    ...(about !== undefined && { about: cut(about, 500) }),
    ...(environment !== undefined && { environment: plainLine(environment) }),
  }
}
