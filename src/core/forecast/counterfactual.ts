import { defined } from '../values/defined.ts'
import { isSame } from '../values/is-same.ts'
import type { Decision } from '../policy/decide.ts'
import type { Event, Move } from '../journal/event.ts'
import type { Bin } from '../judge/bin.ts'
import type { Counted } from '../judge/counting.ts'
import type { Polled } from '../judge/polled.ts'
import type { Watch } from '../judge/track.ts'
import { isForward } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import type { State } from '../journal/state.ts'
import type { Duration, Instant } from '../values/units.ts'
import { openRetracing, type Redecided, type Retraced } from './retrace.ts'

export type Turning = Move | 'pause' | 'complete' | 'hold'

/** A decision, said again. */
export interface Said {
  readonly do: Turning
  readonly text: string
  /** What every toggle is to have, where it moves. */
  readonly exposures?: Exposures
}

/** A decision in a journal. */
export interface Recorded extends Said {
  readonly seq: number
  readonly at: Instant
  /** Decided by what was measured, and what that comes to today; by a person or by a look at the targets. */
  readonly is: 'reproduced' | 'different' | 'given'
  readonly again?: Said
}

/** Where another plan leaves the way that was gone. From there on the exposures differ, and nobody knows what they would have met. */
export interface Parting {
  readonly at: Instant
  /** The newest event before it. */
  readonly seq: number
  readonly recorded: Said
  /** Undefined where nothing can be said of it, and why. */
  readonly other?: Said
  readonly because?: 'not recorded' | 'no such step'
  /** What the record holds beyond: of the one group that has the change, where it was counted. */
  readonly beyond: { readonly lasted: Duration; readonly exposed?: number; readonly failed?: number }
}

/** One rollout of a journal, judged and decided again. */
export interface Retold {
  /** Numbers of its first and last event. */
  readonly from: number
  readonly to: number
  readonly startedAt: Instant
  /** Polls that were judged again, and observations whose polls were not kept. */
  readonly polls: number
  readonly unkept: number
  /** Events whose watch came out otherwise. */
  readonly different: readonly number[]
  readonly decisions: readonly Recorded[]
  readonly parting?: Parting
}

/** Judges and decides the rollouts of a journal again by the plans they ran with, and beside that by another plan. */
export function retell(events: readonly Event[], other?: Plan): readonly Retold[] {
  const starts = events.flatMap(({ type }, nth) => (type === 'started' ? [nth] : []))
  const own = openRetracing()
  return starts.map((start, nth) => tellOne(events.slice(start, starts[nth + 1]), own, other))
}

/** Returns the metrics that a journal holds counts of. */
export function metricsIn(events: readonly Event[]): ReadonlySet<string> {
  const polls = events.flatMap((event) => (event.type === 'observed' ? (event.polls?.each ?? []) : []))
  return new Set(polls.flatMap(({ counted }) => Object.keys(counted)))
}

function tellOne(events: readonly Event[], own: ReturnType<typeof openRetracing>, plan: Plan | undefined): Retold {
  const beside = plan && openRetracing(plan)
  let parting: Omit<Parting, 'beyond'> | undefined
  let [polls, unkept] = [0, 0]
  const different: number[] = []
  const decisions: Recorded[] = []
  const beyond: Polled[] = []
  let before: State | undefined
  for (const event of events) {
    const found = own.take(event)
    if (parting) beyond.push(...found.polls.map(({ poll }) => poll))
    else if (beside) {
      parting = partingAt(event, found, beside.take(event))
      if (parting) beyond.push(...found.polls.flatMap(({ poll }) => (poll.now > (parting?.at ?? 0) ? [poll] : [])))
    }
    polls += found.polls.length
    if (event.type === 'observed' && !event.polls) unkept += 1
    if ('watch' in event && !isSameWatch(event.watch, found.watch)) different.push(event.seq)
    const said = saidBy(event)
    if (said) decisions.push(compared(event, said, found.decision, before))
    before = found.state
  }
  const [first, last] = [events[0], events.at(-1)]
  return defined({
    from: first?.seq ?? 0,
    to: last?.seq ?? 0,
    startedAt: first?.at ?? 0,
    polls,
    unkept,
    different,
    decisions,
    parting: parting && { ...parting, beyond: summed(beyond, parting.at, last?.at ?? parting.at) },
  })
}

