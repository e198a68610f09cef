import { isSealed } from '../../src/adapters/state/seal.ts'
import { withDeadline } from '../../src/adapters/deadline.ts'
import type { OpenMetric, OpenTarget } from '../../src/adapters/open.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Checkpoint, Journal, Lease } from '../../src/core/journal/store.ts'
import { isReplaced, newerMark } from '../../src/core/journal/fence.ts'
import type { Fence } from '../../src/core/ports.ts'
import type { Mark } from '../../src/core/toggle/mark.ts'
import { parseWord, wordFor } from '../../src/core/toggle/words.ts'
import type { Counts } from './counts.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import type { Timeline } from './time.ts'

/** As long as a target is written at most. */
const DEADLINE = 30_000

/** A place that holds words. A fenced one refuses an older epoch; one that is not is written variable by variable. */
export interface SimulatedTarget {
  readonly name: string
  readonly fenced: boolean
  readonly words: Record<string, string>
  /** Of every rollout that writes there. */
  marks: readonly Mark[]
  isUp: boolean
  /** Says that it wrote, and did not. */
  isLying: boolean
}

export interface Watcher {
  /** As its writer sends it; it may land much later. */
  onSend(event: Event, process: Process): void
  /** Before the event gets its place. */
  onAppend(event: Event, process: Process): void
  onAcknowledged(event: Event): void
  /** A write is about to be sent. */
  onBegin(target: SimulatedTarget, epoch: number, process: Process): void
  /** It takes the number of a write, and perhaps its words. */
  onMark(target: SimulatedTarget, epoch: number): void
  onWrite(target: SimulatedTarget, variable: string, word: string, epoch: number, process: Process): void
  onReading(metric: string, reading: Reading, process: Process): void
}

export interface World {
  readonly events: Event[]
  readonly targets: readonly SimulatedTarget[]
  /** What goes wrong beyond single requests. */
  storeIsUp: boolean
  checkpoint: Checkpoint | undefined
  lease: { readonly lease: Lease; readonly until: number } | undefined
  metricsAre: 'true' | 'silent' | 'not a number' | 'stale' | 'worrying'
  /** What the application counts, where its metric is counted. */
  readonly counts: Counts | undefined
  /** Whether users meet the fault now: what an honest metric shows. */
  isHarmful(): boolean
  journal(process: Process): Journal
  open(process: Process): { readonly targets: readonly OpenTarget[]; readonly metrics: readonly OpenMetric[] }
}

export interface WorldParts {
  readonly plan: Plan
  readonly time: Timeline
  readonly random: Random
  /** From this exposure of this toggle on the release hurts; undefined for a good one. */
  readonly fault: { readonly toggle: string; readonly from: number } | undefined
  readonly settle: number
  readonly counts: Counts | undefined
  /** The store tells the time. */
  readonly hasClock: boolean
  readonly watcher: Watcher
}

export function openWorld({ plan, time, random, fault, settle, counts, hasClock, watcher }: WorldParts): World {
  const events: Event[] = []
  const targets = Object.keys(plan.targets).map((name): SimulatedTarget => {
    const toggles = Object.values(plan.toggles).filter((toggle) => toggle.targets.includes(name))
    const words = Object.fromEntries(toggles.map((toggle) => [toggle.variable, wordFor(toggle, toggle.default)]))
    return { name, fenced: name === 'web' || random.chance(0.3), words, marks: [], isUp: true, isLying: false }
  })
  const world: World = {
    events,
    targets,
    storeIsUp: true,
    checkpoint: undefined,
    lease: undefined,
    metricsAre: 'true',
    counts,
    isHarmful: () =>
      fault !== undefined && targets.some(({ words }) => (parseWord(words[fault.toggle] ?? 'false')?.exposure ?? 0) >= fault.from),
    journal: (process) => journalOf(world, process, { time, random, hasClock, watcher }),
    open: (process) => ({
      targets: targets.map((target) => openTarget(target, process, settle, watcher)),
      metrics: Object.keys(plan.metrics).map((name) => openMetric(name, world, process, { time, random, watcher })),
    }),
  }
  return world
}

type StoreParts = Pick<WorldParts, 'time' | 'random' | 'hasClock' | 'watcher'>

