import type { OpenChannel } from '../../src/adapters/channels.ts'
import { withDeadline } from '../../src/adapters/deadline.ts'
import { AUDIENCES } from '../../src/core/values/notice-kind.ts'
import type { Event } from '../../src/core/journal/event.ts'
import { noticesOf } from '../../src/core/journal/notice.ts'
import type { Channel, Plan } from '../../src/core/plan/plan.ts'
import { evolve } from '../../src/core/journal/fold.ts'
import type { State } from '../../src/core/journal/state.ts'
import type { Violation } from './invariants.ts'
import type { Process } from './process.ts'
import { seeded } from './random.ts'
import type { Timeline } from './time.ts'

const channel = (audience: Channel['audience']): Channel => ({
  use: 'simulated',
  options: {},
  audience,
  events: AUDIENCES[audience],
  timeout: 10_000,
})

/** Those who are told, and what truly reached them. They have chance of their own: a rollout without them goes as it went before. */
export interface Listeners {
  readonly plan: Plan
  open(process: Process): readonly OpenChannel[]
  /** The faults are over. */
  calm(): void
  /** What was lost, made up, or told in another order than it happened. */
  violations(events: readonly Event[]): readonly Violation[]
}

export function openListeners(plan: Plan, seed: number, time: Timeline): Listeners {
  const random = seeded(seed ^ 0x51ed)
  const isHeard = random.chance(0.25)
  const notify = { team: channel('team'), oncall: channel('on-call') }
  const heard = new Map<string, string[]>(Object.keys(notify).map((name) => [name, []]))
  let isCalm = false
  const send = async (name: string, id: string, process: Process, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      const drawn = isCalm ? 1 : random.next()
      const reply = (run: () => void): void =>
        time.at(random.between(1, isCalm ? 50 : 3000), () => {
          if (!process.isAlive) return
          time.stir()
          run()
        })
      time.at(random.between(1, isCalm ? 50 : 3000), () => {
        // Refused; heard, but the answer is lost; never answered.
        if (drawn < 0.15) return reply(() => reject(new Error('answered 503')))
        if (drawn < 0.25) return
        heard.get(name)?.push(id)
        if (drawn < 0.35) return reply(() => reject(new Error('cut off')))
        reply(resolve)
      })
    })
  return {
    plan: isHeard ? { ...plan, notify } : plan,
    calm: () => void (isCalm = true),
    open: (process) =>
      Object.keys(isHeard ? notify : {}).map((name) => ({
        name,
        send: async ({ id }, signal) => withDeadline(process.clock, 10_000, signal, async (both) => send(name, id, process, both)),
        probe: async () => '',
      })),
    violations: (events) =>
      isHeard ? Object.entries(notify).flatMap(([name, { events: kinds }]) => judge(name, kinds, heard.get(name) ?? [], events)) : [],
  }
}

function judge(name: string, kinds: Channel['events'], heard: readonly string[], events: readonly Event[]): readonly Violation[] {
  let state: State | undefined
  const due = events.flatMap((event) => {
    const before = state
    state = evolve(state, event)
    return state ? noticesOf(event, before, state).filter(({ kind }) => kinds.includes(kind)) : []
  })
  const givenUp = events.flatMap((event) =>
    event.type === 'notified' && event.error !== undefined && event.channel === name ? [event.through] : [],
  )
  const known = new Set(due.map(({ id }) => id))
  const first = [...new Set(heard)]
  const lost = due.filter(({ id, seq }) => !first.includes(id) && !givenUp.includes(seq))
  // One that was given up may be told late, by a process that was stopped for minutes with it on its way.
  const isOrdered = ({ id, seq }: (typeof due)[number]): boolean => first.includes(id) && !givenUp.includes(seq)
  const order = due.filter(isOrdered).map(({ id }) => id)
  return [
    ...lost.map(({ id, seq }) => ({ invariant: 'told', text: `${name} was never told of #${seq} ${id}` })),
    ...first.filter((id) => !known.has(id)).map((id) => ({ invariant: 'told', text: `${name} was told ${id}, which did not happen` })),
    ...(order.join() === first.filter((id) => order.includes(id)).join()
      ? []
      : [{ invariant: 'told', text: `${name} was told in another order than it happened` }]),
  ]
}
