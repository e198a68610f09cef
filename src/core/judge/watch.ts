import { defined } from '../values/defined.ts'
import { isNews } from './answers.ts'
import { arrive, rampAt } from './comparison.ts'
import { compare, focused } from './compare.ts'
import { beginAll, countAll, type CountedReadings } from './count-all.ts'
import type { Counted } from './counting.ts'
import { criterionKey } from '../plan/plan.ts'
import { judge, restart } from './judge.ts'
import type { SharedTime, StoreTime, Watch } from './track.ts'
import { absent, type Reading } from '../values/reading.ts'
import { settleLeft, unsettled } from './settle.ts'
import { enterSingle, standardAt, type Single } from './single.ts'
import type { Duration, Instant } from '../values/units.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { holds } from '../values/rule.ts'

/** Where a monotonic clock stands, and whose it is. */
export interface Tick {
  readonly monotonic: Duration
  readonly domain: string
  /** The clock of the store, where it was asked: it compares across machines. */
  readonly shared?: SharedTime
  /** Wall time, only compared with the times of samples. */
  readonly now: Instant
}

export type Readings = { readonly [metric: string]: Reading }

/** Before the first step nobody has the change: whatever is looked back at is as it was. */
const BEFORE_ALL: Duration = Infinity

const UNREAD: Counted = absent('unreachable', 'it was not read')

/**
 * Returns how far apart two polls may be and still be a watch. A reading may take as long as its deadline: that is
 * watching too.
 */
export function longestGap(plan: Plan): Duration {
  return plan.interval * 3 + Math.max(0, ...Object.values(plan.metrics).map(({ timeout }) => timeout))
}

/** Where a rollout is while it is watched: the phase under way, and the step arrived at (-1 before the first). */
export interface Position {
  readonly phase: Phase
  readonly cursor: number
}

/** Returns the watch after one more poll of the phase under way. */
export function observe(plan: Plan, position: Position, before: Watch | undefined, all: Readings, tick: Tick): Watch {
  return poll(plan, position, before, all, tick).watch
}

/** Returns the watch after one more poll, and what the poll counted: all that was judged. */
export function poll(
  plan: Plan,
  position: Position,
  before: Watch | undefined,
  all: Readings,
  tick: Tick,
): { readonly watch: Watch; readonly counted: CountedReadings } {
  const { counting, counted } = countAll(plan, rampAt(plan, position.cursor), before?.counting, all, tick.now)
  return { watch: { ...judgeCounted(plan, position, before, counted, tick), ...(counting && { counting }) }, counted }
}

/** Returns the watch after a poll that was counted already; it holds no counters. */
export function judgeCounted(
  plan: Plan,
  { phase, cursor }: Position,
  before: Watch | undefined,
  counted: CountedReadings,
  tick: Tick,
): Watch {
  const ramp = rampAt(plan, cursor)
  const apart = before && passed(before, tick)
  const isGap = apart !== undefined && apart > longestGap(plan)
  const elapsed = apart === undefined || apart < 0 || isGap ? undefined : apart
  const watched = (before?.watched ?? 0) + (elapsed ?? 0)
  // What was gained since the poll before counts once that poll was no longer of the settling time.
  const isSettling = cursor >= 0 && settleLeft(phase, before?.watched ?? 0) > 0
  const taken = isSettling ? unsettled(counted, settleLeft(phase, watched)) : counted
  const readings = focused(ramp, taken)
  const comparison = compare(ramp, before?.comparison, taken, elapsed ?? plan.interval)
  const settled = cursor < 0 ? BEFORE_ALL : watched - (phase.settle ?? 0)
  // What this phase needs and nobody read is missing: an older verdict must not stand in for it.
  const wanted = new Set([...phase.metrics, ...phase.success.map(({ metric }) => metric), ...Object.keys(readings)])
  const polled = [...wanted].flatMap((name) => {
    const metric = plan.metrics[name]
    if (!metric) return []
    const standard = standardAt(plan, phase, cursor, name)
    return [[name, judge(metric, before?.tracks[name], readings[name] ?? UNREAD, { elapsed, watched: settled }, standard)] as const]
  })
  const tracks = { ...before?.tracks, ...Object.fromEntries(polled) }
  const trusted =
    !isSettling &&
    phase.metrics.every((name) => {
      const track = tracks[name]
      if (track?.verdict === 'healthy') return true
      return track?.verdict === 'unknown' && (MEANWHILE.has(track.missing?.reason) || plan.metrics[name]?.onNoData === 'ignore')
    })
  return defined({
    monotonic: tick.monotonic,
    domain: tick.domain,
    shared: countedUpTo(tick.shared, before?.shared, elapsed),
    isSevered: before && apart === undefined ? true : undefined,
    gap: isGap ? apart : undefined,
    // Only time in which nothing was wrong proves anything.
    credit: (before?.credit ?? 0) + (trusted ? (elapsed ?? 0) : 0),
    watched,
    tracks,
    criteria: { ...before?.criteria, ...(isAtEnd(plan, phase, cursor) && criteria(phase, before, tracks, elapsed ?? 0)) },
    comparison,
    answers: before?.answers,
  })
}

/** Time counts while these come: each is waited for by a gate of its own. */
const MEANWHILE: ReadonlySet<string | undefined> = new Set(['few-samples', 'looks-back'])

