import { RolloutError } from '../../src/core/values/errors.ts'
import type { Clock } from '../../src/core/ports.ts'
import type { Random } from './random.ts'
import { START, type Timeline } from './time.ts'

/** A machine: its wall clock may be wrong and jump; its monotonic clock compares only with itself. */
export interface Machine {
  readonly name: string
  skew: number
}

/** How far a machine's monotonic clock is ahead of true time: near enough to be taken for the other's. */
export const AHEAD: Readonly<Record<string, number>> = { east: 0, west: 25_000 }

export interface Faults {
  /** While false nothing goes wrong any more. */
  on: boolean
  /** A process dies at a request or at its reply. */
  readonly crash: number
  /** It is stopped (SIGSTOP) there, and goes on later. */
  readonly stop: number
  /** A request never arrives, and its sender hears of a timeout. */
  readonly lost: number
  /** A request is carried out and its sender hears of a timeout. */
  readonly unheard: number
  /** Longest time a write is under way, in milliseconds. */
  readonly slow: number
  /** A request is carried out long after its sender heard of a timeout. */
  readonly late: number
}

/** Longest time between a timeout and the request landing after all: what targets promise as `settle`. */
export const LATEST = 10_000

/** Longest time for which a process is stopped, in milliseconds. */
export const LONGEST_STOP = 300_000

/** A running program: it goes on only by replies, and dies or stops at any of them. */
export interface Process {
  readonly name: string
  readonly machine: Machine
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly isAlive: boolean
  /** It did not come to its own end. */
  readonly isKilled: boolean
  /** When it last went on after a stop, in true time. */
  readonly awakeSince: number
  kill(): void
  /** The program has ended by itself. */
  end(): void
  stop(duration: number): void
  /** SIGTERM: the program may still tidy up. */
  interrupt(): void
  /** Sends a request; `effect` is what its server does when it arrives, whoever has died meanwhile. */
  io<Result>(what: string, effect: () => Result, fail: () => Error): Promise<Result>
}

export interface ProcessParts {
  readonly name: string
  readonly machine: Machine
  readonly time: Timeline
  readonly random: Random
  readonly faults: Faults
  readonly tell: (text: string) => void
}

/** Right after these a fault hurts most: faults that are spread evenly find half as much. */
const TENDER = /^(append intended|append arrived|append applied|write)/

export function spawn({ name, machine, time, random, faults, tell }: ProcessParts): Process {
  const stopping = new AbortController()
  let isAlive = true
  let asleepUntil = 0

  let isKilled = false

  const end = (): void => {
    isAlive = false
  }
  const kill = (): void => {
    isKilled ||= isAlive
    isAlive = false
  }
  const interrupt = (): void => resume(() => stopping.abort(new RolloutError('interrupted', { message: 'stopped by SIGINT' })))
  const stop = (duration: number): void => {
    asleepUntil = Math.max(asleepUntil, time.now + duration)
  }
  /** Goes on with the program if it is alive, once it is not stopped any more. */
  const resume = (run: () => void): void => {
    if (!isAlive) return
    if (asleepUntil <= time.now) {
      time.stir()
      run()
    } else time.at(asleepUntil - time.now, () => resume(run))
  }
  const moment = (what: string): void => {
    if (!faults.on) return
    const more = TENDER.test(what) ? 12 : 1
    if (random.chance(faults.crash * more)) {
      tell(`${name} dies at "${what}"`)
      kill()
    } else if (random.chance(faults.stop * more)) {
      const duration = random.pick([50, 2000, 15_000, 60_000, LONGEST_STOP])
      tell(`${name} is stopped for ${duration / 1000}s at "${what}"`)
      stop(duration)
      // Who finds a program that hangs tells it to end, and it hears of that as it goes on.
      if (random.chance(0.1)) time.at(duration, interrupt)
    }
  }
  const sleep = async (duration: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      let settled = false
      const end = (run: () => void): void => {
        if (settled) return
        settled = true
        signal?.removeEventListener('abort', onAbort)
        resume(run)
      }
      const onAbort = (): void => end(() => reject(signal?.reason))
      signal?.addEventListener('abort', onAbort)
      time.at(duration, () => end(resolve))
    })
  return {
    name,
    machine,
    signal: stopping.signal,
    get isAlive() {
      return isAlive
    },
    get awakeSince() {
      return asleepUntil
    },
    kill,
    stop,
    interrupt,
    end,
    get isKilled() {
      return isKilled
    },
    clock: {
      domain: machine.name,
      now: () => Math.round(START + time.now + machine.skew),
      monotonic: () => Math.round(time.now + (AHEAD[machine.name] ?? 0)),
      sleep,
      timer: (duration, ring) => {
        let isStopped = false
        time.at(duration, () => isStopped || resume(() => isStopped || ring()))
        return () => {
          isStopped = true
        }
      },
    },
    io: async (what, effect, fail) =>
      new Promise((resolve, reject) => {
        const reply = (delay: number, run: () => void): void =>
          time.at(delay, () =>
            resume(() => {
              moment(`reply to ${what}`)
              resume(run)
            }),
          )
        moment(what)
        if (!isAlive) return
        const travel = random.between(0.2, what.startsWith('write') ? faults.slow : 4)
        const arrive = (): void => {
          const drawn = faults.on ? random.next() : 1
          const { lost, unheard } = faults
          const late = faults.late * (what.startsWith('write') ? 5 : 1)
          if (drawn < lost + late) {
            tell(`${name}: "${what}" times out${drawn < late ? ', and will land later' : ''}`)
            if (drawn < late) time.at(random.between(1000, LATEST), () => quietly(effect))
            return reply(random.between(5, 2000), () => reject(fail()))
          }
          try {
            const result = effect()
            if (drawn >= lost + late + unheard) return reply(random.between(0.2, 4), () => resolve(result))
            tell(`${name}: "${what}" was carried out, but the reply is lost`)
            return reply(random.between(5, 2000), () => reject(fail()))
          } catch (thrown) {
            return reply(random.between(0.2, 4), () => reject(thrown))
          }
        }
        // Who is stopped has sent nothing yet, and never will when it is killed before it goes on.
        const stopped = asleepUntil - time.now
        if (stopped <= 0) time.at(travel, arrive)
        else time.at(stopped, () => void (isAlive && time.at(travel, arrive)))
      }),
  }
}

function quietly(effect: () => unknown): void {
  try {
    effect()
  } catch {
    // Nobody is left to hear of it.
  }
}
