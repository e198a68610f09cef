import { approvalsOf } from '../../src/core/plan/approvals.ts'
import { environment } from '../../src/core/plan/environment.ts'
import { confirmedBy, type Event } from '../../src/core/journal/event.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { exposureAt, isForward, stepsOf } from '../../src/core/plan/steps.ts'
import type { Exposures, Plan } from '../../src/core/plan/plan.ts'
import { evolve, fold } from '../../src/core/journal/fold.ts'
import type { State } from '../../src/core/journal/state.ts'
import { longestGap } from '../../src/core/judge/watch.ts'
import { AHEAD, type Process } from './process.ts'
import type { Timeline } from './time.ts'
import type { SimulatedTarget, Watcher, World } from './world.ts'

/** Named as in SECURITY.md: I1 … I20. */
export interface Violation {
  readonly invariant: string
  readonly text: string
}

/** Holds a simulated rollout to the invariants, by what truly happened and never by what the program believes. */
export interface Judge extends Omit<Watcher, 'onMark'> {
  readonly violations: readonly Violation[]
  /** The fold of what the store holds. */
  readonly state: State | undefined
  /** A command or controller has told its user that the rollback is done. */
  onRolledBack(epoch: number): void
  /** Every request has landed, everybody who was stopped has gone on: before any further command. */
  atRest(): void
  /** After one more command on a world without faults. */
  atEnd(harmful: boolean): void
}

/** Longest time from a journal that was read to its reader's next request, in milliseconds: what comes meanwhile nobody can know. */
const TRAVEL = 10

/** Longest time between the clock that a poll goes by, which may be the store's, and its readings, in milliseconds. */
const MOMENT = 10

/** What people say with a rollback that has no scope. */
const PLAIN = ['phase', 'once more']

interface Stale {
  readonly at: number
  readonly process: Process
  /** Its sender had not ended by then: it knows of it, and puts it right. */
  readonly isKnown: boolean
}

