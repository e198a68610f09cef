import type { Lender } from '../adapters/lender.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Duration } from '../core/values/units.ts'
import type { Shell } from '../shell.ts'
import type { Live } from '../views/live.ts'
import type { Meant } from './meant.ts'
import type { Place } from './place.ts'

/** The flags that every verb takes. */
export interface Everywhere {
  readonly file: string | undefined
  readonly env: string | undefined
  readonly json: boolean
  readonly reason: string | undefined
  readonly actor: string | undefined
  readonly yes: boolean
  readonly noInput: boolean
  readonly timeout: Duration | undefined
}

/** What a verb is carried out in: the world without its stdout, and whatever is opened once for the whole command. */
export interface Session<Options extends Everywhere = Everywhere> extends Omit<Shell, 'out'> {
  readonly options: Options
  /** Where the plan is, and the folder everything is relative to. */
  readonly place: Place
  /** Ends on SIGINT and SIGTERM, and when `--timeout` has passed. */
  readonly signal: AbortSignal
  /** Ends on SIGINT and SIGTERM alone. */
  readonly stopped: AbortSignal
  /** What adapters are lent. */
  readonly lender: Lender
  /** Whether somebody watches stdout who sees it change. */
  readonly isLive: boolean
  /** Whether nobody reads stdout any more. */
  readonly isUnread: () => boolean
  /** Finds the rollout that is meant, the first time it is asked for; undefined where only the plan can say. */
  readonly meant: () => Promise<Meant | undefined>
  /** Opens the journal of the rollout meant, the first time it is asked for. */
  readonly journal: () => Promise<Journal>
  /** Shows a run as it goes, on stdout, or beside the one value of `--json`. */
  readonly live: (open: (screen: Pick<Shell, 'out' | 'err'>, isJson: boolean) => Live) => Live
  /** Opens another session with other options, in another world or on another rollout; its deadline begins anew. */
  readonly reopen: (options?: Partial<Everywhere>, world?: Partial<Pick<Shell, 'cwd' | 'env' | 'err'>>, meant?: Meant) => Session<Options>
}

/** What comes of a verb: printed in one place, as a value or as text. */
export interface VerbAnswer {
  readonly outcome: Outcome
  /** Names the shape of the value. */
  readonly kind: string
  readonly value: object
  /** A list of the value that may be too long to be held as text: written element by element. */
  readonly list?: { readonly name: string; readonly values: Iterable<unknown> }
  readonly text: (out: Stream) => string | Iterable<string>
  /** What happened on the way, line by line, for a page that shows the end alone. */
  readonly told?: readonly string[]
  /** Work that begins once it was printed. */
  readonly afterwards?: () => Promise<void>
}
