import { controllerOf } from '../adapters/deadline.ts'
import { RolloutError, type Outcome, type Problem } from '../core/values/errors.ts'
import { parseDuration, type Duration } from '../core/values/units.ts'
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
  readonly group: 'Daily' | 'Understand' | 'Rehearse' | 'Produce' | 'Plumbing'
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

/** Who a CI says has asked for this run: GitHub Actions, GitLab, CircleCI, Buildkite, Azure Pipelines, Jenkins (build user vars). */
const CI = [
  'GITHUB_TRIGGERING_ACTOR',
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'CIRCLE_USERNAME',
  'BUILDKITE_BUILD_CREATOR_EMAIL',
  'BUILD_REQUESTEDFOREMAIL',
  'BUILD_USER_ID',
] as const

/** The actor of everything that no person did. */
export const MACHINE = 'auto'
const LONGEST = 200
/** Milliseconds; a timer of more is over at once. */
const LONGEST_TIMER = 2 ** 31 - 1
/** What cannot be seen: two names that look the same must be the same. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** Where nobody may be turned away for want of a good name or a short reason: what takes back, or holds. */
export type Urgency = 'ordinary' | 'emergency'

/**
 * Names who is acting, and why: `--actor`, then ROLLOUT_ACTOR, the CI's user, git's `user.email`, the system's name for
 * this user; never from thin air, and never the program itself. A CI comes before git, whose user there is mostly a robot.
 * It is what somebody says of themselves: whoever may write the journal may say anything; a signature proves more.
 * Throws `usage` when nobody can be named, or by a name that would not read the same to everybody, and when the reason
 * is too long. In an emergency it never throws: the user's number will do for a name, and a long reason is cut.
 */
export async function signature(shell: Shell, input: Input, urgency: Urgency = 'ordinary'): Promise<Signature> {
  const named = await nameActor(shell, input)
  const wrong = refusalOf(named?.actor)
  if (wrong && urgency === 'ordinary') throw new RolloutError('usage', wrong)
  const reason = reasonOf(shell, input, urgency)
  if (!wrong && named) return { ...named, ...(reason !== undefined && { reason }) }
  const actor = shell.uid === undefined ? 'nobody' : `uid ${shell.uid}`
  if (named) shell.err.write(`! ${wrong?.message}: it is recorded as ${actor}\n`)
  return { actor, actorFrom: 'system', ...(reason !== undefined && { reason }) }
}

/** Why this cannot name an actor; undefined when it can. */
function refusalOf(actor: string | undefined): Problem | undefined {
  if (actor === undefined || actor === '') return { message: 'nobody is named as the actor', hint: '--actor NAME, or set ROLLOUT_ACTOR' }
  if (UNSEEN.test(actor) || actor.length > LONGEST)
    return {
      message: `${JSON.stringify(actor.slice(0, LONGEST))} cannot name an actor`,
      hint: `one line of at most ${LONGEST} characters, all of them visible`,
    }
  if (actor === MACHINE) return { message: `"${MACHINE}" is the program itself`, hint: '--actor NAME names a person' }
  return undefined
}

/** The first who is named; a variable that was read from a file ends in a newline: no reason to refuse a rollback. */
async function nameActor(shell: Shell, input: Input): Promise<{ readonly actor: string; readonly actorFrom: string } | undefined> {
  const typed = text(input, 'actor')
  if (typed !== undefined) return { actor: typed.trim(), actorFrom: '--actor' }
  for (const actorFrom of ['ROLLOUT_ACTOR', ...CI]) {
    const actor = shell.env[actorFrom]?.trim()
    if (actor !== undefined && actor !== '') return { actor, actorFrom }
  }
  // Loaded here alone: it starts a process.
  const { gitUser } = await import('./git.ts')
  const actor = await gitUser(shell)
  if (actor !== undefined && actor !== '') return { actor, actorFrom: 'git user.email' }
  const user = shell.user?.trim()
  return user === undefined || user === '' ? undefined : { actor: user, actorFrom: 'system' }
}

/** As much of a reason as a journal keeps, in characters: it is read in one line. */
const LONGEST_REASON = 2000

function reasonOf(shell: Shell, input: Input, urgency: Urgency): string | undefined {
  const reason = text(input, 'reason')
  if (reason === undefined || reason.length <= LONGEST_REASON) return reason
  const says = `the reason is ${reason.length} characters long; ${LONGEST_REASON} are kept`
  if (urgency === 'ordinary') throw new RolloutError('usage', { message: says, hint: 'a sentence, and a link to the rest' })
  shell.err.write(`! ${says}\n`)
  // Half of a character is none.
  return `${reason.slice(0, LONGEST_REASON - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Commands that override something must say why. */
export function requireReason(input: Input, what: string): void {
  if (!text(input, 'reason')?.trim()) throw new RolloutError('usage', { message: `${what} needs a reason`, hint: '--reason "why"' })
}

/** The shell's signal, ended as well when `--timeout` has passed. */
export function deadline(shell: Shell, input: Input): AbortSignal {
  const limit = duration(input, 'timeout')
  if (limit === undefined) return shell.signal
  const controller = controllerOf(shell.signal)
  const late = new RolloutError('timeout', {
    message: `not finished within ${text(input, 'timeout')}`,
    hint: 'rollout status; any later command goes on from here',
  })
  // Not a sleep: that would keep a command that is done from ending.
  shell.clock.timer(Math.min(limit, LONGEST_TIMER), () => controller.abort(late))
  return controller.signal
}
