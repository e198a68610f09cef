import { RolloutError, type Outcome } from '../core/errors.ts'
import { parseDuration, type Duration } from '../core/units.ts'
import type { Shell } from '../shell.ts'
import type { Signature } from '../engine/writer.ts'

/** An option as commander spells it, and what it does. */
export type Flag = readonly [spelling: string, about: string, choices?: readonly string[]]

/** One row of the command table: the only place a command is named. */
export interface Row {
  readonly name: string
  readonly about: string
  /** Arguments as commander spells them, e.g. `[toggles...]`. */
  readonly args?: string
  readonly flags?: readonly Flag[]
  /** What it appends is told to channels once it is done. */
  readonly tells?: true
  readonly group: 'Daily' | 'Understand' | 'Produce' | 'Plumbing'
  readonly load: () => Promise<{ readonly default: (shell: Shell, input: Input, table: Table) => Promise<Outcome> }>
}

/** The whole command line, for those who describe it. */
export interface Table {
  readonly commands: readonly Row[]
  readonly global: readonly Flag[]
}

/** What was typed: arguments, and options by their long name in camel case. */
export interface Input {
  readonly args: readonly string[]
  readonly options: { readonly [name: string]: string | boolean | readonly string[] | undefined }
}

/** The value of an option that takes one. */
export function text(input: Input, name: string): string | undefined {
  const value = input.options[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of an option that takes several. */
export function list(input: Input, name: string): readonly string[] {
  const values = input.options[name]
  return Array.isArray(values) ? values : []
}

/** Whether a switch is on. */
export function flag(input: Input, name: string): boolean {
  return input.options[name] === true
}

/** A duration option such as `--timeout 5m`; throws `usage` when it is not one. */
export function duration(input: Input, name: string): Duration | undefined {
  const written = text(input, name)
  if (written === undefined) return undefined
  const parsed = parseDuration(written)
  if (parsed === undefined)
    throw new RolloutError('usage', { message: `--${name} ${written} is not a duration`, hint: 'write a unit: 30s, 5m or 2h' })
  return parsed
}

const ACTORS = ['ROLLOUT_ACTOR', 'GITHUB_ACTOR', 'GITLAB_USER_LOGIN'] as const

/** The actor of everything that no person did. */
export const MACHINE = 'auto'
const LONGEST = 200
/** What cannot be seen: two names that look the same must be the same. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * Who is acting: `--actor`, then ROLLOUT_ACTOR, the CI's user, the system's name for this user; never from thin air,
 * and never the program itself. It is what somebody says of themselves: whoever may write the journal may say anything.
 * Throws `usage` when nobody can be named, or by a name that would not read the same to everybody.
 */
export function signature(shell: Shell, input: Input): Signature {
  const named =
    text(input, 'actor') ?? ACTORS.map((name) => shell.env[name]).find((name) => name !== undefined && name !== '') ?? shell.user
  // A variable that was read from a file ends in a newline: no reason to refuse a rollback.
  const actor = named?.trim()
  if (actor === undefined || actor === '')
    throw new RolloutError('usage', { message: 'nobody is named as the actor', hint: '--actor NAME, or set ROLLOUT_ACTOR' })
  if (UNSEEN.test(actor) || actor.length > LONGEST)
    throw new RolloutError('usage', {
      message: `${JSON.stringify(actor.slice(0, LONGEST))} cannot name an actor`,
      hint: `one line of at most ${LONGEST} characters, all of them visible`,
    })
  if (actor === MACHINE)
    throw new RolloutError('usage', { message: `"${MACHINE}" is the program itself`, hint: '--actor NAME names a person' })
  const reason = text(input, 'reason')
  return { actor, ...(reason !== undefined && { reason }) }
}

/** Commands that override something must say why. */
export function requireReason(input: Input, what: string): void {
  if (!text(input, 'reason')?.trim()) throw new RolloutError('usage', { message: `${what} needs a reason`, hint: '--reason "why"' })
}

/** The shell's signal, ended as well when `--timeout` has passed. */
export function deadline(shell: Shell, input: Input): AbortSignal {
  const limit = duration(input, 'timeout')
  if (limit === undefined) return shell.signal
  const controller = new AbortController()
  shell.clock.sleep(limit, shell.signal).then(
    () =>
      controller.abort(
        new RolloutError('timeout', {
          message: `not finished within ${text(input, 'timeout')}`,
          hint: 'rollout status; any later command goes on from here',
        }),
      ),
    () => undefined,
  )
  return AbortSignal.any([shell.signal, controller.signal])
}
