import { RolloutError, type Problem } from '../core/values/errors.ts'
import type { Signature } from '../engine/writer.ts'
import type { Session } from './session.ts'

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
/** What cannot be seen: two names that look the same must be the same. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** Where nobody may be turned away for want of a good name or a short reason: what takes back, or holds. */
type Urgency = 'ordinary' | 'emergency'

/**
 * Names who is acting, and why: `--actor`, then ROLLOUT_ACTOR, the CI's user, git's `user.email`, the system's name for
 * this user; never from thin air, and never the program itself. A CI comes before git, whose user there is mostly a robot.
 * It is what somebody says of themselves: whoever may write the journal may say anything; a signature proves more.
 * Throws `usage` when nobody can be named, or by a name that would not read the same to everybody, and when the reason
 * is too long. In an emergency it never throws: the user's number will do for a name, and a long reason is cut.
 */
export async function signature(session: Session, urgency: Urgency = 'ordinary'): Promise<Signature> {
  const named = await nameActor(session)
  const wrong = refusalOf(named?.actor)
  if (wrong && urgency === 'ordinary') throw new RolloutError('usage', wrong)
  const reason = reasonOf(session, urgency)
  if (!wrong && named) return { ...named, ...(reason !== undefined && { reason }) }
  const actor = session.uid === undefined ? 'nobody' : `uid ${session.uid}`
  if (named) session.err.write(`! ${wrong?.message}: it is recorded as ${actor}\n`)
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
async function nameActor(session: Session): Promise<{ readonly actor: string; readonly actorFrom: string } | undefined> {
  const typed = session.options.actor
  if (typed !== undefined) return { actor: typed.trim(), actorFrom: '--actor' }
  for (const actorFrom of ['ROLLOUT_ACTOR', ...CI]) {
    const actor = session.env[actorFrom]?.trim()
    if (actor !== undefined && actor !== '') return { actor, actorFrom }
  }
  // Loaded here alone: it starts a process.
  const { gitUser } = await import('./git.ts')
  const actor = await gitUser({ cwd: session.cwd, env: session.env, signal: session.stopped })
  if (actor !== undefined && actor !== '') return { actor, actorFrom: 'git user.email' }
  const user = session.user?.trim()
  return user === undefined || user === '' ? undefined : { actor: user, actorFrom: 'system' }
}

/** As much of a reason as a journal keeps, in characters: it is read in one line. */
const LONGEST_REASON = 2000

function reasonOf({ options: { reason }, err }: Session, urgency: Urgency): string | undefined {
  if (reason === undefined || reason.length <= LONGEST_REASON) return reason
  const says = `the reason is ${reason.length} characters long; ${LONGEST_REASON} are kept`
  if (urgency === 'ordinary') throw new RolloutError('usage', { message: says, hint: 'a sentence, and a link to the rest' })
  err.write(`! ${says}\n`)
  // Half of a character is none.
  return `${reason.slice(0, LONGEST_REASON - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
