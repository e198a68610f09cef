import type { Controller } from './core/journal/event.ts'
import type { Stream } from './core/values/stream.ts'
import type { Clock } from './core/ports.ts'

/** Everything a command may know of the world outside. Only main.ts makes one. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The command line as it was typed, fit to be typed again. */
  readonly typed?: string
  readonly clock: Clock
  /** Ends on SIGINT, SIGTERM and when the terminal closes; the reason is a RolloutError with the exit code. */
  readonly signal: AbortSignal
  readonly out: Stream
  readonly err: Stream
  /** Asks the person at the terminal; undefined when there is none. */
  readonly ask?: (question: string) => Promise<string>
  readonly self: Controller
  /** The system says which boot this is, so that the monotonic clocks of two processes compare. */
  readonly knowsBoot: boolean
  /** The system's name for the user this runs as; undefined where it has none. */
  readonly user: string | undefined
  /** The number of that user; undefined where the system has none. */
  readonly uid: number | undefined
  readonly version: string
  /** What the package is called on npm; the command is `rollout`. */
  readonly packageName: string
  /** Version of Node.js, e.g. `20.19.0`. */
  readonly node: string
  /** Folder of the package: the example plan lies there. */
  readonly home: string
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly uuid: () => string
  /** From here on a terminal that closes ends nothing: what has begun must not end in the middle. */
  readonly outlast: () => void
  /** Whether another controller still runs; undefined when it cannot be told from here. */
  readonly alive: (controller: Controller) => boolean | undefined
  /** Ends another controller when it surely is a process of this machine, stopped or not; whether it is surely gone. */
  readonly end: (controller: Controller) => Promise<boolean>
}
