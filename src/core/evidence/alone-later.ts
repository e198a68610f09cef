import { evolveAlone, lnMost, passedBy, type Alone } from './alone.ts'
import type { Group } from './likelihood.ts'
import { worth } from './mixture.ts'

/** Evidence about one group whose polls are weighed later: while it only falls, nobody asks how far. */
export interface AloneLater {
  /** Takes one more poll, and tells whether the evidence stays below its limit. */
  take(group: Group): boolean
  /** Gives the newest poll back. */
  giveBack(): void
  /** Returns what `evolveAlone` makes of all polls taken. */
  weigh(): Alone
}

/** What the evidence is about and where it decides, as `evolveAlone` takes it. */
interface Against {
  readonly rate: number
  readonly eventsPerCause: number
  readonly limit: number
}

/** So many polls wait until it is seen which of them still matter. */
const MOST_WAITING = 512
/** ln of a part that shows in no bit of the numbers it is a part of, by sixty orders of magnitude. */
const NO_TRACE = -200

/** Opens evidence that is below its limit, from here on. */
export function openAloneLater(begun: Alone, { rate, eventsPerCause, limit }: Against): AloneLater {
  const together = Math.max(1, eventsPerCause)
  /** Whether as much again as there is would still be below the limit. */
  const isFar = ({ above }: Alone): boolean => 2 * worth(above) <= limit
  let weighed = begun
  let isFarOff = isFar(begun)
  let waiting: Group[] = []
  // What there was before the newest poll, where that is weighed already.
  let before: Alone | undefined
  const evolve = (alone: Alone, group: Group): Alone => evolveAlone(alone, group, rate, eventsPerCause)
  const keep = (alone: Alone): Alone => {
    isFarOff = isFar(alone)
    weighed = alone
    return alone
  }

  /** Passes by what so much good news has come after that nothing of it is left. */
  const forget = (): void => {
    // What the newest poll leaves of the others it leaves of itself.
    let from = Math.max(0, waiting.length - 1)
    let left = 0
    for (let each = waiting[from - 1]; each && left > NO_TRACE; each = waiting[from - 1]) {
      left += lnMost(rate, each) / together
      from -= 1
    }
    if (left <= NO_TRACE) [weighed, waiting] = [passedBy(weighed, waiting.slice(0, from)), waiting.slice(from)]
  }
  const weighAll = (): Alone => {
    forget()
    const all = waiting.reduce(evolve, weighed)
    waiting = []
    return keep(all)
  }
  return {
    take: ({ total, bad }) => {
      const group = { total, bad }
      if (waiting.length > MOST_WAITING) weighAll()
      before = undefined
      if (isFarOff && lnMost(rate, group) <= 0) {
        waiting.push(group)
        return true
      }
      before = weighAll()
      return worth(keep(evolve(before, group)).above) < limit
    },
    giveBack: () => {
      if (before) keep(before)
      else waiting.pop()
    },
    weigh: weighAll,
  }
}
