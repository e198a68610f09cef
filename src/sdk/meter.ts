import { types } from 'node:util'
import { checkWork } from './check-work.ts'
import {
  addDuration,
  emptyCompared,
  emptySide,
  noteAsked,
  type CallOutcome,
  type ComparedOutcome,
  type SideCounts,
  type ToggleCounts,
} from './counts.ts'
import { renderFamilies } from './exposition.ts'
import { familiesOf, type Family } from './families.ts'
import { callListener } from './problems.ts'

export interface MeterOptions {
  /** Upper bounds of the durations in seconds, rising; 1 ms to 10 s unless told. */
  readonly buckets?: readonly number[]
  /** Milliseconds after which a promise that has not settled counts as `timeout`; a minute unless told. */
  readonly timeout?: number
}

/** The work that is measured: told whether the toggle is on, and with `fail` what to call where a failure is no throw. */
export type Work<Result> = (isOn: boolean, fail: () => void) => Result

/** Counts what becomes of one toggle. */
export interface ToggleMeter {
  /** Counts one answer. Allocates nothing. */
  evaluated(isOn: boolean): void
  /**
   * Runs the work and counts its outcome and duration: of a promise once it settles. What it returns or throws is
   * handed through untouched.
   */
  measure<Result>(isOn: boolean, work: Work<Result>): Result
  /** Shows the comparisons from now on, at 0 until there is one. */
  expectComparisons(): void
  /** Counts one call of both ways, with how many seconds each took. */
  compared(outcome: ComparedOutcome, seconds: { readonly old: number; readonly new: number }): void
  /** Counts one call that was to be compared and was not. */
  skipped(): void
}

/** Counts evaluations, outcomes and durations by toggle and answer, and shows them. Of this thread, for its whole life. */
export interface Meter {
  /** The counts of one toggle; of more than a thousand names the rest is counted together, as `other`. */
  of(toggle: string): ToggleMeter
  /** As `ToggleMeter.measure`: for an answer that came from elsewhere, such as an OpenFeature client. */
  measure<Result>(toggle: string, isOn: boolean, work: Work<Result>): Result
  /** Everything counted so far. */
  read(): readonly Family[]
  /** The page that a Prometheus scrapes, in the text format 0.0.4. */
  text(): string
}

interface Metered {
  readonly counts: ToggleCounts
  readonly meter: ToggleMeter
}

interface Call {
  readonly side: SideCounts
  readonly began: number
  hasFailed: boolean
  isOver: boolean
}

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
const TIMEOUT = 60_000
/** Names that are counted apart, and what the others are called. */
const NAMES = 1000
const OTHER = 'other'
const LONGEST_NAME = 200
/** Promises that are watched for not settling. */
const PENDING = 10_000

/** Opens a meter for `openToggles({ meter })`, for OpenFeature's hook, or for both. */
export function openMeter({ buckets = BUCKETS, timeout = TIMEOUT }: MeterOptions = {}): Meter {
  const bounds = checkedBounds(buckets)
  const longest = checkedTimeout(timeout)
  const toggles = new Map<string, Metered>()
  // In the order they began, so that the first that is young enough ends the search.
  const pending = new Set<Call>()

  const open = (toggle: string): Metered => {
    const counts: ToggleCounts = { toggle, on: emptySide(bounds), off: emptySide(bounds), isMeasured: false, compared: undefined }
    const meter: ToggleMeter = {
      evaluated: (isOn: boolean): void => {
        const side = isOn ? counts.on : counts.off
        side.evaluations += 1
      },
      measure: <Result>(isOn: boolean, work: Work<Result>): Result => {
        counts.isMeasured = true
        return run(isOn ? counts.on : counts.off, isOn, work)
      },
      expectComparisons: (): void => {
        counts.compared ??= emptyCompared(bounds)
      },
      compared: (outcome: ComparedOutcome, seconds: { readonly old: number; readonly new: number }): void => {
        const compared = (counts.compared ??= emptyCompared(bounds))
        compared.outcomes[outcome] += 1
        addDuration(compared.old, seconds.old, bounds)
        addDuration(compared.new, seconds.new, bounds)
      },
      skipped: (): void => {
        const compared = (counts.compared ??= emptyCompared(bounds))
        compared.skipped += 1
      },
    }
    return { counts, meter }
  }
  const of = (toggle: string): ToggleMeter => {
    const name = nameOf(toggle)
    const known = toggles.get(name)
    if (known) return known.meter
    if (toggles.size >= NAMES && name !== OTHER) return of(OTHER)
    const opened = open(name)
    toggles.set(name, opened)
    return opened.meter
  }
  const run = <Result>(side: SideCounts, isOn: boolean, work: Work<Result>): Result => {
    checkWork(work)
    const call: Call = { side, began: performance.now(), hasFailed: false, isOver: false }
    let result: Result
    try {
      result = work(isOn, () => {
        call.hasFailed = true
      })
    } catch (thrown) {
      end(call, 'error')
      throw thrown
    }
    if (types.isPromise(result)) follow(result, call)
    else end(call, 'ok')
    return result
  }
  const follow = (promise: Promise<unknown>, call: Call): void => {
    callListener(() => {
      // Not `promise.then`: a class of its own may do there whatever it likes.
      void Promise.prototype.then.call(
        promise,
        () => end(call, 'ok'),
        () => end(call, 'error'),
      )
      if (pending.size < PENDING) pending.add(call)
    })
  }
  const end = (call: Call, outcome: CallOutcome): void => {
    if (call.isOver) return
    call.isOver = true
    pending.delete(call)
    call.side.outcomes[outcome === 'ok' && call.hasFailed ? 'error' : outcome] += 1
    addDuration(call.side.calls, (performance.now() - call.began) / 1000, bounds)
  }
  const read = (): readonly Family[] => {
    const [mono, now] = [performance.now(), Date.now()]
    for (const call of pending) {
      if (mono - call.began < longest) break
      end(call, 'timeout')
    }
    const all = [...toggles.values()].map(({ counts }) => counts)
    for (const { on, off } of all) for (const side of [on, off]) noteAsked(side, now)
    return familiesOf(all, bounds)
  }
  return {
    of,
    measure: (toggle, isOn, work) => of(toggle).measure(isOn, work),
    read,
    text: () => renderFamilies(read()),
  }
}

/** What UTF-8 and a label can hold: two names that look alike there are one series, which a scrape needs. */
function nameOf(toggle: unknown): string {
  const name = String(toggle)
  return Buffer.from(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name).toString()
}

function checkedBounds(buckets: readonly number[]): readonly number[] {
  const isRising = buckets.every((bound, nth) => Number.isFinite(bound) && bound > (buckets[nth - 1] ?? 0))
  if (!isRising || buckets.length === 0) throw new TypeError('buckets: has to be rising numbers of seconds above 0, such as [0.01, 0.1, 1]')
  return [...buckets]
}

function checkedTimeout(timeout: number): number {
  if (!(timeout > 0)) throw new TypeError(`timeout: has to be milliseconds above 0, and is ${timeout}`)
  return timeout
}
