import { hashBehind, saltOf, thresholdOf, type Salt } from '../core/toggle/bucket.ts'
import { attributeOf, belongs, type Attributes, type SegmentRule } from '../core/toggle/segment.ts'
import type { Word } from '../core/toggle/words.ts'
import type { Answer } from './answer.ts'

/** A toggle as it is evaluated. */
export interface CompiledRule {
  /** The answer that is the same for everybody; then nothing else is looked at. */
  readonly always: Answer | undefined
  readonly denied: ReadonlySet<string> | undefined
  readonly users: ReadonlySet<string> | undefined
  readonly segments: readonly SegmentRule[] | undefined
  /** The answer to whom no list and no segment decides; undefined where the bucket does. */
  readonly rest: Answer | undefined
  /** The attribute that is bucketed, instead of the id. */
  readonly by: string | undefined
  readonly salt: Salt
  /** The last bucket that is in, less 2³¹: the comparison is one of signed 32-bit numbers. */
  readonly last: number
}

interface Parts {
  readonly word: Word
  readonly denied: ReadonlySet<string> | undefined
  readonly users: ReadonlySet<string> | undefined
  readonly segments: readonly SegmentRule[]
}

// One object each, so that an answer allocates nothing.
const DENIED: Answer = { isOn: false, why: 'deny' }
const LISTED: Answer = { isOn: true, why: 'users' }
const BELONGS: Answer = { isOn: true, why: 'segment' }
const IN: Answer = { isOn: true, why: 'percentage' }
const OUT: Answer = { isOn: false, why: 'percentage' }
const ALL: Answer = { isOn: true, why: 'static' }
const NONE: Answer = { isOn: false, why: 'static' }
const ALL_OTHERS: Answer = { isOn: true, why: 'otherwise' }
const NO_OTHERS: Answer = { isOn: false, why: 'otherwise' }
const KEYLESS: Answer = { isOn: false, why: 'no-key' }

const SIGN = -0x80000000

/** Off for everybody, the listed users too. */
export const INVALID = fixed({ isOn: false, why: 'invalid' })
export const UNSET = fixed({ isOn: false, why: 'unset' })

/** Returns the rule a toggle of this name is evaluated by. */
export function ruleOf(toggle: string, { word: { exposure, options }, denied, users, segments }: Parts): CompiledRule {
  const isForAll = denied === undefined && users === undefined && options['seg'] === undefined
  return {
    always: isForAll ? edge(exposure, ALL, NONE) : undefined,
    denied,
    users,
    segments: segments.length === 0 ? undefined : segments,
    rest: edge(exposure, ALL_OTHERS, NO_OTHERS),
    by: options['by'],
    salt: saltOf(options['key'] ?? toggle),
    last: thresholdOf(exposure) - 1 - 2 ** 31,
  }
}

/**
 * Decides in this order: deny list, users, segments, percentage. An empty id is no id: on only at 100 %, or by a
 * segment.
 */
export function decideRule(rule: CompiledRule, id: string, attributes: Attributes | undefined): Answer {
  const { always, denied, users, segments, rest, by } = rule
  if (always !== undefined) return always
  if (denied !== undefined && denied.has(id)) return DENIED
  if (users !== undefined && users.has(id)) return LISTED
  if (segments !== undefined && isInOne(segments, id, attributes)) return BELONGS
  if (rest !== undefined) return rest
  const key = by === undefined ? id : attributeOf(attributes, by)
  if (key === undefined || key === '') return KEYLESS
  return (hashBehind(rule.salt, key) ^ SIGN) <= rule.last ? IN : OUT
}

/** Apart, because a function that makes a closure allocates for it on every call. */
function isInOne(segments: readonly SegmentRule[], id: string, attributes: Attributes | undefined): boolean {
  return segments.some((segment) => belongs(segment, id, attributes))
}

function edge(exposure: Word['exposure'], all: Answer, none: Answer): Answer | undefined {
  return exposure === 100 ? all : exposure === 0 ? none : undefined
}

function fixed(always: Answer): CompiledRule {
  return { always, denied: undefined, users: undefined, segments: undefined, rest: always, by: undefined, salt: saltOf(''), last: 0 }
}