/**
 * Returns the watch as a step has just been reached: no credit, no samples; counters begin as they are now; the
 * criteria of phases whose last step is behind, and the comparison of the two groups, go on.
 */
export function beginWatch(plan: Plan, cursor: number, before: Watch | undefined, all: Readings, tick: Tick): Watch {
  const ramp = rampAt(plan, cursor)
  const comparison = arrive(ramp, before?.comparison)
  const names = new Set([...Object.keys(before?.tracks ?? {}), ...Object.keys(all)])
  const phase = plan.phases[stepsOf(plan)[Math.max(cursor, 0)]?.phase ?? 0]
  const single = (name: string): Single | undefined =>
    enterSingle(phase && standardAt(plan, phase, cursor, name), before?.tracks[name]?.single)
  const tracks = Object.fromEntries([...names].map((name) => [name, restart(single(name))]))
  return defined({
    monotonic: tick.monotonic,
    domain: tick.domain,
    shared: countedUpTo(tick.shared),
    credit: 0,
    watched: 0,
    tracks,
    counting: beginAll(plan, ramp, before?.counting, all, tick.now),
    criteria: criteriaOf(plan, cursor, before),
    comparison,
  })
}

/** However long a hold is, a crash loses no more of it than this. */
const LONGEST_UNKEPT: Duration = 600_000

/**
 * Returns whether so much time was watched that it is worth an event: a tenth of a time that is `needed`, the rest of it,
 * and at least every ten minutes. What is watched beyond proves nothing more: a step that waits for a person is kept
 * every ten minutes.
 */
export function isDue({ interval }: Pick<Plan, 'interval'>, before: Watch | undefined, now: Watch, needed: readonly Duration[]): boolean {
  if (!before || now.monotonic - before.monotonic >= LONGEST_UNKEPT) return true
  return needed.some((time) => {
    const part = Math.min(Math.max(time / 10, interval), LONGEST_UNKEPT)
    // With the first poll that needs no more time the next step may be taken, and that keeps it.
    const isWaiting = before.credit < time && now.credit >= time + interval / 2
    return isWaiting || Math.min(now.credit, time) - before.credit >= part
  })
}

/** Returns whether a verdict or a streak has turned, or whether something is used has come to be known. */
export function hasTurned(before: Watch | undefined, now: Watch): boolean {
  if (isNews(before?.answers, now.answers)) return true
  return Object.entries(now.tracks).some(([name, track]) => {
    const old = before?.tracks[name]
    return (
      old?.verdict !== track.verdict ||
      old?.met !== track.met ||
      old?.missing?.reason !== track.missing?.reason ||
      (old?.criticalFor === undefined) !== (track.criticalFor === undefined) ||
      (old?.warningFor === undefined) !== (track.warningFor === undefined)
    )
  })
}

/**
 * Within a boot by this machine's clock, across by that of the store, the least that it can have been; undefined where no clock
 * has seen both ends.
 */
function passed({ domain, monotonic, shared }: Watch, tick: Tick): Duration | undefined {
  if (domain === tick.domain) return tick.monotonic - monotonic
  return shared && shared.domain === tick.shared?.domain ? Math.max(0, tick.shared.at - shared.at) : undefined
}

/**
 * Returns the time of the store up to which a watch counts, which is no earlier than that of the poll may be. What a poll could
 * not count, because the time of the store is not known so exactly, is left for the next: polls may be closer together than that.
 */
function countedUpTo(now: SharedTime | undefined, before?: StoreTime, elapsed?: Duration): StoreTime | undefined {
  if (!now) return undefined
  const latest = now.at + (now.within ?? 0)
  const goesOn = before?.domain === now.domain && elapsed !== undefined
  return { at: goesOn ? Math.min(Math.max(before.at + elapsed, now.at), latest) : latest, domain: now.domain }
}

/** Success is sustained at the last step: what held before, with fewer users, says nothing of it. */
function isAtEnd(plan: Plan, phase: Phase, cursor: number): boolean {
  const step = stepsOf(plan)[cursor]
  return step?.last === true && plan.phases[step.phase]?.id === phase.id
}

function criteriaOf(plan: Plan, cursor: number, before: Watch | undefined): Watch['criteria'] {
  const reached = stepsOf(plan).filter(({ last, index }) => last && index <= cursor)
  const ends = new Set(reached.map(({ phase }) => plan.phases[phase]?.id))
  return Object.fromEntries(Object.entries(before?.criteria ?? {}).filter(([key]) => ends.has(key.slice(0, key.lastIndexOf('/')))))
}

/** A criterion grows while it holds, waits while nothing is known, and starts over when it is broken. */
function criteria(phase: Phase, before: Watch | undefined, tracks: Watch['tracks'], elapsed: Duration): Watch['criteria'] {
  return Object.fromEntries(
    phase.success.map((criterion, nth) => {
      const key = criterionKey(phase, nth)
      const held = before?.criteria[key] ?? 0
      const value = tracks[criterion.metric]?.verdict === 'unknown' ? undefined : tracks[criterion.metric]?.value
      if (value === undefined) return [key, held]
      return [key, holds(criterion.rule, value) ? held + elapsed : 0]
    }),
  )
}
