import { defined } from '../values/defined.ts'
import type { Event, Move } from '../journal/event.ts'
import { isForward, stepsOf } from '../plan/steps.ts'
import type { Metric } from '../plan/metric.ts'
import { defaultsOf, type Exposures, type Plan } from '../plan/plan.ts'
import { evolve } from '../journal/fold.ts'
import type { State, Status } from '../journal/state.ts'
import { changesBetween, type Change } from './changes.ts'
import type { Duration, Exposure, Instant } from '../values/units.ts'

/** A value from some time on, until the next point. `undefined`: nothing is known. */
export interface Point<Value> {
  readonly at: Instant
  readonly value: Value
}

/** Something that was taken back. */
export interface Setback {
  readonly seq: number
  readonly at: Instant
  readonly move: Exclude<Move, 'advance'>
  readonly actor: string
  readonly why: string
  readonly changes: readonly Change[]
  /**
   * From the arrival at the step that was left until it was decided, and from there until every target had confirmed.
   */
  readonly noticed: Duration
  readonly confirmed?: Duration
}

/** What happened in one rollout, from its journal alone. */
export interface Report {
  readonly name: string
  readonly environment?: string
  readonly owner?: string
  readonly plan: Plan
  readonly status: Status
  readonly why?: string
  readonly from: Instant
  readonly to: Instant
  /** The step it stands at, counted from 1, and how many there are. */
  readonly reached: number
  readonly steps: number
  readonly events: number
  /** Hash of the newest event: names everything before it. */
  readonly head: string
  /** Versions of the program that wrote it. */
  readonly versions: readonly string[]
  /** Who acted, and how often; the program itself is `auto`. */
  readonly actors: readonly { readonly actor: string; readonly events: number }[]
  /**
   * Toggle → how far it was on. From the intent on where more users may have it, until the confirmation where fewer
   * may.
   */
  readonly exposures: { readonly [toggle: string]: readonly Point<Exposure>[] }
  readonly metrics: { readonly [metric: string]: { readonly rules: Metric; readonly points: readonly Point<number | undefined>[] } }
  readonly setbacks: readonly Setback[]
}

/** Sums up the events of a rollout, `earlier` being what the journal had come to before them; undefined when nothing was started. */
export function reportOf(events: readonly Event[], earlier?: State): Report | undefined {
  let state = earlier
  const exposures = new Map<string, Point<Exposure>[]>()
  const metrics = new Map<string, Point<number | undefined>[]>()
  const setbacks: Setback[] = []
  for (const event of events) {
    const before = state
    state = evolve(before, event)
    if (!state) continue
    for (const [toggle, value] of Object.entries(reached(before, state))) add(exposures, toggle, event.at, value)
    if (event.type === 'observed' || event.type === 'arrived') {
      for (const [name, { verdict, value }] of Object.entries(event.watch.tracks))
        add(metrics, name, event.at, verdict === 'unknown' ? undefined : value)
    }
    if (event.type === 'intended' && event.move !== 'advance' && before) setbacks.push(setbackOf(event, event.move, before, events))
  }
  const [first, last] = [events.find(({ type }) => type === 'started'), events.at(-1)]
  if (!state || !first || !last) return undefined
  const { plan, status, stopped } = state
  return defined({
    name: plan.name,
    environment: plan.environment,
    owner: plan.owner,
    plan,
    status,
    why: stopped?.why.text,
    from: first.at,
    to: last.at,
    reached: state.cursor + 1,
    steps: stepsOf(plan).length,
    events: events.length,
    head: last.hash,
    versions: [...new Set(events.map(({ version }) => version))],
    actors: actorsOf(events),
    exposures: Object.fromEntries(exposures),
    metrics: Object.fromEntries(
      [...metrics].flatMap(([name, points]) => {
        const rules = plan.metrics[name]
        return rules ? [[name, { rules, points }]] : []
      }),
    ),
    setbacks,
  })
}

/** How far each toggle may be on: with an unfinished intent the further one of what it was and what it is to be. */
function reached(before: State | undefined, { plan, exposures, intent }: State): Exposures {
  const was = before?.intent?.exposures ?? before?.exposures ?? exposures
  return Object.fromEntries(
    Object.entries(defaultsOf(plan)).map(([name, none]) => {
      const toggle = plan.toggles[name]
      const [held, wanted] = [exposures[name] ?? none, intent?.exposures[name] ?? exposures[name] ?? none]
      const earlier = intent ? (was[name] ?? held) : held
      const furthest = toggle && isForward(toggle, held, earlier) ? earlier : held
      return [name, toggle && isForward(toggle, furthest, wanted) ? wanted : furthest]
    }),
  )
}

function add<Value>(to: Map<string, Point<Value>[]>, name: string, at: Instant, value: Value): void {
  const points = to.get(name)
  if (!points) to.set(name, [{ at, value }])
  else if (points.at(-1)?.value !== value) points.push({ at, value })
}

function setbackOf(event: Extract<Event, { type: 'intended' }>, move: Setback['move'], before: State, events: readonly Event[]): Setback {
  const arrived = events.find((each) => each.type === 'arrived' && each.intent === event.seq)
  return defined({
    seq: event.seq,
    at: event.at,
    move,
    actor: event.actor,
    why: event.why.text,
    changes: changesBetween(before.plan, before.intent?.exposures ?? before.exposures, event.exposures),
    noticed: Math.max(0, event.at - (before.intent?.at ?? before.arrivedAt)),
    confirmed: arrived && Math.max(0, arrived.at - event.at),
  })
}

function actorsOf(events: readonly Event[]): Report['actors'] {
  const counts = new Map<string, number>()
  for (const { actor } of events) counts.set(actor, (counts.get(actor) ?? 0) + 1)
  return [...counts]
    .map(([actor, each]) => ({ actor, events: each }))
    .toSorted((a, b) => b.events - a.events || (a.actor < b.actor ? -1 : 1))
}
