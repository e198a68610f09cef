import type { OpenMetric, OpenTarget } from '../../src/adapters/open.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { newerMark } from '../../src/core/journal/fence.ts'
import type { Identity, Mark } from '../../src/core/toggle/mark.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Journal } from '../../src/core/journal/store.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { GRACE } from '../../src/engine/write-verified.ts'
import { withGrace } from '../../src/adapters/deadline.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { fakeClock, memoryJournal } from './memory.ts'

/** A target in memory that refuses older epochs, and can be made to fail. */
export interface FakeTarget extends OpenTarget {
  readonly words: Record<string, string>
  readonly writes: number[]
  epoch: number
  /** Whose the epoch is, once something was written. */
  identity?: Identity
  fail?: (attempt: number) => string | undefined
  /** Runs between the write and its read-back. */
  meanwhile?: () => Promise<void>
}

export function fakeTarget(name: string, words: Record<string, string> = {}): FakeTarget {
  const marks = (): readonly Mark[] => [{ epoch: target.epoch, ...(target.identity && { identity: target.identity }) }]
  const target: FakeTarget = {
    name,
    words: { ...words },
    writes: [],
    epoch: 0,
    read: async (variables) => Object.fromEntries(variables.map((variable) => [variable, target.words[variable]])),
    write: async (wanted, fence) => {
      const { epoch, identity } = fence
      target.writes.push(epoch)
      const error = target.fail?.(target.writes.length)
      if (error !== undefined) throw new Error(error)
      const newer = newerMark(marks(), fence)
      if (newer) throw new Error(`epoch ${epoch} is older than ${newer.epoch}`)
      Object.assign(target, { epoch, identity })
      Object.assign(target.words, wanted)
      await target.meanwhile?.()
    },
    marks: async () => marks(),
    settle: 0,
    lag: 0,
    deadline: () => 30_000,
    shown: (text) => text,
    byHand: (wanted) => Object.entries(wanted).map(([variable, word]) => `set ${variable} ${word}`),
  }
  return target
}

/** A metric that says what it is told to say. */
export function fakeMetric(name: string, read: () => Reading): OpenMetric {
  return { name, read: async () => read() }
}

export async function fakeEngine(
  plan: Plan,
  parts: { targets: readonly OpenTarget[]; metrics?: readonly OpenMetric[]; journal?: Journal; signal?: AbortSignal; start?: boolean },
) {
  const clock = fakeClock()
  const journal = parts.journal ?? memoryJournal(undefined, clock)
  let ids = 0
  const writer = await openWriter({ journal, clock, uuid: () => `id-${(ids += 1)}-${Math.random()}`, version: 'test' })
  const signal = parts.signal ?? new AbortController().signal
  const engine: Engine = {
    writer,
    targets: parts.targets,
    metrics: parts.metrics ?? [],
    clock,
    signal,
    grace: withGrace(clock, signal, GRACE),
    random: () => 0.5,
    signature: { actor: 'auto' },
    refute: async () => undefined,
  }
  if (parts.start !== false) {
    const baseline = Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
    await writer.append({ type: 'started', plan, digest: 'digest', files: {}, baseline }, { actor: 'ana' })
  }
  const told: Event[] = []
  writer.follow((event) => void told.push(event))
  return { engine, clock, writer, journal, told }
}
