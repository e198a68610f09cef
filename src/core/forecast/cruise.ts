import { rampAt } from '../judge/comparison.ts'
import { settleLeft } from '../judge/settle.ts'
import { standardAt } from '../judge/single.ts'
import { criterionKey, type Phase } from '../plan/plan.ts'
import { currentStep, type State } from '../journal/state.ts'
import { defined } from '../values/defined.ts'
import type { Duration } from '../values/units.ts'
import type { Watch } from '../judge/track.ts'
import { openComparing, type ComparedPoll } from './comparing.ts'
import type { Drawn } from './made-up-source.ts'
import { together, type PairTraffic } from './synthetic/pair-traffic.ts'
import { openCalmWindow, type CalmWindow } from './window.ts'

/** Polls at which nothing can be decided but to wait on, taken at once. */
export interface Cruised {
  readonly watch: Watch
  /** How long each gate was waited for; evidence by what it waited for. */
  readonly waited: { readonly [gate: string]: Duration }
  readonly polls: number
  /** The next poll, where it was drawn already: the judge has more to say of it. */
  readonly drawn?: Drawn
}

/**
 * Takes all polls up to the one at which every gate may be open or something may be wrong: while every metric is healthy
 * and only time and evidence are waited for, a poll changes no more than counts, time and evidence. Undefined where that
 * is not so; what comes of it is what the judge and the policy make of the same polls one by one.
 */
export function cruise(state: State, phase: Phase, draw: () => Drawn): Cruised | undefined {
  const { plan, watch } = state
  if (!watch || settleLeft(phase, watch.watched ?? 0) > 0) return undefined
  const comparing = openComparing(state, phase)
  const timers = timersOf(state, phase)
  let nth = 0
  // What is waited for after so many polls, which never become fewer.
  const timerAfter = (polls: number): string | undefined => {
    for (let timer = timers[nth]; timer && timer.left <= polls * plan.interval; timer = timers[nth]) nth += 1
    return timers[nth]?.gate
  }
  const windows = comparing || timerAfter(1) !== undefined ? windowsOf(state, phase, watch) : undefined
  if (!windows) return undefined
  const waited: Record<string, Duration> = {}
  let polls = 0
  let { comparison } = watch
  const uncompared: ComparedPoll = { comparison }
  let drawn: Drawn | undefined
  while (!drawn) {
    const timer = timerAfter(polls + 1)
    if (timer === undefined && !comparing) break
    const next = draw()
    const compared = comparing && next.isKnown ? comparing(comparison, next.pair) : uncompared
    const gate = compared?.waitsFor ?? timer
    if (next.isKnown && compared && gate !== undefined && areCalm(windows, next.pair)) {
      polls += 1
      comparison = compared.comparison
      waited[gate] = (waited[gate] ?? 0) + plan.interval
    } else drawn = next
  }
  const took = polls * plan.interval
  const isEnd = currentStep(state)?.last === true
  const criteria = isEnd ? Object.fromEntries(phase.success.map((_, at) => keptOf(watch, criterionKey(phase, at), took))) : {}
  const tracks = polls > 0 ? Object.fromEntries(windows.map((window) => [window.name, window.track()])) : {}
  const next = defined({
    ...watch,
    monotonic: watch.monotonic + took,
    credit: watch.credit + took,
    watched: (watch.watched ?? 0) + took,
    tracks: { ...watch.tracks, ...tracks },
    criteria: { ...watch.criteria, ...criteria },
    comparison,
  })
  return { watch: next, waited, polls, ...(drawn && { drawn }) }
}

/** Opens the windows of all metrics; undefined where one of them is left to the judge. */
function windowsOf({ plan, cursor, ...state }: State, phase: Phase, { tracks }: Watch): readonly CalmWindow[] | undefined {
  const names = [...new Set([...phase.metrics, ...phase.success.map(({ metric }) => metric)])]
  const compared = rampAt(plan, cursor)?.metrics
  const isEnd = currentStep({ plan, cursor, ...state })?.last === true
  const windows = names.flatMap((name) => {
    const metric = plan.metrics[name]
    const criteria = isEnd ? phase.success.filter((each) => each.metric === name) : []
    const standard = standardAt(plan, phase, cursor, name)
    const side = compared?.[name] === undefined ? 'all' : 'on'
    return (metric && openCalmWindow(name, tracks[name], { metric, criteria, standard, side, interval: plan.interval })) ?? []
  })
  return windows.length < names.length ? undefined : windows
}

/** Has all windows take one more poll, or none. */
function areCalm(windows: readonly CalmWindow[], { on, off }: PairTraffic): boolean {
  const all = together(on, off)
  let taken = 0
  for (const window of windows) {
    if (!window.take(window.side === 'on' ? on : all)) {
      for (const each of windows.slice(0, taken)) each.giveBack()
      return false
    }
    taken += 1
  }
  return true
}

function keptOf({ criteria }: Watch, key: string, took: Duration): readonly [key: string, held: Duration] {
  return [key, (criteria[key] ?? 0) + took]
}

/** A gate that time alone opens. */
interface Timer {
  readonly gate: string
  readonly left: Duration
}

/** The gates that are waited for, in the order in which a turn looks at them. */
function timersOf({ watch, ...state }: State, phase: Phase): readonly Timer[] {
  const step = currentStep(state)
  if (!step || !watch) return []
  const success = step.last ? phase.success : []
  const hold = rampAt(state.plan, state.cursor)?.pace === 'evidence' ? 0 : step.hold
  return [
    { gate: 'hold', left: hold - watch.credit },
    { gate: 'bake', left: (step.last ? phase.after : 0) - watch.credit },
    ...success.map(({ over }, nth) => ({ gate: 'success', left: over - (watch.criteria[criterionKey(phase, nth)] ?? 0) })),
  ]
}
