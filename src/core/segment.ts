/*
 * Who belongs to a segment: `ROLLOUT_SEGMENT_STAFF=email:ends:@example.com;country:in:se,no`. Conditions are joined by
 * `;` and must all hold; alternatives are two segments (`;seg=a,b`). No blanks and no quotes: what every reader of env
 * files takes literally.
 */

/** What an application knows of the one it asks for. Texts, whole numbers and booleans count; anything else is absent. */
export type Attributes = Readonly<Record<string, unknown>>

interface Condition {
  readonly attribute: string
  readonly operator: 'equals' | 'in' | 'starts' | 'ends'
  /** One is enough. */
  readonly values: readonly string[]
}

/** All conditions must hold; never empty. */
export type Segment = readonly Condition[]

const CONDITION = /^([A-Za-z_][\w.-]*):(equals|in|starts|ends):(.+)$/s

/** The variable that holds a segment: `eu-west` → `ROLLOUT_SEGMENT_EU_WEST`. */
export function segmentVariable(name: string): string {
  return `ROLLOUT_SEGMENT_${name.toUpperCase().replaceAll('-', '_')}`
}

/** Undefined when it is no rule: nobody belongs to a segment that is not understood. */
export function parseSegment(text: string): Segment | undefined {
  const conditions: Condition[] = []
  for (const part of text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').split(';')) {
    const [, attribute, operator, operand = ''] = CONDITION.exec(part) ?? []
    if (attribute === undefined || !isOperator(operator)) return undefined
    // `equals` takes the rest as it is, commas too.
    const values = operator === 'equals' ? [operand] : operand.split(',')
    if (values.includes('')) return undefined
    conditions.push({ attribute, operator, values })
  }
  return conditions
}

/** Whether one with this id and these attributes belongs to the segment. The attribute `id` is the id. Case counts. */
export function belongs(segment: Segment, id: string, attributes: Attributes | undefined): boolean {
  return segment.every(({ attribute, operator, values }) => {
    const held = attribute === 'id' ? id : attributeOf(attributes, attribute)
    if (held === undefined || held === '') return false
    switch (operator) {
      case 'equals':
      case 'in':
        return values.includes(held)
      case 'starts':
        return values.some((value) => held.startsWith(value))
      case 'ends':
        return values.some((value) => held.endsWith(value))
    }
  })
}

/** An attribute as text; undefined when there is none, or no text is the same in every language. */
export function attributeOf(attributes: Attributes | undefined, name: string): string | undefined {
  // Callers in JavaScript hand over null as well.
  if (attributes === undefined || attributes === null || !Object.hasOwn(attributes, name)) return undefined
  const value = attributes[name]
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  return undefined
}

function isOperator(text: string | undefined): text is Condition['operator'] {
  return text === 'equals' || text === 'in' || text === 'starts' || text === 'ends'
}
