import type { Answers } from './answers.ts'
import type { CountedReadings } from './count-all.ts'
import type { Counted } from './counting.ts'
import { absent } from '../values/reading.ts'
import type { Tick } from './watch.ts'

/** One poll as an event keeps it: all that was judged, and when. Whose clock it was stands in the watch beside it. */
export interface Polled extends Omit<Tick, 'domain'> {
  /** The newest event that was known. */
  readonly seq: number
  readonly counted: CountedReadings
  /** Who uses what the next step takes away, where it was asked at this poll. */
  readonly answers?: Answers
}

/** Polls one after another, of one process at one step. */
export interface Polls {
  /** The newest event whose watch they go on from. */
  readonly from: number
  readonly each: readonly Polled[]
}

/** Collects polls until an event keeps them. */
export interface PollLog {
  add(seq: number, tick: Tick, counted: CountedReadings, answers?: Answers): void
  /** Everything collected; undefined where it is too much for one event. */
  readonly polls: Polls | undefined
}

/** An event holds no more of polls than this, in characters of JSON. */
const MOST = 500_000

/** Opens a collection of polls that go on from the watch of an event. */
export function openPollLog(from: number): PollLog {
  // As text, as the event will hold it: a fifth of what the objects take, for as long as ten minutes.
  const texts: string[] = []
  let length = 0
  return {
    add: (seq, { monotonic, now, shared }, counted, answers) => {
      const text = JSON.stringify({ seq, monotonic, now, shared, counted: asPlain(counted), answers })
      length += text.length
      if (length > MOST) texts.length = 0
      else texts.push(text)
    },
    get polls() {
      return length > MOST ? undefined : { from, each: texts.map(restored) }
    },
  }
}

function restored(text: string): Polled {
  return JSON.parse(text)
}

function asPlain(counted: CountedReadings): CountedReadings {
  return Object.fromEntries(Object.entries(counted).map(([name, each]) => [name, plain(each)]))
}

/** JSON has no NaN and no infinity: the judge makes this of them. */
function plain(counted: Counted): Counted {
  if (counted.is !== 'value' || Number.isFinite(counted.value)) return counted
  return absent('not-finite', `the value is ${counted.value}`)
}
