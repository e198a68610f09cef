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
  readonly options: { readonly [name: string]: string | boolean | undefined }
}

/** The value of an option that takes one. */
export function text(input: Input, name: string): string | undefined {
  const value = input.options[name]
  return typeof value === 'string' ? value : undefined
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

/**
 * Who is acting: `--actor`, then ROLLOUT_ACTOR, the CI's user, the system's name for this user; never from thin air.
 * Throws `usage` when nobody can be named.
 */
export function signature(shell: Shell, input: Input): Signature {
  const actor =
    text(input, 'actor') ?? ACTORS.map((name) => shell.env[name]).find((name) => name !== undefined && name !== '') ?? shell.user
  if (actor === undefined || actor.trim() === '')
    throw new RolloutError('usage', { message: 'nobody is named as the actor', hint: '--actor NAME, or set ROLLOUT_ACTOR' })
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
