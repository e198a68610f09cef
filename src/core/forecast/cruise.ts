import { rampAt } from '../judge/comparison.ts'
import { standardAt } from '../judge/single.ts'
import { criterionKey, type Phase } from '../plan/plan.ts'
import { currentStep, type State } from '../journal/state.ts'
import type { Duration } from '../values/units.ts'
import type { Watch } from '../judge/track.ts'
import type { Drawn } from './made-up-source.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'
import { openCalmWindow, type CalmWindow } from './window.ts'

/** Polls at which nothing can be decided but to wait on, taken at once. */
export interface Cruised {
  readonly watch: Watch
  /** How long each gate was waited for, in the order of the gates. */
  readonly waited: { readonly [gate: string]: Duration }
  readonly polls: number
  /** The next poll, where it was drawn already: the judge has more to say of it. */
  readonly drawn?: Drawn
}

/** A gate that time alone opens. */
interface Timer {
  readonly gate: string
  readonly left: Duration
}

/**
 * Takes all polls up to the one at which a gate may open or something may be wrong: while every metric is healthy and only
 * time is waited for, a poll changes no more than counts and time. Undefined where that is not so; what comes of it is
 * what the judge and the policy make of the same polls one by one.
 */
export function cruise(state: State, phase: Phase, draw: () => Drawn): Cruised | undefined {
  const { plan, watch, cursor } = state
  const timers = timersOf(state, phase)
  const most = Math.ceil(Math.max(0, ...timers.map(({ left }) => left)) / plan.interval) - 1
  if (!watch || most < 1 || rampAt(plan, cursor)) return undefined
  const names = new Set([...phase.metrics, ...phase.success.map(({ metric }) => metric)])
  const isEnd = currentStep(state)?.last === true
  const windows = [...names].map((name) => {
    const metric = plan.metrics[name]
    const criteria = isEnd ? phase.success.filter((each) => each.metric === name) : []
    const parts = metric && { metric, criteria, standard: standardAt(plan, phase, cursor, name), interval: plan.interval }
    return parts && openCalmWindow(name, watch.tracks[name], parts)
  })
  const calm = windows.flatMap((window) => window ?? [])
  if (calm.length < windows.length) return undefined
  let polls = 0
  let drawn: Drawn | undefined
  while (polls < most && !drawn) {
    const next = draw()
    if (next.everybody && areCalm(calm, next.everybody)) polls += 1
    else drawn = next
  }
  const took = polls * plan.interval
  const criteria = isEnd ? Object.fromEntries(phase.success.map((_, nth) => keptOf(watch, criterionKey(phase, nth), took))) : {}
  const tracks = polls > 0 ? Object.fromEntries(calm.map(({ name, track }) => [name, track])) : {}
  return {
    watch: {
      ...watch,
      monotonic: watch.monotonic + took,
      credit: watch.credit + took,
      watched: (watch.watched ?? 0) + took,
      tracks: { ...watch.tracks, ...tracks },
      criteria: { ...watch.criteria, ...criteria },
    },
    waited: waitedFor(timers, polls, plan.interval),
    polls,
    ...(drawn && { drawn }),
  }
}

/** Has all windows take one more poll, or none. */
function areCalm(windows: readonly CalmWindow[], everybody: GroupTraffic): boolean {
  const broken = windows.findIndex((window) => !window.take(everybody))
  if (broken === -1) return true
  for (const window of windows.slice(0, broken)) window.giveBack()
  return false
}

function keptOf({ criteria }: Watch, key: string, took: Duration): readonly [key: string, held: Duration] {
  return [key, (criteria[key] ?? 0) + took]
}

/** The gates that are waited for, in the order in which a turn looks at them. */
function timersOf(state: State, phase: Phase): readonly Timer[] {
  const { watch } = state
  const step = currentStep(state)
  if (!step || !watch) return []
  const success = step.last ? phase.success : []
  return [
    { gate: 'hold', left: step.hold - watch.credit },
    { gate: 'bake', left: (step.last ? phase.after : 0) - watch.credit },
    ...success.map(({ over }, nth) => ({ gate: 'success', left: over - (watch.criteria[criterionKey(phase, nth)] ?? 0) })),
  ]
}

/** Each poll waits for the first gate that is closed after it. */
function waitedFor(timers: readonly Timer[], polls: number, interval: Duration): { readonly [gate: string]: Duration } {
  const waited: Record<string, Duration> = {}
  let from = 0
  for (const { gate, left } of timers) {
    // Closed after poll n while n × interval < left.
    const until = Math.min(polls, Math.max(from, Math.ceil(left / interval) - 1))
    if (until > from) waited[gate] = (waited[gate] ?? 0) + (until - from) * interval
    from = Math.max(from, until)
  }
  return waited
}
