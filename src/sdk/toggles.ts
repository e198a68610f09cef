import type { Attributes } from '../core/toggle/segment.ts'
import type { Answer } from './answer.ts'
import { checkWays, checkWork } from './check-work.ts'
import { compile, generationOf, shadowShareOf, togglesIn, wordIn, type OwnWords } from './compile.ts'
import type { Meter, ToggleMeter, Work } from './meter.ts'
import type { ToggleName } from './names.ts'
import { callListener, openProblems } from './problems.ts'
import { decideRule, type CompiledRule } from './rule.ts'
import { NEVER, openShadows, type ShadowOptions, type Turns, type Ways } from './shadows.ts'
import { openSource } from './source.ts'

/** The hot file was read anew. */
export interface ReloadEvent {
  /** The generation in force now: see `Toggles.generation`. */
  readonly generation: string
  /** The toggles about which an answer may be another one now. */
  readonly toggles: readonly string[]
}

export interface Options {
  /** Where the variables are; `process.env` unless told. Read once. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /**
   * A file of `NAME=word` lines that is read again when it changes and wins over the environment; `ROLLOUT_FILE` unless
   * told.
   */
  readonly file?: string
  /** Words of single toggles that mean on and off instead of `true` and `false`, as `words:` in rollout.yaml says. */
  readonly words?: OwnWords
  /** How often the file is looked at, in milliseconds, at least 10; 1000 unless told. */
  readonly every?: number
  /**
   * Told once of every value that is not understood and of a file that cannot be read; a process warning unless told.
   */
  readonly onProblem?: (message: string) => void
  /** Told after the answers of a toggle may have changed, or the generation has. */
  readonly onChange?: (change: ReloadEvent) => void
  /** Told when the newest file cannot be used (`true`; the last good one stays) and when it can again. */
  readonly onStale?: (isStale: boolean) => void
  /** Counts every answer and everything that `measure` runs (`openMeter` of rolloutctl/metrics). */
  readonly meter?: Meter
  /** What `compare` may take beside an answer; a second and ten at once unless told. */
  readonly shadow?: ShadowOptions
  /** Told of every evaluation, synchronously: it must be quick, and drops what it has already seen by itself. */
  readonly onExposure?: (toggle: string, id: string, answer: Answer) => void
}

/** Whether one toggle is on for this id. */
export type IsOn = (id?: string, attributes?: Attributes) => boolean

export interface Toggles {
  /** Whether the toggle is on for this id; without an id only at 100 %, or by a segment. Never throws. */
  isEnabled(toggle: ToggleName, id?: string, attributes?: Attributes): boolean
  /** Binds one toggle, so that its name is not looked up again: for hot paths. Follows changes. */
  bind(toggle: ToggleName): IsOn
  /**
   * Runs the work, told whether the toggle is on, and hands through what it returns or throws. With a meter its outcome
   * and duration are counted: of a promise once it settles. Throws by itself only where the work is no function.
   */
  measure<Result>(toggle: ToggleName, id: string | undefined, work: Work<Result>, attributes?: Attributes): Result
  /**
   * Answers with the old way while the toggle is off, with the new one while it is on, and counts both as `measure`
   * does. Beside a share of the old answers (`FEATURE_X_SHADOW=5%`) the new way runs too, and what it comes to is
   * compared and counted: nobody is answered by it, nobody waits for it, and nothing it throws is felt. Only with a meter.
   */
  compare<Result>(toggle: ToggleName, id: string | undefined, ways: Ways<Result>, attributes?: Attributes): Result
  /** The answer with what decided it; no exposure. Any name is taken: it may come from elsewhere. */
  explain(toggle: string, id?: string, attributes?: Attributes): Answer
  /**
   * The number of the last change in the file (`# rollout:42` → `42`), else `content:<digest>`; without a file
   * `environment`.
   */
  generation(): string
  /** Whether the newest file cannot be used and the last good one is in force. */
  isStale(): boolean
  /** The words in force, by variable. */
  words(): Readonly<Record<string, string>>
  /** All three, to be served as JSON: the env-file target's `verify:` reads it. */
  report(): { readonly generation: string; readonly isStale: boolean; readonly toggles: Readonly<Record<string, string>> }
  /** Reads the files again now, and believes them as they are. */
  reload(): void
  close(): void
}

/** A toggle somebody asked for, with its rule unless that changed since. */
interface Cell {
  readonly toggle: string
  rule: CompiledRule | undefined
  readonly meter: ToggleMeter | undefined
  /** Of how many of its calls the new way is compared; undefined when that changed since. */
  shadow: Turns | undefined
}

/** Names that are remembered; of more (made up at run time?) the rule is made anew every time. */
const NAMES = 100_000
/** Milliseconds until a file that looks half written is looked at again. */
const SOON = 100
const SHORTEST = 10