function journalOf(world: World, process: Process, { time, random, hasClock, watcher }: StoreParts): Journal {
  const { events } = world
  const down = (): RolloutError => new RolloutError('unreachable', { message: 'the store does not answer' })
  const ask = async <Result>(what: string, effect: () => Result): Promise<Result> =>
    process.io(
      what,
      () => {
        if (!world.storeIsUp) throw down()
        return effect()
      },
      down,
    )
  return {
    place: 'the simulated store',
    ...(hasClock && { time: async () => ask('time', () => ({ at: Math.floor(time.now), domain: 'store' })) }),
    read: async (after = 0) => ask('read', () => events.slice(after)),
    append: async (event) => {
      if (!isSealed(event)) throw new Error(`event ${event.seq} does not match its hash`)
      watcher.onSend(event, process)
      const answer = await ask(`append ${event.type}`, () => {
        const winner = events[event.seq - 1]
        if (winner) return winner.id === event.id ? 'appended' : 'taken'
        if (event.seq !== events.length + 1) throw new Error(`event ${event.seq} leaves a gap`)
        watcher.onAppend(event, process)
        events.push(event)
        return 'appended'
      })
      if (answer === 'appended') watcher.onAcknowledged(event)
      return answer
    },
    checkpoint: async () => world.checkpoint,
    keep: async (checkpoint) => {
      if (checkpoint.seq > (world.checkpoint?.seq ?? 0)) world.checkpoint = checkpoint
    },
    lease: async () => world.lease?.lease,
    // Only a hint: once in a while two have it at once.
    takeLease: async (lease, ttl, instead) => {
      if (!world.storeIsUp) throw down()
      const running = world.lease && world.lease.until > time.now ? world.lease.lease : undefined
      const isFree = !running || [lease, instead].some((each) => each?.holder.pid === running.holder.pid)
      if (!isFree && random.chance(0.9)) return running
      world.lease = { lease, until: time.now + ttl }
      return lease
    },
    dropLease: async (lease) => {
      if (world.lease?.lease.holder.pid === lease.holder.pid) world.lease = undefined
    },
    changed: async (after, limit, signal) => {
      await process.clock.sleep(limit, signal)
      return events.length > after
    },
  }
}

function openTarget(target: SimulatedTarget, process: Process, settle: number, watcher: Watcher): OpenTarget {
  const fail = (): Error => new Error('timeout')
  const reach = async <Result>(what: string, effect: () => Result): Promise<Result> =>
    process.io(
      `${what} ${target.name}`,
      () => {
        if (!target.isUp) throw new Error('connection refused')
        return effect()
      },
      fail,
    )
  const write = (words: Readonly<Record<string, string>>, fence: Fence): void => {
    const { identity, epoch } = fence
    const newer = target.fenced ? newerMark(target.marks, fence) : undefined
    if (newer) throw new Error(`holds change #${newer.epoch}, which is newer than #${epoch}`)
    const mark = { identity, epoch }
    target.marks = [...target.marks.filter((each) => !isReplaced(each, mark)), mark]
    if (target.fenced) watcher.onMark(target, epoch)
    if (target.isLying) return
    for (const [variable, word] of Object.entries(words)) {
      target.words[variable] = word
      watcher.onWrite(target, variable, word, epoch, process)
    }
  }
  return {
    name: target.name,
    marks: async () => (target.fenced ? reach('look', () => target.marks) : []),
    settle: target.fenced ? 0 : settle,
    lag: 0,
    deadline: () => DEADLINE,
    shown: (text) => text,
    read: async (variables) => reach('read', () => Object.fromEntries(variables.map((variable) => [variable, target.words[variable]]))),
    write: async (words, fence, signal, held) => {
      watcher.onBegin(target, fence.epoch, process)
      if (target.fenced) return reach('write', () => write(words, fence))
      const moved = Object.entries(words).filter(([variable, word]) => held?.[variable] !== word)
      await withDeadline(process.clock, DEADLINE, signal, async (both) => {
        for (const [variable, word] of moved) {
          // As every adapter does: nothing more is sent once its time is over.
          both.throwIfAborted()
          await reach('write', () => write({ [variable]: word }, fence))
        }
      })
    },
    byHand: (words) => Object.entries(words).map(([variable, word]) => `set ${variable} ${word}`),
  }
}

function openMetric(name: string, world: World, process: Process, { time, random, watcher }: Omit<StoreParts, 'hasClock'>): OpenMetric {
  return {
    name,
    read: async () => {
      const silent = { is: 'missing', reason: 'unreachable', detail: 'no answer' } as const
      const reading = await process
        .io(
          'measure',
          () => measure(world, process, random, time),
          () => new Error('timeout'),
        )
        .catch((): Reading => silent)
      watcher.onReading(name, reading, process)
      return reading
    },
  }
}

function measure(world: World, process: Process, random: Random, time: Timeline): Reading {
  const at = process.clock.now() - 1000
  const value = world.isHarmful() ? random.between(0.1, 0.3) : random.between(0, 0.008)
  const { counts, metricsAre } = world
  if (counts && metricsAre !== 'silent') {
    const rate = metricsAre === 'worrying' ? Math.max(value, 0.03) : value
    return counts.read(time.now, metricsAre === 'stale' ? at - 600_000 : at, rate, metricsAre === 'not a number')
  }
  switch (metricsAre) {
    case 'true':
      return { is: 'value', value, at }
    case 'worrying':
      return { is: 'value', value: Math.max(value, 0.03), at }
    case 'not a number':
      return { is: 'value', value: Number.NaN, at }
    case 'stale':
      return { is: 'value', value: 0.001, at: at - 600_000 }
    case 'silent':
      return { is: 'missing', reason: 'empty', detail: 'the query matches no series' }
  }
}