export function openJudge(
  plan: Plan,
  time: Timeline,
  world: () => World,
  settle: number,
  isForeign: (target: SimulatedTarget) => boolean,
): Judge {
  const violations: Violation[] = []
  const acknowledged = new Set<string>()
  const ids = new Set<string>()
  const named = new Map<string, Set<string>>()
  const readings = new Map<Process, ReadonlyMap<string, Reading>>()
  const sent = new Map<string, ReadonlyMap<string, Reading>>()
  /** When a process heard of its newest readings. */
  const polled = new Map<Process, number>()
  const stale = new Map<string, Stale>()
  let state: State | undefined
  let frozen = ''
  let frozenPlan: Plan | undefined
  let arrivedAt = 0
  let intendedAt = 0
  /** Target → when the newest intent was confirmed there first. */
  const confirmed = new Map<string, number>()
  let watched = 0
  let polledAt = Number.NEGATIVE_INFINITY
  let done: { readonly epoch: number } | undefined
  let restedAt = 0
  /** The phase that a retreat is about: that of the newest step up, until it is resumed with nothing of it left. */
  let underWay = 0

  /** Steps that somebody has agreed to, and has not taken back, and when by their clock; a retreat makes it void. */
  const agreed = new Map<number, number>()

  const broken = (invariant: string, text: string): void => void violations.push({ invariant, text })
  const name = (exposures: Exposures): void => {
    for (const target of Object.keys(plan.targets)) {
      for (const [variable, word] of Object.entries(environment(plan, target, { exposures, baseline: exposures }))) {
        const key = `${target} ${variable}`
        named.set(key, (named.get(key) ?? new Set()).add(word))
      }
    }
  }
  const differing = (target: SimulatedTarget, exposures: Exposures): string | undefined => {
    const wanted = environment(plan, target.name, { exposures, baseline: exposures })
    const variable = Object.keys(wanted).find((each) => target.words[each] !== wanted[each])
    return variable === undefined ? undefined : `${target.name} holds ${variable}=${target.words[variable]} instead of ${wanted[variable]}`
  }
  /**
   * Promised to be found: what is late by no more than a request can be, after a rollback that was reported done; and
   * whatever its writer lives to put back. Elsewhere a late write is found before the next step up.
   */
  const isPromised = (target: SimulatedTarget): boolean => {
    const late = stale.get(target.name)
    if (target.fenced || late === undefined || (late.isKnown && !late.process.isKilled)) return true
    return state?.status === 'rolled back' && late.at <= arrivedAt + settle
  }

  /** Only what moves: the words that differ, and what an older intent has not been confirmed by. */
  const concern = (before: State, event: Extract<Event, { type: 'intended' }>): void => {
    if (event.move !== 'advance' || before.intent) return
    for (const target of event.targets ?? Object.keys(plan.targets)) {
      const [was, is] = [before.exposures, event.exposures].map((exposures) =>
        environment(plan, target, { exposures, baseline: exposures }),
      )
      const isMoved = Object.entries(is ?? {}).some(([variable, word]) => was?.[variable] !== word)
      if (!isMoved && !before.missing.includes(target)) broken('I22', `#${event.seq} concerns ${target}, where nothing moves`)
    }
  }
  const forward = (before: State, event: Extract<Event, { type: 'intended' }>): void => {
    const overrides = event.overrides ?? []
    if (before.status !== 'running') broken(before.status === 'paused' ? 'I8' : 'I5', `#${event.seq} goes forward while ${before.status}`)
    if (before.intent) broken('I4', `#${event.seq} goes forward before #${before.intent.seq} has arrived`)
    const steps = stepsOf(plan)
    const skipped = steps.slice(before.cursor + 1, event.cursor).find((step) =>
      step.moves.some((toggle) => {
        const spec = plan.toggles[toggle]
        const now = before.exposures[toggle] ?? 0
        return spec && isForward(spec, now, exposureAt(spec, before.baseline[toggle] ?? 0, step.to))
      }),
    )
    if (skipped || event.cursor <= before.cursor) broken('I4', `#${event.seq} goes from step ${before.cursor + 1} to ${event.cursor + 1}`)
    const step = steps[before.cursor]
    if (step && !overrides.includes('hold')) {
      const true_ = time.now - arrivedAt
      if (true_ < step.hold) broken('I13', `#${event.seq} goes on after ${true_ / 1000}s of ${step.hold / 1000}s`)
      if (watched + MOMENT < step.hold) broken('I13', `#${event.seq} goes on after only ${watched / 1000}s of watching`)
    }
    const next = steps[event.cursor]
    for (const { expires = Number.POSITIVE_INFINITY } of next ? approvalsOf(next) : []) {
      const at = agreed.get(event.cursor)
      const isAgreed = at !== undefined && event.at < at + expires
      if (!isAgreed && !overrides.includes('approval')) broken('I4', `#${event.seq} goes forward without approval`)
    }
    for (const { name: freeze, from, to } of plan.freezes)
      if (from <= event.at && event.at < to) broken('I4', `#${event.seq} goes forward in the freeze ${freeze}`)
    if (overrides.includes('metrics') || overrides.includes('samples')) return
    for (const metric of plan.phases[step?.phase ?? 0]?.metrics ?? []) {
      const reading = sent.get(event.id)?.get(metric)
      const isKnown = reading?.is === 'value' ? reading.value < 0.01 : reading !== undefined && world().counts?.whole.has(reading) === true
      if (!isKnown) broken('I7', `#${event.seq} goes forward on ${JSON.stringify(reading)}`)
    }
  }
  const backward = (before: State, event: Extract<Event, { type: 'intended' }>): void => {
    const held = before.intent?.exposures ?? before.exposures
    const { code, text, contingency = '' } = event.why
    const isOfPhase = code === 'operator' ? [...PLAIN, 'reduce'].includes(text) : !['all', 'partial'].includes(contingency)
    if (PLAIN.includes(text) && before.status === 'rolled back' && before.intent)
      broken('I30', `#${event.seq} goes further than #${before.intent.seq}, which is not done`)
    for (const [toggle, spec] of Object.entries(plan.toggles)) {
      const to = event.exposures[toggle] ?? 0
      // What a break-glass has taken back is not raised by who knows nothing of it.
      const isTaken = world().targets.some((target) => spec.targets.includes(target.name) && isForeign(target))
      if (isForward(spec, held[toggle] ?? 0, to) && isForward(spec, before.exposures[toggle] ?? 0, to))
        broken('I5', `#${event.seq} ${event.move} raises ${toggle} to ${to}%`)
      if (
        spec.core &&
        !isTaken &&
        (text === 'partial' || contingency === 'partial') &&
        isForward(spec, to, before.exposures[toggle] ?? 0) &&
        isForward(spec, to, held[toggle] ?? 0)
      )
        broken('I18', `#${event.seq} takes the core toggle ${toggle} along`)
      const isEarlier = plan.phases.slice(0, underWay).some(({ toggles }) => toggles.includes(toggle))
      if (isOfPhase && !isTaken && isEarlier && isForward(spec, to, held[toggle] ?? 0))
        broken('I30', `#${event.seq} takes back ${toggle}, which is not of the phase under way`)
    }
  }
  return {
    violations,
    get state() {
      return state
    },
    onSend: (event, process) => {
      const known = readings.get(process)
      if (event.type === 'intended' && known) sent.set(event.id, known)
      const age = time.now - (polled.get(process) ?? time.now)
      if (event.type === 'intended' && event.move === 'advance' && age > longestGap(plan))
        broken('I7', `#${event.seq} goes forward on readings that are ${age / 1000}s old`)
    },
    onAppend: (event) => {
      if (ids.has(event.id)) broken('I2', `the id of #${event.seq} is there twice`)
      ids.add(event.id)
      if (event.previous !== (state?.hash ?? '')) broken('I1', `#${event.seq} does not follow the event before it`)
      if (event.type === 'started') name(event.baseline)
      if (event.type === 'intended' && state) {
        concern(state, event)
        if (event.move === 'advance') forward(state, event)
        else backward(state, event)
        name(event.exposures)
      }
      if (event.type === 'arrived' && state?.intent) {
        const { exposures } = state.intent
        for (const target of world().targets) {
          const isSure = target.fenced && !isForeign(target) && !event.missing.includes(target.name)
          const difference = isSure ? differing(target, exposures) : undefined
          if (difference !== undefined) broken('I9', `#${event.seq} says that it arrived, but ${difference}`)
        }
        arrivedAt = event.watch.monotonic - (AHEAD[event.watch.domain] ?? 0)
        const appliedAt = Math.max(0, ...confirmed.values())
        if (event.missing.length === 0 && arrivedAt + 1 < appliedAt)
          broken('I13', `#${event.seq} starts the hold ${appliedAt - arrivedAt} ms before every target had confirmed`)
        watched = Math.max(0, time.now - arrivedAt)
        polledAt = time.now
      }
      if (event.type === 'intended') {
        intendedAt = time.now
        confirmed.clear()
      }
      if (event.type === 'approved') agreed.set(event.step, event.at)
      if (event.type === 'revoked') agreed.delete(event.step)
      if (event.type === 'intended' && event.move !== 'advance') agreed.clear()
      for (const target of event.type === 'applied' ? confirmedBy(event) : []) if (!confirmed.has(target)) confirmed.set(target, time.now)
      state = evolve(state, event)
      if (event.type === 'intended' && event.move === 'advance') underWay = stepsOf(plan)[event.cursor]?.phase ?? 0
      if (event.type === 'resumed' && state) {
        const { baseline, cursor, exposures } = state
        const isLeft = plan.phases[underWay]?.toggles.some((toggle) => exposures[toggle] !== baseline[toggle])
        if (isLeft !== true) underWay = stepsOf(plan)[Math.max(cursor, 0)]?.phase ?? 0
      }
      if (event.type === 'started') {
        frozen = JSON.stringify(event.plan)
        frozenPlan = event.plan
      }
      if (event.type !== 'started' && state?.plan !== frozenPlan && JSON.stringify(state?.plan) !== frozen)
        broken('I17', `#${event.seq} changes the frozen plan`)
    },
    onAcknowledged: (event) => void acknowledged.add(event.id),
    onBegin: ({ name: target }, epoch, { awakeSince }) => {
      const known = time.now - Math.max(intendedAt, awakeSince)
      const newest = state?.epoch ?? 0
      if (epoch < newest && known > TRAVEL) broken('I14', `#${epoch} is sent to ${target} ${known} ms after #${newest} has overtaken it`)
    },
    onWrite: (target, variable, word, epoch, process) => {
      if (!named.get(`${target.name} ${variable}`)?.has(word))
        broken('I3', `${target.name} gets ${variable}=${word}, which nothing durable names`)
      const newest = state?.epoch ?? 0
      if (epoch < newest) stale.set(target.name, { at: time.now, process, isKnown: process.isAlive })
      else if (state && differing(target, state.intent?.exposures ?? state.exposures) === undefined) stale.delete(target.name)
    },
    onReading: (metric, reading, process) => {
      world().counts?.heard(reading, process)
      // Somebody who has read another process since has not said so yet.
      const began = reading.is === 'ratio' ? reading.instance?.began : undefined
      if (began !== undefined && began === state?.watch?.counting?.[metric]?.began) world().counts?.whole.add(reading)
      const isStale = reading.is !== 'missing' && process.clock.now() - (reading.at ?? 0) > 61_000
      const own = new Map(readings.get(process)).set(metric, isStale ? { is: 'missing', reason: 'stale', detail: '' } : reading)
      readings.set(process, own)
      polled.set(process, time.now)
      const elapsed = time.now - polledAt
      // A poll takes a moment itself: the gap is counted generously here, never in the program.
      if (elapsed <= longestGap(plan) + 10_000) watched += Math.min(elapsed, time.now - arrivedAt)
      polledAt = time.now
    },
    onRolledBack: (epoch) => {
      if (state?.epoch === epoch) done = { epoch }
    },
    atRest: () => {
      restedAt = time.now
      if (!state || state.status !== 'rolled back' || state.intent || done?.epoch !== state.epoch) return
      for (const target of world().targets) {
        const difference = differing(target, state.exposures)
        if (difference === undefined || isForeign(target)) continue
        if (isPromised(target)) broken('I6', `the rollback was reported done, but ${difference}`)
      }
    },
    atEnd: (harmful) => {
      if (!state) return
      const events = world().events
      for (const id of acknowledged) if (!ids.has(id)) broken('I12', `the acknowledged event ${id} is lost`)
      const again = fold(JSON.parse(JSON.stringify(events)))
      if (JSON.stringify(again) !== JSON.stringify(state)) broken('I16', 'a replay of the journal gives another state')
      if (time.now - restedAt > 3_600_000) broken('I10', 'it takes more than an hour to come to an end')
      if (state.intent)
        return broken('I10', `#${state.intent.seq} ${state.intent.move} does not end: ${JSON.stringify(state.intent.targets)}`)
      for (const target of world().targets) {
        const difference = differing(target, state.exposures)
        const isKnown = state.status === 'paused' && state.stopped?.why.code === 'drift'
        const isAllowed = state.status !== 'rolled back' && (state.missing.includes(target.name) || !isPromised(target))
        if (difference !== undefined && !isKnown && !isAllowed && !isForeign(target))
          broken('I19', `it is ${state.status}, but ${difference}`)
      }
      if (harmful && state.status === 'running' && time.now - arrivedAt > 60_000)
        broken('I7', 'users meet the fault, metrics work, a controller watches, and it goes on')
    },
  }
}
