import { decide, type Decision } from '../policy/decide.ts'
import { currentPhase } from '../policy/destination.ts'
import { situationOf } from '../policy/situation.ts'
import type { Event } from '../journal/event.ts'
import { evolve } from '../journal/fold.ts'
import { provenBy, type State } from '../journal/state.ts'
import type { CountedReadings } from '../judge/count-all.ts'
import { sum } from '../judge/bin.ts'
import type { Counted } from '../judge/counting.ts'
import type { Polled } from '../judge/polled.ts'
import type { Watch } from '../judge/track.ts'
import { beginWatch, judgeCounted } from '../judge/watch.ts'
import { defaultsOf, type Exposures, type Plan } from '../plan/plan.ts'
import { exposuresAfter, stepsOf } from '../plan/steps.ts'
import { absent } from '../values/reading.ts'

/** One poll of the past, and what is decided at it of the past. */
export interface Redecided {
  readonly poll: Polled
  readonly decision: Decision
}

/** One event of a journal, once everything before it is judged and decided again. */
export interface Retraced {
  /** The state after it. */
  readonly state: State | undefined
  /** The decision at each poll that the event holds. */
  readonly polls: readonly Redecided[]
  /** The decision right before it, where the event is one by what was measured. */
  readonly decision?: Decision
  /** The watch as it comes out, where the event has one; undefined where the polls it came of were not kept. */
  readonly watch?: Watch
  /** The event leads to exposures that no step of this plan has. */
  readonly isForeign?: true
}

/** Goes through a journal event by event, as if this plan had been started instead of the one it holds. */
export interface Retracing {
  take(event: Event): Retraced
}

/**
 * Opens a way through a journal. What people and targets did is taken as it was; what was measured is judged again, poll
 * by poll, from the counts. `plan`: another one than the journal's own.
 */
export function openRetracing(plan?: Plan): Retracing {
  let state: State | undefined
  /** Since the newest arrival: polls go on from the watch of an earlier event, and know an earlier state. */
  let lately: State[] = []
  const stateAt = (seq: number): State | undefined => lately.findLast((each) => each.seq <= seq) ?? lately[0]

  const replayed = (event: Extract<Event, { type: 'observed' }>): { readonly polls: readonly Redecided[]; readonly watch?: Watch } => {
    // A watch whose polls nobody kept is true of the plan it was made with alone.
    if (!event.polls) return { polls: [], ...(!plan && { watch: event.watch }) }
    let watch = stateAt(event.polls.from)?.watch
    const polls = event.polls.each.map((poll) => {
      const before = stateAt(poll.seq)
      const phase = before && currentPhase(before)
      if (!before || !phase) return undefined
      const tick = { ...poll, domain: event.watch.domain }
      const counted = plan ? withWhole(poll.counted) : poll.counted
      watch = judgeCounted(before.plan, { phase, cursor: before.cursor }, watch, counted, tick)
      if (poll.answers) watch = { ...watch, answers: poll.answers }
      return { poll, decision: decide(situationOf({ ...before, watch }, poll.now)) }
    })
    return { polls: polls.filter((each) => each !== undefined), ...(watch && { watch }) }
  }
  const begun = (before: State, { watch }: Extract<Event, { type: 'arrived' }>): Watch => {
    const { intent, cursor } = before
    const unread = Object.fromEntries(Object.keys(watch.tracks).map((name) => [name, absent('unreachable', '')]))
    const tick = { ...watch, now: 0 }
    return beginWatch(before.plan, intent?.cursor ?? cursor, provenBy(intent?.move ?? 'advance', before.watch), unread, tick)
  }
  const follow = (event: Event, found: Omit<Retraced, 'state'>, retold: Event = event): Retraced => {
    state = evolve(state, retold)
    if (event.type === 'arrived' || event.type === 'started') lately = []
    if (state) lately.push(state)
    return { ...found, state }
  }
  return {
    take: (event) => {
      const before = state
      if (event.type === 'started') return follow(event, { polls: [] }, plan ? startedWith(plan, event) : event)
      if (!before) return follow(event, { polls: [] })
      switch (event.type) {
        case 'replanned': {
          // A number of another plan's steps is none of this one's.
          const { cursor: _, ...rest } = event
          return follow(event, { polls: [] }, plan ? { ...rest, plan, baseline: { ...defaultsOf(plan), ...event.baseline } } : event)
        }
        case 'observed': {
          const found = replayed(event)
          return follow(event, found, { ...event, watch: found.watch ?? event.watch })
        }
        case 'arrived': {
          const watch = begun(before, event)
          return follow(event, { polls: [], watch }, { ...event, watch })
        }
        case 'intended': {
          const decision = redecided(before, event)
          if (!plan) return follow(event, { polls: [], ...decision })
          const cursor = cursorOfMove(before, event, decision.decision)
          if (cursor === undefined) return follow(event, { polls: [], ...decision, isForeign: true })
          return follow(event, { polls: [], ...decision }, { ...event, cursor })
        }
        case 'paused':
        case 'completed':
          return follow(event, { polls: [], ...redecided(before, event) })
        default:
          return follow(event, { polls: [] })
      }
    },
  }
}

/** What a person, or a look at the targets, has decided was not decided by what was measured. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(['operator', 'drift', 'unreachable', 'standby'])

function redecided(
  before: State,
  { why, at }: Extract<Event, { type: 'intended' | 'paused' | 'completed' }>,
): { readonly decision?: Decision } {
  return FROM_OUTSIDE.has(why.code) ? {} : { decision: decide(situationOf(before, at)) }
}

function startedWith(plan: Plan, event: Extract<Event, { type: 'started' }>): Event {
  const baseline = { ...defaultsOf(plan), ...event.baseline }
  const { reached, ...rest } = event
  const cursor = reached && cursorOf({ plan, baseline }, reached.exposures)
  return { ...rest, plan, baseline, ...(reached && cursor !== undefined && { reached: { cursor, exposures: reached.exposures } }) }
}

/** What both groups gained, where only they were counted: another plan may not tell them apart. */
function withWhole(all: CountedReadings): CountedReadings {
  return Object.fromEntries(Object.entries(all).map(([name, counted]) => [name, wholeOf(counted)]))
}

function wholeOf(counted: Counted): Counted {
  if ((counted.is !== 'ratio' && counted.is !== 'quantile') || counted.gained.all) return counted
  const bins = Object.values(counted.gained).map((counts) => ({ for: 0, counts }))
  return { ...counted, gained: { ...counted.gained, all: sum(bins) } }
}

function cursorOfMove(before: State, { exposures, cursor }: Extract<Event, { type: 'intended' }>, decision?: Decision): number | undefined {
  if (decision && 'to' in decision && isEqual(decision.to.exposures, exposures)) return decision.to.cursor
  const { plan, baseline } = before
  return isEqual(exposuresAfter(plan, baseline, cursor), exposures) ? cursor : cursorOf(before, exposures)
}

/** The last step that leaves the toggles with these exposures; undefined where there is none. */
function cursorOf({ plan, baseline }: Pick<State, 'plan' | 'baseline'>, exposures: Exposures): number | undefined {
  const cursors = [
    ...stepsOf(plan)
      .map(({ index }) => index)
      .toReversed(),
    -1,
  ]
  return cursors.find((cursor) => isEqual(exposuresAfter(plan, baseline, cursor), exposures))
}

function isEqual(some: Exposures, others: Exposures): boolean {
  return Object.entries(some).every(([name, exposure]) => (others[name] ?? exposure) === exposure)
}
