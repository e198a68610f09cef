import { evolveAlone, lnMost, passedBy, type Alone } from './alone.ts'
import type { Group } from './likelihood.ts'
import { worth } from './mixture.ts'

/** Evidence about one group whose polls are weighed later: while it only falls, nobody asks how far. */
export interface AloneLater {
  /** Takes one more poll, and tells whether the evidence stays below its limit. */
  take(group: Group): boolean
  /** Gives the newest poll back. */
  giveBack(): void
  /** What `evolveAlone` makes of all polls taken. */
  readonly alone: Alone
}

/** What the evidence is about and where it decides, as `evolveAlone` takes it. */
interface Against {
  readonly rate: number
  readonly eventsPerCause: number
  readonly limit: number
}

/** A poll, and ln of what it multiplies the evidence by at most. */
interface Waiting extends Group {
  readonly most: number
}

/** So many polls wait until it is seen which of them still matter. */
const MOST_WAITING = 64
/** ln of a part that shows in no bit of the numbers it is a part of, by sixty orders of magnitude. */
const NO_TRACE = -200

/** Opens evidence that is below its limit, from here on. */
export function openAloneLater(begun: Alone, { rate, eventsPerCause, limit }: Against): AloneLater {
  let weighed = begun
  let waiting: Waiting[] = []
  // What there was before the newest poll, where that is weighed already.
  let before: Alone | undefined
  const evolve = (alone: Alone, { total, bad }: Group): Alone => evolveAlone(alone, { total, bad }, rate, eventsPerCause)

  /** Passes by what so much good news has come after that nothing of it is left. */
  const forget = (): void => {
    // What the newest poll leaves of the others it leaves of itself.
    let from = Math.max(0, waiting.length - 1)
    let left = 0
    for (let each = waiting[from - 1]; each && left > NO_TRACE; each = waiting[from - 1]) {
      left += each.most
      from -= 1
    }
    if (left <= NO_TRACE) [weighed, waiting] = [waiting.slice(0, from).reduce(passedBy, weighed), waiting.slice(from)]
  }
  const weighAll = (): Alone => {
    forget()
    ;[weighed, waiting] = [waiting.reduce(evolve, weighed), []]
    return weighed
  }
  return {
    take: ({ total, bad }) => {
      const most = lnMost(rate, { total, bad }) / Math.max(1, eventsPerCause)
      if (waiting.length > MOST_WAITING) weighAll()
      before = undefined
      if (most <= 0 && 2 * worth(weighed.above) <= limit) {
        waiting.push({ total, bad, most })
        return true
      }
      before = weighAll()
      weighed = evolve(before, { total, bad })
      return worth(weighed.above) < limit
    },
    giveBack: () => {
      if (before) weighed = before
      else waiting.pop()
    },
    get alone() {
      return weighAll()
    },
  }
}