/** Reads the env contract: `FEATURE_X=false | true | <n>%[;…]`, `FEATURE_X_USERS`, `FEATURE_X_DENY`. */
export function openToggles(options: Options = {}): Toggles {
  const {
    env = process.env,
    file = env['ROLLOUT_FILE'],
    every = 1000,
    words: own = {},
    onProblem = warn,
    onChange,
    onStale,
    onExposure,
    meter,
    shadow = {},
  } = options
  const problems = openProblems(onProblem)
  const source = openSource(env, file, problems)
  const shadows = openShadows(shadow, problems.tell)
  const cells = new Map<string, Cell>()
  const bound: Cell[] = []
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let wasStale = source.isStale()
  let generation = source.generation()
  let prints = onChange ? fingerprints() : new Map<string, string>()

  function fingerprints(): ReadonlyMap<string, string> {
    return new Map([...togglesIn(source, own)].map((toggle) => [toggle, generationOf(toggle, source, own)]))
  }
  function watch(): void {
    if (isClosed || timer || !source.isWatching()) return
    const again = (): void => {
      timer = undefined
      look(false)
      watch()
    }
    timer = setTimeout(again, Math.max(SHORTEST, source.isUnsure() ? Math.min(every, SOON) : every))
    timer.unref()
  }
  function look(believe: boolean): void {
    if (source.look(believe)) {
      for (const cell of [...cells.values(), ...bound]) {
        cell.rule = undefined
        cell.shadow = undefined
      }
      if (onChange) announce(onChange)
    }
    const isStale = source.isStale()
    if (isStale === wasStale) return
    wasStale = isStale
    callListener(() => onStale?.(isStale))
  }
  function announce(listener: (change: ReloadEvent) => void): void {
    const before = prints
    prints = fingerprints()
    const changed = new Set([...before.keys(), ...prints.keys()].filter((toggle) => before.get(toggle) !== prints.get(toggle)))
    if (changed.size === 0 && generation === source.generation()) return
    generation = source.generation()
    callListener(() => listener({ generation, toggles: [...changed] }))
  }
  function cellOf(toggle: string): Cell {
    const cell = { toggle, rule: undefined, meter: meter?.of(toggle), shadow: undefined }
    if (cells.size < NAMES) cells.set(toggle, cell)
    return cell
  }
  function ruleIn(cell: Cell): CompiledRule {
    cell.rule = compile(cell.toggle, source, own, problems.tell)
    // A list in a file may be the first file there is to watch.
    watch()
    return cell.rule
  }
  function turnsIn({ toggle, meter: counts }: Cell): Turns {
    counts?.expectComparisons()
    return { share: shadowShareOf(toggle, source, problems.tell), turn: 0 }
  }
  function evaluate(cell: Cell, given: string | undefined, attributes: Attributes | undefined): boolean {
    const id = typeof given === 'string' ? given : idOf(given)
    const answer = decideRule(cell.rule ?? ruleIn(cell), id, attributes)
    if (cell.meter !== undefined) cell.meter.evaluated(answer.isOn)
    if (onExposure !== undefined) expose(onExposure, cell.toggle, id, answer)
    return answer.isOn
  }
  const words = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...source.names()].flatMap((name) => {
        const text = source.get(name)
        // Whatever else is in the file or the environment is nobody's business.
        return text !== undefined && wordIn(source, name, own) ? [[name, text]] : []
      }),
    )

  watch()
  return {
    isEnabled: (toggle, id, attributes) => evaluate(cells.get(toggle) ?? cellOf(toggle), id, attributes),
    bind: (toggle) => {
      const cell = cells.get(toggle) ?? cellOf(toggle)
      if (cells.get(toggle) !== cell) bound.push(cell)
      return (id, attributes) => evaluate(cell, id, attributes)
    },
    measure: (toggle, id, work, attributes) => {
      checkWork(work)
      const cell = cells.get(toggle) ?? cellOf(toggle)
      const isOn = evaluate(cell, id, attributes)
      return cell.meter === undefined ? work(isOn, ignore) : cell.meter.measure(isOn, work)
    },
    compare: (toggle, id, ways, attributes) => {
      checkWays(ways)
      const cell = cells.get(toggle) ?? cellOf(toggle)
      const isOn = evaluate(cell, id, attributes)
      if (cell.meter === undefined) return isOn ? ways.new(ignore, NEVER) : ways.old(ignore)
      if (isOn) return cell.meter.measure(true, (_, fail) => ways.new(fail, NEVER))
      if (shadows.isDue((cell.shadow ??= turnsIn(cell)), toggle, ways.writes)) return shadows.compare(toggle, cell.meter, ways)
      return cell.meter.measure(false, (_, fail) => ways.old(fail))
    },
    explain: (toggle, id, attributes) => {
      const cell = cells.get(toggle) ?? cellOf(toggle)
      return decideRule(cell.rule ?? ruleIn(cell), idOf(id), attributes)
    },
    generation: () => source.generation(),
    isStale: () => source.isStale(),
    words,
    report: () => ({ generation: source.generation(), isStale: source.isStale(), toggles: words() }),
    reload: () => look(true),
    close: () => {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Apart, because a function that makes a closure allocates for it on every call. */
function expose(listener: NonNullable<Options['onExposure']>, toggle: string, id: string, answer: Answer): void {
  callListener(() => listener(toggle, id, answer))
}

/** What JavaScript hands over instead of a text: a number is its digits, anything else is no id. */
function idOf(given: unknown): string {
  if (typeof given === 'string') return given
  return typeof given === 'number' || typeof given === 'bigint' ? String(given) : ''
}

/** A failure that nobody counts. */
function ignore(): void {}

function warn(message: string): void {
  process.emitWarning(message, 'RolloutWarning')
}
