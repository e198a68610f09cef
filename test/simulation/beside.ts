import { defaultsOf, type Exposures, type Plan } from '../../src/core/plan/plan.ts'
import { togglesOf } from '../../src/core/plan/toggles-of.ts'
import { environment } from '../../src/core/plan/environment.ts'
import { longestGap } from '../../src/core/judge/watch.ts'
import type { Event, Fact } from '../../src/core/journal/event.ts'
import type { State } from '../../src/core/journal/state.ts'
import { TOMBSTONE } from '../../src/core/toggle/mark.ts'
import type { BreakGlassRecord } from '../../src/adapters/state/break-glass.ts'
import { breakGlass } from '../../src/engine/break-glass.ts'
import type { Glass } from '../../src/engine/hearing.ts'
import { openWriter } from '../../src/engine/writer.ts'
import type { Violation } from './invariants.ts'
import type { Machine, Process } from './process.ts'
import { seeded, type Random } from './random.ts'
import type { Timeline } from './time.ts'
import type { SimulatedTarget, Watcher, World } from './world.ts'

/** Events that only a newer version knows: of a kind of its own, and of one that is known and said in another way. */
const NEWER: readonly [Fact, ...Fact[]] = JSON.parse(
  '[{ "type": "promoted" }, { "type": "paused", "because": "wait" }, { "type": "blocked", "on": "web" }]',
)
/** From a look at the journal, or a target, to the write that follows it. */
const TRAVEL = 5000

/**
 * What happens beside the rollout: somebody breaks the glass, on one of the machines; somebody edits a target; a newer
 * version writes into the journal. It has chance of its own: a rollout without it goes as it went before.
 */
export interface Beside extends Pick<Watcher, 'onBegin' | 'onWrite' | 'onMark'> {
  readonly violations: readonly Violation[]
  /** What happens; '' for nothing. */
  readonly kind: '' | 'glass' | 'editor' | 'version'
  /** The store tells the time, and `run --once` is typed on one machine after the other. */
  readonly hasClock: boolean
  /** What lies beside the journal on a machine. */
  glassOf(machine: Machine): Glass
  onAppend(event: Event): void
  /** Whether somebody else's word stands on a target. */
  isForeign(target: SimulatedTarget): boolean
  /** How long after an event it happens; undefined where it does not, or has. Right after is when it hurts. */
  next(): number | undefined
  pick<Item>(list: readonly [Item, ...Item[]]): Item
  /** It happens now, by a process of that machine. */
  readonly happen: (process: Process) => Promise<void>
  /** After a rollback of everything, in a world without faults. */
  afterAll(): void
  atEnd(): void
}

export interface BesideParts {
  readonly plan: Plan
  readonly seed: number
  readonly isHarsh: boolean
  readonly time: Timeline
  readonly world: () => World
  /** Before the event that is being appended. */
  readonly state: () => State | undefined
  readonly say: (text: string) => void
}

