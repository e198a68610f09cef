import type { Event, Fact } from './event.ts'

type Holds = (value: unknown) => boolean

const isText: Holds = (value) => typeof value === 'string'
const isNumber: Holds = (value) => typeof value === 'number'
const isRecord: Holds = (value) => typeof value === 'object' && value !== null
const listOf =
  (holds: Holds): Holds =>
  (value) =>
    Array.isArray(value) && value.every(holds)
const valuesOf =
  (holds: Holds): Holds =>
  (value) =>
    isRecord(value) && Object.values(value ?? {}).every(holds)
const having =
  (field: string, holds: Holds): Holds =>
  (value) =>
    isRecord(value) && holds(Reflect.get(Object(value), field))
const isTold = having('text', isText)

/** What an event holds by the name of the field, whatever its kind. */
const FIELDS: { readonly [field: string]: Holds } = {
  plan: having('phases', listOf(isRecord)),
  baseline: valuesOf(isNumber),
  exposures: valuesOf(isNumber),
  watch: having('tracks', valuesOf(having('verdict', isText))),
  why: isTold,
  by: listOf(isTold),
  controller: having('host', isText),
  cursor: isNumber,
  intent: isNumber,
  step: isNumber,
  through: isNumber,
  missing: listOf(isText),
  files: isRecord,
}

/** The fields that this version goes by in an event of each kind. */
const NEEDED: { readonly [Type in Fact['type']]: string } = {
  started: 'plan digest files baseline',
  replanned: 'plan digest files baseline',
  observed: 'watch',
  intended: 'move cursor exposures why',
  applied: 'intent',
  joined: 'intent targets',
  refused: 'intent target error',
  arrived: 'intent missing watch',
  paused: 'why',
  blocked: 'by',
  resumed: '',
  approved: 'step digest group',
  revoked: 'step digest group',
  checked: 'phase item',
  unchecked: 'phase item',
  completed: 'why',
  closed: 'why',
  drilled: 'contingency',
  attached: 'controller',
  detached: '',
  notified: 'channel through',
  moved: 'to',
}
const KINDS = new Map(Object.entries(NEEDED).map(([type, fields]) => [type, fields.split(' ').filter(Boolean)]))

/**
 * Returns an event, or one of an unknown kind where it lacks what this version goes by: a newer version may say the same
 * in another way, and what is not understood stops steps up, and nothing else.
 */
export function asUnderstood(event: Event): Event {
  const needed = KINDS.get(event.type) ?? []
  // Where targets are named at all, they are a list of names, but for those of a rehearsal.
  const hasTargets = event.type !== 'drilled' && 'targets' in event
  const isWhole =
    needed.every((field) => (FIELDS[field] ?? isThere)(Reflect.get(event, field))) && (!hasTargets || listOf(isText)(event.targets))
  return isWhole ? event : Object.assign({ ...event }, { type: `${event.type}, told otherwise` })
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}
