import { defined } from '../core/values/defined.ts'
import { seal } from '../adapters/state/seal.ts'
import { checkHere, checkpointOf, loadState, RECENT } from './load-state.ts'
import { earlierThan } from './recent.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Event, Fact, Stamped } from '../core/journal/event.ts'
import { withoutManyCounters } from '../core/judge/raw-counters.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Clock } from '../core/ports.ts'
import { evolve } from '../core/journal/fold.ts'
import type { State } from '../core/journal/state.ts'

/** Who writes, and why: on every event. */
export interface Signature {
  readonly actor: string
  /** What named the actor; absent for what no person does. */
  readonly actorFrom?: string
  readonly reason?: string
}

/** A journal together with the state it folds to. */
export interface Writer {
  /** As of the last refresh or append; undefined when nothing was started. */
  readonly state: State | undefined
  readonly journal: Journal
  /** Number of the newest intent that this process made; 0 for none. */
  readonly made: number
  /** Tells every event that is taken in from now on, whoever wrote it, with the state it happened to. */
  follow(tell: Follower): void
  /** Takes in what others have appended since; resolves to those events. */
  refresh(): Promise<readonly Event[]>
  /**
   * Stamps, seals and appends. Throws `conflict` when somebody else was first: nothing was
   * written then, and the state has been refreshed. What a person decides comes after what was only seen.
   * A retreat as `goal` may use what the journal keeps back for one.
   */
  append(fact: Fact, signature: Signature, goal?: 'retreat'): Promise<Event>
}

/** Told of an event as soon as it is known to be durable, in the order of the journal. */
export type Follower = (event: Event, before: State | undefined) => void

export interface WriterParts {
  readonly journal: Journal
  readonly clock: Pick<Clock, 'now'>
  readonly uuid: () => string
  readonly version: string
}

/** Opens a writer on a journal: the newest checkpoint and whatever came after it. */
export async function openWriter({ journal, clock, uuid, version }: WriterParts): Promise<Writer> {
  const start = await loadState(journal)
  let { state, seq, hash } = start
  let { checkpoint } = start
  let made = 0
  const followers: Follower[] = []

  /** Two reads may be under way at once: what one has taken in already the other must not take in again. */
  const take = (events: readonly Event[]): void => {
    for (const event of events.filter((each) => each.seq > seq)) {
      const before = state
      state = evolve(before, event)
      ;({ seq, hash } = event)
      for (const tell of followers) tell(event, before)
    }
  }
  const refresh = async (): Promise<readonly Event[]> => {
    const events = await journal.read(seq)
    take(events)
    return events
  }
  return {
    journal,
    get state() {
      return state
    },
    get made() {
      return made
    },
    follow: (tell) => void followers.push(tell),
    refresh,
    append: async (fact, { actor, actorFrom, reason }, goal) => {
      checkHere(state)
      const by = defined({ actor, actorFrom, reason })
      const durable = asKept(fact)
      const stamped = (): Stamped => ({ ...durable, seq: seq + 1, id: uuid(), previous: hash, at: clock.now(), ...by, version })
      let event = seal(stamped())
      while ((await journal.append(event, goal)) === 'taken') {
        const before = await refresh()
        if (!isDecidedByPerson(fact) || before.length === 0 || before.some(({ type }) => type !== 'observed')) throw conflict(before)
        event = seal(stamped())
      }
      take([event])
      if (event.type === 'intended') made = event.seq
      const isWhole = durable === fact
      if (state && !isWhole) state = withWatch(state, event, fact)
      if (state && (!isWhole || seq - (checkpoint?.seq ?? 0) >= RECENT)) {
        checkpoint = defined({ ...checkpointOf(state), earlier: earlierThan(state, checkpoint) })
        await journal.keep(checkpoint)
      }
      return event
    },
  }
}

/** Returns a fact as its event holds it. */
function asKept(fact: Fact): Fact {
  if (!('watch' in fact)) return fact
  const watch = withoutManyCounters(fact.watch)
  return watch === fact.watch ? fact : { ...fact, watch }
}

/** Puts back what an event does not hold: it is in the checkpoint, which is replaced each time. */
function withWatch(state: State, event: Event, fact: Fact): State {
  return 'watch' in event && 'watch' in fact && state.watch === event.watch ? { ...state, watch: fact.watch } : state
}

/**
 * What a person decides stands whatever a controller has seen meanwhile; what others have done is looked at first. A pause by
 * what was measured is decided anew by what was measured since. One of a newer version may have no reason.
 */
function isDecidedByPerson(fact: Fact): boolean {
  return fact.type === 'resumed' || fact.type === 'replanned' || (fact.type === 'paused' && 'why' in fact && fact.why.code === 'operator')
}

function conflict([first]: readonly Event[]): RolloutError {
  const by = first ? `#${first.seq} ${first.type} by ${first.actor}` : 'another command'
  return new RolloutError('conflict', { message: `${by} came first; nothing was changed`, hint: 'rollout status shows where it is now' })
}
