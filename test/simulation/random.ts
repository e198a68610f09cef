/** Chance that can be replayed: the same seed gives the same numbers. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number
  chance(probability: number): boolean
  between(min: number, max: number): number
  pick<Item>(list: readonly [Item, ...Item[]]): Item
}

/** mulberry32 by Tommy Ettinger, public domain: 32 bits of state, equidistributed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    chance: (probability) => next() < probability,
    between: (min, max) => min + next() * (max - min),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
  }
}