function partingAt(event: Event, own: Retraced, other: Retraced): Omit<Parting, 'beyond'> | undefined {
  const [{ seq }, { at }] = [event, event]
  for (const [nth, mine] of own.polls.entries()) {
    const theirs = other.polls[nth]
    if (theirs && !isSameTurn(mine.decision, theirs.decision))
      return { at: mine.poll.now, seq: mine.poll.seq, recorded: sayDecision(mine), other: sayDecision(theirs) }
  }
  const recorded = saidBy(event) ?? { do: 'hold', text: '' }
  if ('watch' in event && !other.watch) return { at, seq: seq - 1, recorded, because: 'not recorded' }
  if (other.isForeign) return { at, seq: seq - 1, recorded, because: 'no such step' }
  return undefined
}

function sayDecision({ decision }: Pick<Redecided, 'decision'>): Said {
  const { why } = decision
  return { do: turningOf(decision), text: why.text, ...('to' in decision && { exposures: decision.to.exposures }) }
}

function turningOf(decision: Decision): Turning {
  return decision.do === 'rest' || decision.do === 'finish' ? 'hold' : decision.do
}

/** Two decisions that lead to the same place, for whatever reason. */
function isSameTurn(one: Decision, other: Decision): boolean {
  if (turningOf(one) !== turningOf(other)) return false
  return !('to' in one) || !('to' in other) || isSame(one.to.exposures, other.to.exposures)
}

function saidBy(event: Event): Said | undefined {
  if (event.type === 'intended') return { do: event.move, text: event.why.text, exposures: event.exposures }
  if (event.type === 'paused') return { do: 'pause', text: event.why.text }
  return event.type === 'completed' ? { do: 'complete', text: event.why.text } : undefined
}

function compared({ seq, at, ...event }: Event, said: Said, decision: Decision | undefined, before: State | undefined): Recorded {
  if (!decision) return { seq, at, ...said, is: 'given' }
  const isReproduced = 'why' in event && said.do === decision.do && isSame(event.why, decision.why) && isAsFar(said, decision, before)
  return { seq, at, ...said, ...(isReproduced ? { is: 'reproduced' } : { is: 'different', again: sayDecision({ decision }) }) }
}

/** A retreat goes further back where a target shows that somebody else has been there; what it showed is in no journal. */
function isAsFar({ do: move, exposures = {} }: Said, decision: Decision, before: State | undefined): boolean {
  if (!('to' in decision)) return true
  return Object.entries(decision.to.exposures).every(([name, exposure]) => {
    const toggle = before?.plan.toggles[name]
    const recorded = exposures[name]
    return recorded === exposure || (move !== 'advance' && toggle && recorded !== undefined && isForward(toggle, recorded, exposure))
  })
}

function isSameWatch(recorded: Watch, found: Watch | undefined): boolean {
  if (!found) return false
  // A gap is a word for people, which older versions did not keep.
  const { counting: _r, gap: _g, ...one } = recorded
  const { counting: _f, gap: _h, ...other } = found
  return isSame(one, other)
}

function summed(polls: readonly Polled[], from: Instant, to: Instant): Parting['beyond'] {
  const groups = polls.flatMap(({ counted }) =>
    Object.values(counted)
      .flatMap((each) => onIn(each))
      .slice(0, 1),
  )
  const sumOf = (key: string): number => groups.reduce((all, counts) => all + (counts[key] ?? 0), 0)
  return { lasted: Math.max(0, to - from), ...(groups.length > 0 && { exposed: sumOf('total'), failed: sumOf('bad') }) }
}

function onIn(counted: Counted): readonly Bin['counts'][] {
  return counted.is === 'ratio' && counted.gained.on ? [counted.gained.on] : []
}
