/**
 * The origin of a series that is in question, because it was not seen before or has fallen. Its count is held back
 * until the next sample tells where it began. Plain data: it lives in the journal.
 */
export interface Origin {
  /** What it showed then; absent once it is known where it began. */
  readonly from?: number
  /** What it showed before it fell; absent for one that was not seen before. */
  readonly top?: number
  /** Times it has fallen, and polls since the last. */
  readonly falls: number
  readonly polls: number
}

/** What one more sample of a series says: what was gained, and what is still in question. */
export interface Followed {
  readonly gain: number
  readonly mark?: Origin
  /** Why the whole reading is not to be used. */
  readonly doubt?: Doubt
}

export type Doubt = { readonly reason: 'in-turn' | 'late'; readonly detail: string }

/** A fall is remembered for so many polls, and so many falls within them are no restarts. */
export const REMEMBERED = 20
const MOST_FALLS = 3
/** What a process may have counted before it was first seen: this, and so many times what it counts until the next sample. */
const SLACK = 100
const FACTOR = 10
/** The last digits of a number that was added up in another order. */
const NOISE = 1e-9

/** Tells whether a counter shows less than before, beyond the noise of floating point. */
export function hasFallen(old: number, now: number): boolean {
  return now < old * (1 - NOISE)
}

/** Follows a series whose process began again, as its others show, although it does not show less than before. */
export function followAgain(mark: Origin | undefined, now: number): Followed {
  const falls = (mark?.falls ?? 0) + 1
  return falls >= MOST_FALLS ? often(falls, now) : { gain: 0, mark: { from: now, falls, polls: 0 } }
}

/** A process that came with many requests behind it: at this poll, at one before, or it is known that they are not of now. */
export type Stranger = 'new' | 'in question' | 'late'

/** Returns how a series of requests came; undefined for one that was there, and for one with hardly any. */
export function strangeness({ mark, doubt: why }: Followed): Stranger | undefined {
  if (why?.reason === 'late') return 'late'
  if (mark?.from === undefined || mark.from <= SLACK || mark.falls > 0) return undefined
  return mark.polls === 0 ? 'new' : 'in question'
}

/** Follows a part of what such a process counts: what came with it is as old as its requests. Undefined for what came later. */
export function followStranger(mark: Origin | undefined, now: number, came: Stranger): Followed | undefined {
  if (mark?.from === undefined) return came === 'new' ? { gain: 0, mark: { from: now, falls: 0, polls: 0 } } : undefined
  return came === 'late' ? { gain: now - mark.from } : { gain: 0, mark }
}

/**
 * Follows one series by one sample. A fall is the restart of a process only where it stays and the process could have
 * counted so much since: what comes back, falls again and again, or falls to the life of others is read from several.
 */
export function followSeries(mark: Origin | undefined, old: number | undefined, now: number): Followed {
  if (old === undefined) return now === 0 ? { gain: 0 } : { gain: 0, mark: { from: now, falls: 0, polls: 0 } }
  if (hasFallen(old, now)) return fall(mark, old, now)
  if (mark?.from !== undefined) return settle(mark, mark.from, now)
  const gain = Math.max(0, now - old)
  if (!mark) return { gain }
  const { top } = mark
  if (top !== undefined && top > SLACK && old < top && now >= top && gain >= top / 4)
    return doubt(`the counter fell from ${top} and is back at ${now}`)
  return mark.polls >= REMEMBERED ? { gain } : { gain, mark: { ...mark, polls: mark.polls + 1 } }
}

function fall(mark: Origin | undefined, old: number, now: number): Followed {
  const falls = (mark?.falls ?? 0) + 1
  if (mark?.from !== undefined && mark.top !== undefined) return doubt(`the counter fell from ${mark.top} to ${old}, and again to ${now}`)
  if (falls >= MOST_FALLS) return often(falls, now)
  return { gain: 0, mark: { from: now, top: old, falls, polls: 0 } }
}

/** One more sample of what was held back. */
function settle(mark: Origin, from: number, now: number): Followed {
  const { from: _, ...rest } = mark
  const { top } = mark
  if (top !== undefined && top > SLACK && now >= top) return doubt(`the counter fell from ${top} to ${from} and is back at ${now}`)
  // Without a new sample nothing is known yet, unless it hardly matters.
  if (now === from && from > SLACK) return { gain: 0, mark: { ...mark, polls: mark.polls + 1 } }
  if (from <= SLACK + FACTOR * (now - from)) return mark.falls === 0 ? { gain: now } : { gain: now, mark: rest }
  if (top !== undefined) return doubt(`the counter fell from ${top} to ${from}, more than a process that has just begun can have counted`)
  const detail = `a counter that was not seen before came with ${from} behind it: how many of them are new is not known`
  return { gain: now - from, doubt: { reason: 'late', detail } }
}

function often(falls: number, now: number): Followed {
  return doubt(`the counter fell ${falls} times within ${REMEMBERED} polls, now to ${now}`)
}

function doubt(what: string): Followed {
  const causes = 'several processes answer in turn, it is a sum of counters, or one restarts again and again'
  return { gain: 0, doubt: { reason: 'in-turn', detail: `${causes}: ${what}` } }
}
