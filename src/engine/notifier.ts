import type { OpenChannel } from '../adapters/channels.ts'
import { controllerOf, withController } from '../adapters/deadline.ts'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Fact } from '../core/journal/event.ts'
import type { Notice } from '../core/journal/notice.ts'
import { owedTo } from '../core/journal/owed-to.ts'
import { untold } from '../core/values/untold.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { backoff, retryOnConflict } from './retry.ts'

/** After so many attempts of one process, or once the event is so old, a channel is given up with it. */
const ATTEMPTS = 24
const OLDEST: Duration = 86_400_000
const BACKOFF: Duration = 5000
const LONGEST_BACKOFF: Duration = 300_000

/** What the notifier works with: the journal it takes down in. */
export type Sender = Pick<Engine, 'writer' | 'clock' | 'signal' | 'signature'> & { readonly channels: readonly OpenChannel[] }

/** Why a channel could not be told. */
export interface Undelivered {
  readonly channel: string
  /** The event that it refuses; absent where it was not reached. */
  readonly refused?: number
  /** It was told, and somebody of it was not. */
  readonly partly?: boolean
  readonly error: string
}

/**
 * Tells channels what the journal owes them: each in order, all of them side by side, and beside whatever else goes on.
 * A channel that does not answer holds up nothing but itself, and a message that it refuses none of those after it: once
 * one of them has got through, the refused one is given up. What was told is taken down between two turns, because
 * the journal has one writer; a crash in between tells it once more, with the same id.
 */
export interface Notifier {
  /** Takes down what was told and begins what is due; waits for no channel. */
  readonly turn: () => Promise<void>
  /** Waits for what is under way, at most that long, and takes down what was told. */
  readonly soon: (limit: Duration) => Promise<void>
  /** Waits like `soon`, then gives up what is still under way. Resolves to what could not be told. */
  readonly end: (limit: Duration) => Promise<readonly Undelivered[]>
}

/** One channel: what it was told, how often it failed since, and when it is tried again. */
interface Line {
  readonly channel: OpenChannel
  /** Ids of notices. One event may have two, and is told only with both. */
  readonly sent: Set<string>
  /** Id of a notice → whom of the channel it did not reach. */
  readonly missed: Map<string, string>
  /** Id of a notice → its event and why it was refused, until it is tried again. */
  readonly refused: Map<string, { readonly seq: number; readonly error: string }>
  failed: number
  nextAt: Duration
  error?: string
  work?: Promise<void>
}

export function openNotifier(sender: Sender): Notifier {
  const { clock } = sender
  const stopping = controllerOf(sender.signal)
  const { signal } = stopping
  const lines = sender.channels.map((channel): Line => {
    return { channel, sent: new Set(), missed: new Map(), refused: new Map(), failed: 0, nextAt: Number.NEGATIVE_INFINITY }
  })

  const deliver = async (line: Line): Promise<void> => {
    const known = line.refused.size
    try {
      for (let notice = nextOf(sender, line); notice; notice = nextOf(sender, line)) await attempt(line, notice, signal)
      if (line.refused.size > known) putOff(line, clock.monotonic())
    } catch (thrown) {
      if (signal.aborted) return
      line.error = messageOf(thrown)
      putOff(line, clock.monotonic(), untold(thrown).retryAfter)
    } finally {
      delete line.work
    }
  }
  const begin = (line: Line): void => {
    const isDue = clock.monotonic() >= line.nextAt
    if (isDue) line.refused.clear()
    // What is new does not wait for what was refused, but for what was not answered.
    if ((isDue || line.error === undefined) && nextOf(sender, line)) line.work = deliver(line)
  }
  const wait = async (limit: Duration): Promise<void> => {
    if (lines.every(({ work }) => work === undefined)) return
    await withController(sender.signal, async (ending) => {
      const late = clock.sleep(limit, ending.signal).catch(() => undefined)
      await Promise.race([Promise.all(lines.map(async ({ work }) => work)), late])
      ending.abort()
    })
  }
  const takeDown = async (): Promise<void> => {
    for (const line of lines) if (!line.work) await record(sender, line)
  }
  return {
    turn: async () => {
      await takeDown()
      for (const line of lines) if (!line.work) begin(line)
    },
    soon: async (limit) => {
      await wait(limit)
      await takeDown()
    },
    end: async (limit) => {
      await wait(limit)
      const silent = new Set(lines.filter(({ work }) => work !== undefined))
      stopping.abort()
      await Promise.all(lines.map(async ({ work }) => work))
      await takeDown()
      return lines.flatMap((line): readonly Undelivered[] => {
        const channel = line.channel.name
        const error = silent.has(line) ? 'has not answered yet' : line.error
        const refusals = [...line.refused.values()].map(({ seq, error: why }) => ({ channel, refused: seq, error: why }))
        const missed = [...new Set(line.missed.values())].map((note) => ({ channel, partly: true, error: note }))
        return [...refusals, ...missed, ...(error === undefined ? [] : [{ channel, error }])]
      })
    },
  }
}

