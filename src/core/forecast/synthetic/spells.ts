import type { Chance } from './chance.ts'
import type { Spells } from './world.ts'

/** Yields the part (0–1) of the next `length` minutes that lies in a spell. */
export function spells({ every, lasts }: Spells, chance: Chance, length: number): () => number {
  const gap = (): number => -every * Math.log(1 - chance())
  let from = gap()
  let minute = 0
  return () => {
    if (minute >= from + lasts) from = minute + gap()
    const part = Math.max(0, Math.min(minute + length, from + lasts) - Math.max(minute, from)) / length
    minute += length
    return part
  }
}
