import type { Reading } from '../../src/core/values/reading.ts'
import { seeded } from './random.ts'

/** Requests a millisecond: 100 a second, over two processes. */
const PACE = 0.1
/** Now and then a process begins again: about every ten minutes. */
const RESTART = 1 / 600_000

/** When a process began is known to a second or so. */
const TOLD_APART = 1000

/** An application that counts its requests. It has chance of its own: a rollout without it goes as it went before. */
export interface Counts {
  /** What is read now, as so many of the requests since the last reading failed; `inTurn`: by one process or the other. */
  read(now: number, at: number, rate: number, inTurn: boolean): Reading
  /** A reading has come to a process: what it gains over the one before that came there may be true. */
  heard(reading: Reading, reader: object): void
  /**
   * Readings that show every process under its own name, or the same one as the last that named none, here or in the
   * journal: what they gain is true. Two that began within a second of each other nobody can tell apart.
   */
  readonly whole: WeakSet<Reading>
}

/** Opens the application of three in ten rollouts; the others show a ready-made number. */
export function openCounts(seed: number): Counts | undefined {
  const random = seeded(seed ^ 0xc0de)
  if (!random.chance(0.3)) return undefined
  const make = (began: number) => ({ began, total: Math.floor(random.between(0, 100_000)), bad: 0 })
  const processes = { a: make(-7_200_000), b: make(-3_600_000) }
  const whole = new WeakSet<Reading>()
  const shownBy = new WeakMap<Reading, object>()
  const shownTo = new WeakMap<object, object>()
  let shownLast: object | undefined
  let last: number | undefined
  return {
    whole,
    read: (now, at, rate, inTurn) => {
      const passed = Math.max(0, now - (last ?? now))
      last = now
      for (const each of Object.values(processes)) {
        const began = random.chance(Math.min(0.5, passed * RESTART)) ? now - random.between(0, passed) : each.began
        // What it counted before it ended is lost, and nobody can see it.
        if (began !== each.began) Object.assign(each, { began, total: 0, bad: 0 })
        const more = (Math.min(passed, now - began) * PACE) / 2
        Object.assign(each, { total: each.total + more, bad: each.bad + more * rate })
      }
      const { a, b } = processes
      const shown = random.chance(0.5) ? a : b
      const reading: Reading = inTurn
        ? { is: 'ratio', at, bad: { one: shown.bad }, total: { one: shown.total }, instance: { began: shown.began } }
        : { is: 'ratio', at, bad: { a: a.bad, b: b.bad }, total: { a: a.total, b: b.total }, instances: { a: 'a', b: 'b' } }
      const isSame = Math.abs(a.began - b.began) < TOLD_APART || shown === shownLast
      if (!inTurn || isSame) whole.add(reading)
      if (inTurn) {
        shownLast = shown
        shownBy.set(reading, shown)
      }
      return reading
    },
    heard: (reading, reader) => {
      const shown = shownBy.get(reading)
      if (!shown) return
      if (shown === shownTo.get(reader)) whole.add(reading)
      shownTo.set(reader, shown)
    },
  }
}