/** Tells a channel of one notice, and notes whether it took it or refused it. Throws where it is to be tried again. */
async function attempt(line: Line, notice: Notice, signal: AbortSignal): Promise<void> {
  try {
    const missed = await line.channel.send(notice, signal)
    line.sent.add(notice.id)
    if (typeof missed === 'string') line.missed.set(notice.id, missed)
  } catch (thrown) {
    if (!untold(thrown).refused) throw thrown
    line.refused.set(notice.id, { seq: notice.seq, error: messageOf(thrown) })
  }
  delete line.error
}

function noteOf({ missed }: Line, told: readonly Notice[]): string {
  return [...new Set(told.flatMap(({ id }) => missed.get(id) ?? []))].join('; ')
}

function putOff(line: Line, now: Duration, atLeast: Duration = 0): void {
  line.failed += 1
  line.nextAt = now + Math.max(backoff(line.failed, LONGEST_BACKOFF, BACKOFF), atLeast)
}

/** The oldest notice that a channel was not sent and has not refused. */
function nextOf(sender: Sender, { channel, sent, refused }: Line): Notice | undefined {
  const { plan, outbox } = stateOf(sender)
  return owedTo(plan, outbox, channel.name).find(({ id }) => !sent.has(id) && !refused.has(id))
}

/**
 * Appends what a channel was told, and what it is given up with. A journal that cannot be written is tried again at the
 * next turn.
 */
async function record(sender: Sender, line: Line): Promise<void> {
  try {
    const isMore = async (): Promise<boolean> => {
      const fact = factOf(sender, line)
      if (!fact) return false
      await sender.writer.append(fact, sender.signature)
      line.failed = fact.error === undefined && line.error !== undefined ? line.failed : 0
      return true
    }
    while (await retryOnConflict(isMore));
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
  }
}

function factOf(sender: Sender, line: Line): Extract<Fact, { type: 'notified' }> | undefined {
  const { plan, outbox } = stateOf(sender)
  const { sent, refused, failed } = line
  const channel = line.channel.name
  const owed = owedTo(plan, outbox, channel)
  const open = owed.find(({ id }) => !sent.has(id))
  const told = owed.filter(({ seq }) => open === undefined || seq < open.seq)
  const newest = told.at(-1)
  if (newest) {
    const attempts = line.error === undefined ? failed + 1 : 1
    const note = noteOf(line, told)
    return { type: 'notified', channel, through: newest.seq, attempts, ...(note !== '' && { note }) }
  }
  if (!open) return undefined
  const isPassed = refused.has(open.id) && owed.slice(owed.indexOf(open)).some(({ id }) => sent.has(id))
  const isHopeless = failed >= ATTEMPTS || (failed > 0 && sender.clock.now() - open.at > OLDEST)
  const error = refused.get(open.id)?.error ?? line.error ?? ''
  return isPassed || isHopeless ? { type: 'notified', channel, through: open.seq, attempts: Math.max(1, failed), error } : undefined
}
