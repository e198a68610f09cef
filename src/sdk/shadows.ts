import { isDeepStrictEqual, types } from 'node:util'
import type { ComparedOutcome } from './counts.ts'
import type { ToggleMeter } from './meter.ts'
import { callListener, type Problems } from './problems.ts'

/** Both ways to do something. */
export interface Ways<Result> {
  /** Answers while the toggle is off. `fail` says that it failed where that is no throw. */
  readonly old: (fail: () => void) => Result
  /** Answers while the toggle is on, and runs beside the old one for a share of the calls: then the signal ends its time. */
  readonly new: (fail: () => void, signal: AbortSignal) => Result
  /** Whether both came to the same; all the way down (`isDeepStrictEqual`) unless told. */
  readonly same?: (old: Awaited<Result>, now: Awaited<Result>) => boolean
  /** The new way changes something: it is never run beside the old one. */
  readonly writes?: boolean
}

export interface ShadowOptions {
  /** Milliseconds the new way may take beside the old one; 1000 unless told. */
  readonly timeout?: number
  /** How many may be under way at once; 10 unless told. */
  readonly most?: number
}

/** Whose turn it is: the share of the calls, 0–1, and how far round from one to the next. */
export interface Turns {
  readonly share: number
  turn: number
}

/** Runs new ways beside old ones. */
export interface Shadows {
  /** Tells whether this call is one of the share, and may be: what writes is refused. */
  isDue(turns: Turns, toggle: string, writes: boolean | undefined): boolean
  /** Answers with the old way, and compares the new one with it afterwards. */
  compare<Result>(toggle: string, meter: ToggleMeter, ways: Ways<Result>): Result
}

/** What the old way came to. */
type Answered<Result> = { readonly hasFailed: boolean; readonly seconds: number } & (
  | { readonly is: 'value'; readonly value: Awaited<Result> }
  | { readonly is: 'thrown' }
)

/** A signal of an answer: nobody ends its time. */
export const NEVER = new AbortController().signal

/** Its multiples lie evenly at every share, and with no period that traffic could have too. */
const GOLDEN = 0.6180339887498949

/** Opens the budget that all shadows of a handle share. */
export function openShadows({ timeout = 1000, most = 10 }: ShadowOptions, tell: Problems['tell']): Shadows {
  for (const [name, value] of Object.entries({ timeout, most }))
    if (!(value > 0)) throw new TypeError(`shadow: ${name} has to be a number above 0, and is ${value}`)
  let underWay = 0

  /** Later, so that the answer is out before anything of the shadow runs; no failure of it is felt. */
  const follow = <Result>(toggle: string, meter: ToggleMeter, ways: Ways<Result>, old: Answered<Result>): void => {
    if (underWay >= most) return meter.skipped()
    underWay += 1
    setTimeout(() => callListener(() => shadow(toggle, meter, ways, old)), 0)
  }
  const shadow = <Result>(toggle: string, meter: ToggleMeter, ways: Ways<Result>, old: Answered<Result>): void => {
    const began = performance.now()
    const stop = new AbortController()
    let hasFailed = false
    let isCounted = false
    const count = (outcome: ComparedOutcome): void => {
      if (isCounted) return
      isCounted = true
      clearTimeout(timer)
      const took = performance.now() - began
      meter.compared(took > timeout ? 'timeout' : outcome, { old: old.seconds, new: took / 1000 })
    }
    const timer = setTimeout(() => {
      count('timeout')
      callListener(() => stop.abort(new Error('the time of this shadow is over')))
    }, timeout)
    timer.unref()
    // One that never settles keeps its place: they must not pile up.
    const end = (outcome: () => ComparedOutcome): void => {
      underWay -= 1
      count(outcome())
    }
    const gave = (value: Awaited<Result>): ComparedOutcome =>
      old.is === 'thrown' || old.hasFailed || hasFailed ? outcomeOfFailures(old, hasFailed) : isSame(toggle, ways, old.value, value)
    const threw = (): ComparedOutcome => outcomeOfFailures(old, true)
    let result: Result
    try {
      result = ways.new(() => {
        hasFailed = true
      }, stop.signal)
    } catch {
      return end(threw)
    }
    whenSettled(
      result,
      (value) => end(() => gave(value)),
      () => end(threw),
    )
  }
  const isSame = <Result>(
    toggle: string,
    { same = isDeepStrictEqual }: Ways<Result>,
    old: Awaited<Result>,
    now: Awaited<Result>,
  ): ComparedOutcome => {
    try {
      // A promise is true whatever it will come to, and two queries that nobody has begun are equal.
      if (isThenable(old) || isThenable(now)) throw new TypeError('a way gives what is no promise and is awaited all the same')
      const is: unknown = same(old, now)
      if (isThenable(is)) throw new TypeError('same: gives a promise and not yes or no')
      return is ? 'same' : 'different'
    } catch (thrown) {
      tell(`${toggle}: same`, `${toggle}: both ways cannot be compared: ${String(thrown)}`)
      return 'error'
    }
  }
  return {
    isDue: (turns, toggle, writes) => {
      if (turns.share === 0) return false
      turns.turn = (turns.turn + GOLDEN) % 1
      if (turns.turn >= turns.share) return false
      if (writes === true) tell(`${toggle}: writes`, `${toggle}: its new way writes, so it is not run beside the old one`)
      return writes !== true
    },
    compare: (toggle, meter, ways) => {
      const began = performance.now()
      let hasFailed = false
      const seconds = (): number => Math.max(0, performance.now() - began) / 1000
      const thrown = (): void => follow(toggle, meter, ways, { is: 'thrown', hasFailed: true, seconds: seconds() })
      let result
      try {
        result = meter.measure(false, (_, fail) =>
          ways.old(() => {
            hasFailed = true
            fail()
          }),
        )
      } catch (error) {
        thrown()
        throw error
      }
      whenSettled(result, (value) => follow(toggle, meter, ways, { is: 'value', value, hasFailed, seconds: seconds() }), thrown)
      return result
    },
  }
}

/** Both failed: that is the same. One of them: of the new way an error, of the old one a difference. */
function outcomeOfFailures(old: Answered<unknown>, hasFailed: boolean): ComparedOutcome {
  const hadFailed = old.is === 'thrown' || old.hasFailed
  if (hadFailed && hasFailed) return 'same'
  return hasFailed ? 'error' : 'different'
}

/** Calls back at once with a result, later with that of a promise. Any other thenable is a result: to ask it could begin it. */
function whenSettled<Result>(result: Result, gave: (value: Awaited<Result>) => void, threw: () => void): void {
  if (isSettled(result)) return gave(result)
  try {
    void Promise.prototype.then.call(result, gave, threw)
  } catch {
    // A class of its own that cannot be followed: nothing good is known of it.
    threw()
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function isSettled<Result>(result: Result): result is Result & Awaited<Result> {
  return !types.isPromise(result)
}
