import { joinFew } from '../values/join-few.ts'
import { defined } from '../values/defined.ts'
import { formatApprovals } from '../plan/approvals.ts'
import type { NoticeKind } from '../values/notice-kind.ts'
import type { Event, Why } from './event.ts'
import { newObstacles, type Obstacle } from './obstacle.ts'
import type { Watch } from '../judge/track.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { formatExposure, formatInstant, type Instant } from '../values/units.ts'
import type { Changed } from '../values/message.ts'

/** One event as a channel is told of it: plain data, kept in the state until every channel that wants it has it. */
export interface Notice {
  readonly kind: NoticeKind
  /** The event it tells of. */
  readonly seq: number
  /** The same at every attempt: a receiver that has it already may drop it. */
  readonly id: string
  readonly at: Instant
  readonly actor: string
  readonly reason?: string
  /** Why, or what is needed: value, comparison, counts. */
  readonly about?: string
  /** What decided it; a person's pause is no alarm. */
  readonly code?: Why['code']
  /** Channels that the contingency behind it names: they are told whatever else they listen to. */
  readonly called?: readonly string[]
  readonly changes: readonly Changed[]
  readonly phase: string
  /** From 1; 0 before the first. */
  readonly step: number
  readonly steps: number
}

/** What of a state notices are made from. */
export interface NoticeState {
  readonly plan: Plan
  readonly status: string
  readonly cursor: number
  readonly exposures: Exposures
  readonly blocked?: readonly Obstacle[]
  readonly watch?: Pick<Watch, 'answers'>
  readonly intent?: {
    readonly seq: number
    readonly move: string
    readonly exposures: Exposures
    readonly why: Why
    readonly actor?: string
    readonly overrides?: readonly string[]
  }
}

/** Nobody reads more of a reason than this, and it is kept until the last channel has it. */
const LONGEST = 500

type Part = Pick<Notice, 'kind' | 'about' | 'code' | 'called'> & {
  /** Whose doing it is, where that is not who wrote the event. */
  readonly by?: string | undefined
  readonly from?: Exposures
  readonly to?: Exposures
}

/** Returns the notices an event is worth: most are worth none. `before` is undefined for the first. */
export function noticesOf(event: Event, before: NoticeState | undefined, after: NoticeState): readonly Notice[] {
  const { plan } = after
  const steps = stepsOf(plan)
  const step = steps[Math.max(0, after.cursor)]
  return partsOf(event, before, after).map(({ kind, about, code, called, by = event.actor, from, to }) =>
    defined({
      kind,
      seq: event.seq,
      id: `${event.id}/${kind}`,
      at: event.at,
      actor: cut(by),
      reason: event.reason && cut(event.reason),
      about: about && cut(about),
      code,
      called,
      changes: from && to ? changed(plan, from, to) : [],
      phase: (step && plan.phases[step.phase]?.id) ?? '',
      step: after.cursor + 1,
      steps: steps.length,
    }),
  )
}

function partsOf(event: Event, before: NoticeState | undefined, after: NoticeState): readonly Part[] {
  switch (event.type) {
    case 'resumed':
      if (before?.status === 'running') return []
      return [{ kind: event.type }, ...approvalNeeded(after)]
    case 'started':
    case 'replanned':
      return [{ kind: event.type }, ...approvalNeeded(after)]
    case 'intended': {
      if (event.move === 'advance') return []
      const from = before?.intent?.exposures ?? before?.exposures ?? {}
      const isRollback = event.move === 'rollback'
      // A rollback that is only made sure of again is no news.
      if (isRollback && before?.status === 'rolled back' && changed(after.plan, from, event.exposures).length === 0) return []
      return [
        {
          kind: isRollback ? 'rolled-back' : 'stepped-back',
          ...because(event.why),
          ...calling(after.plan, event.why),
          from,
          to: event.exposures,
        },
      ]
    }
    case 'arrived': {
      const intent = before?.intent
      if (!before || intent?.seq !== event.intent) return []
      const without = event.missing.length > 0 ? ` (not by ${event.missing.join(', ')})` : ''
      const moved = { by: intent.actor, from: before.exposures, to: intent.exposures }
      if (intent.move !== 'advance') return [{ kind: 'confirmed', about: `every target has confirmed it${without}`, ...moved }]
      return [
        { kind: 'advanced', ...because(intent.why), about: overriding(intent) + intent.why.text + without, ...moved },
        ...approvalNeeded(after),
      ]
    }
    case 'refused':
      return [{ kind: 'refused', about: `${event.target} has not confirmed: ${event.error}` }]
    case 'paused':
      return before?.status === 'running' ? [{ kind: 'paused', ...because(event.why) }] : []
    case 'blocked': {
      const drifts = newObstacles(before?.blocked, event.by).filter(({ name }) => name === 'drift')
      return drifts.length === 0
        ? []
        : [
            {
              kind: 'drifted',
              about: joinFew(
                drifts.map(({ text }) => text),
                '; ',
              ),
              code: 'drift',
            },
          ]
    }
    case 'observed':
      return lastUsers(before, after)
    case 'approved':
      return [{ kind: 'approved', about: `step ${event.step + 1}, for ${event.group}` }]
    case 'checked':
      return [{ kind: 'checked', about: `${event.item} of ${event.phase}` }]
    case 'completed':
    case 'closed':
      return [{ kind: event.type, ...because(event.why) }]
    default:
      return []
  }
}

function overriding({ overrides = [] }: NonNullable<NoticeState['intent']>): string {
  return overrides.length === 0 ? '' : `overriding ${joinFew(overrides)}: `
}

/** Said when a step begins, not when its hold is over: people need the time. */
function approvalNeeded({ plan, cursor }: NoticeState): readonly Part[] {
  const next = stepsOf(plan)[cursor + 1]
  if (!next?.approval) return []
  const about = `step ${next.index + 1}, ${next.moves.join(', ')} at ${formatExposure(next.to)}, needs ${formatApprovals(next)}`
  return [{ kind: 'approval-needed', about }]
}

/** Their owner has to tell them: said once at a step, as soon as it is known that there are some. */
function lastUsers(before: NoticeState | undefined, { plan, watch }: NoticeState): readonly Part[] {
  const known = before?.watch?.answers?.used ?? []
  const each = (watch?.answers?.used ?? []).flatMap((name) => {
    const use = watch?.answers?.toggles[name]
    if (known.includes(name) || !use || 'unknown' in use) return []
    const owner = plan.toggles[name]?.owner
    return [`${name}${owner === undefined ? '' : ` (${owner})`} was last answered on ${formatInstant(use.last)}`]
  })
  return each.length === 0 ? [] : [{ kind: 'in-use', about: joinFew(each, '; ') }]
}

function because({ code, text }: Why): Pick<Part, 'about' | 'code'> {
  return { about: text, code }
}

function calling({ contingencies = {} }: Plan, { contingency }: Why): Pick<Part, 'called'> {
  const named = contingency !== undefined && Object.hasOwn(contingencies, contingency) ? contingencies[contingency]?.notify : undefined
  return named && named.length > 0 ? { called: named } : {}
}

function changed({ toggles }: Plan, before: Exposures, after: Exposures): readonly Changed[] {
  return Object.entries(toggles).flatMap(([toggle, { default: none }]) => {
    const [from, to] = [before[toggle] ?? none, after[toggle] ?? none]
    return from === to ? [] : [{ toggle, from, to }]
  })
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…` : text
}