export function openBeside({ plan, seed, isHarsh, time, world, state, say }: BesideParts): Beside {
  const random = seeded(seed ^ 0xbe51de)
  const kind = random.pick(
    isHarsh ? (['', '', 'glass', 'glass', 'editor', 'version'] as const) : (['', '', '', 'glass', 'editor', 'version'] as const),
  )
  const hasClock = random.chance(0.3)
  const violations: Violation[] = []
  const records = new Map<string, { readonly record: BreakGlassRecord; readonly since: number }>()
  /** Targets that hold the mark of a break-glass. */
  const taken = new Set<string>()
  /** Words that somebody else has written, and since when. */
  const foreign = new Map<string, number>()
  const begun = new Set<string>()
  /** By epoch and target: what a step up would go over as soon as it writes there. */
  const over = new Map<string, string>()
  let isUnknown = false
  let isPast = false

  const broken = (invariant: string, text: string): void => void violations.push({ invariant, text })
  const intentOf = (epoch: number): Extract<Event, { type: 'intended' }> | undefined => {
    const event = world().events[epoch - 1]
    return event?.type === 'intended' ? event : undefined
  }
  const wordsOf = (target: string, exposures: Exposures) => environment(plan, target, { exposures, baseline: exposures })
  /** The first word there that somebody else has written long ago, and that is none of these. */
  const foreignAt = ({ name, words }: SimulatedTarget, known: number, ...sides: readonly Exposures[]): string | undefined =>
    Object.keys(words).find((variable) => {
      const since = foreign.get(`${name} ${variable}`)
      return since !== undefined && known > since && sides.every((side) => wordsOf(name, side)[variable] !== words[variable])
    })
  const note = ({ name }: SimulatedTarget, variable: string): void => void foreign.set(`${name} ${variable}`, time.now)

  const deeds: Readonly<Record<Beside['kind'], (process: Process) => Promise<void>>> = {
    '': async () => undefined,
    glass: async (process) => {
      await breakGlass(plan, world().open(process).targets, process).ended
      records.set(process.machine.name, { record: { at: process.clock.now(), actor: 'eve' }, since: time.now })
      say(`${process.name} has broken the glass`)
    },
    editor: async ({ name }) => {
      const target = pickOf(random, world().targets)
      const toggle = pickOf(random, togglesOf(plan, target?.name ?? ''))
      const variable = toggle === undefined ? undefined : plan.toggles[toggle]?.variable
      if (!target || variable === undefined) return
      say(`${name} edits ${target.name}: ${variable}=30%`)
      target.words[variable] = '30%'
      note(target, variable)
    },
    version: async (process) => {
      const parts = { journal: world().journal(process), clock: process.clock, uuid: () => `newer${seed}`, version: 'newer' }
      const writer = await openWriter(parts)
      if (writer.state) await writer.append(random.pick(NEWER), { actor: 'newer' })
    },
  }
  return {
    violations,
    kind,
    hasClock,
    glassOf: ({ name }) => ({ read: () => records.get(name)?.record, discard: () => void records.delete(name) }),
    isForeign: (target) => Object.keys(target.words).some((variable) => foreign.has(`${target.name} ${variable}`)),
    next: () => {
      if (kind === '' || isPast || !random.chance(0.2)) return undefined
      isPast = true
      return random.pick([0, 0, 50, 5000, 60_000])
    },
    pick: (list) => random.pick(list),
    happen: async (process) => deeds[kind](process),
    onMark: ({ name }, epoch) => {
      if (epoch === TOMBSTONE) return void taken.add(name)
      if (!taken.has(name)) return
      const intent = intentOf(epoch)
      if (intent && isReset(plan, intent.exposures)) taken.delete(name)
      else broken('I11', `#${epoch} is written to ${name}, which was taken back by a break-glass`)
    },
    onWrite: (target, variable, _word, epoch) => {
      if (epoch === TOMBSTONE) note(target, variable)
      else foreign.delete(`${target.name} ${variable}`)
    },
    onBegin: (target, epoch, process) => {
      const intent = intentOf(epoch)
      const now = state()
      const text = over.get(`${epoch} ${target.name}`)
      if (text !== undefined) broken('I24', text)
      if (!intent || !now) return
      const awake = time.now - TRAVEL
      const heard = records.get(process.machine.name)
      const isOrder = heard && heard.record.at >= now.decidedAt && Math.max(heard.since, process.awakeSince) < awake
      if (isOrder && !isReset(plan, intent.exposures))
        broken('I25', `#${epoch} is sent to ${target.name} by a machine that knows of a break-glass`)
      const first = `${process.name} ${epoch} ${target.name}`
      const isNew = !begun.has(first)
      begun.add(first)
      if (!isNew || intent.move !== 'advance' || target.fenced || now.missing.includes(target.name) || process.awakeSince > awake) return
      const variable = foreignAt(target, awake, intent.exposures, now.exposures)
      if (variable !== undefined) broken('I25', `#${epoch} goes on over ${variable}=${target.words[variable]} on ${target.name}`)
    },
    onAppend: (event) => {
      if (event.type === 'intended' && event.move === 'advance') {
        if (isUnknown) broken('I28', `#${event.seq} goes forward after an event that only a newer version knows`)
        const before = state()
        const looked = time.now - longestGap(plan) - TRAVEL
        for (const target of world().targets) {
          const isKnown = before?.blocked?.some(({ name, target: at }) => name === 'drift' && at === target.name)
          // A step may go without what nobody can look at, unless it was seen before.
          const isSeen = target.isUp || isKnown === true
          const isConcerned = before && isSeen && event.targets?.includes(target.name) === true && !before.missing.includes(target.name)
          const variable = isConcerned ? foreignAt(target, looked, before.exposures) : undefined
          if (variable === undefined) continue
          const text = `#${event.seq} goes over ${variable}=${target.words[variable]} on ${target.name}`
          // Where the reply to a look is lost nobody has seen it, and nothing is written there.
          if (isKnown === true) broken('I24', text)
          else over.set(`${event.seq} ${target.name}`, text)
        }
      }
      isUnknown ||= event.version === 'newer'
    },
    afterAll: () => {
      const now = state()
      if (!now) return
      if (now.status !== 'rolled back' || now.intent)
        broken(kind === 'glass' ? 'I11' : 'I28', `a rollback of everything ends ${now.status}`)
      for (const target of world().targets) {
        const difference = Object.entries(wordsOf(target.name, defaultsOf(plan))).find(
          ([variable, word]) => target.words[variable] !== word,
        )
        if (difference) broken('I6', `after a rollback of everything ${target.name} holds ${difference[0]}=${target.words[difference[0]]}`)
      }
    },
    atEnd: () => {
      const now = state()
      if (!now || now.intent || (now.status !== 'running' && now.status !== 'paused')) return
      for (const target of world().targets) {
        const isMoved = togglesOf(plan, target.name).some((name) => now.exposures[name] !== now.baseline[name])
        const variable = isMoved && !now.missing.includes(target.name) ? foreignAt(target, time.now - 60_000, now.exposures) : undefined
        const isSeen =
          now.stopped?.why.code === 'drift' || now.blocked?.some(({ name, target: at }) => name === 'drift' && at === target.name)
        if (variable !== undefined && isSeen !== true)
          broken('I24', `nobody says that ${target.name} holds ${variable}=${target.words[variable]}`)
      }
    },
  }
}

function pickOf<Item>(random: Random, [first, ...more]: readonly Item[]): Item | undefined {
  return first === undefined ? undefined : random.pick([first, ...more])
}

function isReset(plan: Plan, exposures: Exposures): boolean {
  return Object.entries(defaultsOf(plan)).every(([name, exposure]) => exposures[name] === exposure)
}
