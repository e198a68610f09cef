import { hashBehind, saltOf, thresholdOf, type Salt } from './bucket.ts'
import { parsePercent } from './words.ts'

/*
 * Who belongs to a segment: `ROLLOUT_SEGMENT_STAFF=email:ends:@example.com;country:in:se,no`. Conditions are joined by
 * `;` and must all hold; alternatives are two segments (`;seg=a,b`). No blanks and no quotes: what every reader of env
 * files takes literally.
 */

/**
 * What an application knows of the one it asks for. Texts, whole numbers and booleans count; anything else is absent.
 */
export type Attributes = Readonly<Record<string, unknown>>

interface Match {
  readonly attribute: string
  readonly operator: 'equals' | 'in' | 'starts' | 'ends'
  /** One is enough. */
  readonly values: readonly string[]
}

/** `organisation:percentage:20%`: all of an organisation, or nobody of it. */
interface Share {
  readonly attribute: string
  readonly operator: 'percentage'
  /** The name of the segment: two segments choose independently. */
  readonly salt: Salt
  /** Buckets below this are in. */
  readonly threshold: number
}

type Condition = Match | Share

/** All conditions must hold; never empty. */
export type SegmentRule = readonly Condition[]

const CONDITION = /^([A-Za-z_][\w.-]*):(equals|in|starts|ends|percentage):(.+)$/s

/** Returns the variable that holds a segment: `eu-west` → `ROLLOUT_SEGMENT_EU_WEST`. */
export function segmentVariable(name: string): string {
  return `ROLLOUT_SEGMENT_${name.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Parses the rule of the segment of that name. Undefined when it is none: nobody belongs to a segment that is not
 * understood.
 */
export function parseSegment(name: string, text: string): SegmentRule | undefined {
  const conditions: Condition[] = []
  for (const part of text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').split(';')) {
    const [, attribute, operator, operand = ''] = CONDITION.exec(part) ?? []
    if (attribute === undefined) return undefined
    if (operator === 'percentage') {
      const share = parsePercent(operand)
      if (share === undefined) return undefined
      conditions.push({ attribute, operator, salt: saltOf(name), threshold: thresholdOf(share) })
      continue
    }
    if (!isOperator(operator)) return undefined
    // `equals` takes the rest as it is, commas too.
    const values = operator === 'equals' ? [operand] : operand.split(',')
    if (values.includes('')) return undefined
    conditions.push({ attribute, operator, values })
  }
  return conditions
}

/**
 * Tells whether a user with this id and these attributes belongs to the segment. The attribute `id` is the id. Case
 * counts.
 */
export function belongs(segment: SegmentRule, id: string, attributes: Attributes | undefined): boolean {
  return segment.every((condition) => {
    const { attribute } = condition
    const held = attribute === 'id' ? id : attributeOf(attributes, attribute)
    if (held === undefined || held === '') return false
    switch (condition.operator) {
      case 'equals':
      case 'in':
        return condition.values.includes(held)
      case 'starts':
        return condition.values.some((value) => held.startsWith(value))
      case 'ends':
        return condition.values.some((value) => held.endsWith(value))
      case 'percentage':
        return hashBehind(condition.salt, held) >>> 0 < condition.threshold
    }
  })
}

/** Returns an attribute as text; undefined when there is none, or no text is the same in every language. */
export function attributeOf(attributes: Attributes | undefined, name: string): string | undefined {
  // Callers in JavaScript hand over null as well.
  if (attributes === undefined || attributes === null || !Object.hasOwn(attributes, name)) return undefined
  const value = attributes[name]
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  return undefined
}

function isOperator(text: string | undefined): text is Match['operator'] {
  return text === 'equals' || text === 'in' || text === 'starts' || text === 'ends'
}
