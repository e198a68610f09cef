import { z } from 'zod'
import { exposure, fraction, id } from './values.ts'

/*
 * Segments, lists and the number of users as people write them. What a condition or an id may be made of is what every
 * reader of env files takes literally: they end up in variables.
 */

const literal = (pattern: RegExp, hint: string) =>
  z.union([z.string(), z.int(), z.boolean()]).transform(String).pipe(z.string().min(1).max(1000).regex(pattern, hint))

/** Matches an id; its first character is no dash, which commands would take for an option. */
export const ID = /^[\w.%+:=@/][\w.%+:=@/-]*$/
export const ID_HINT = 'an id in a variable has only letters of ASCII, digits and . % + : = @ / _ -, and no dash first'

const userId = literal(ID, ID_HINT)
const value = literal(/^[\w.%+:=@/-]+$/, 'use only letters of ASCII, digits and . % + : = @ / _ -')
/** Here a comma stands for itself. */
const whole = literal(/^[\w.%+:,=@/-]+$/, 'use only letters of ASCII, digits and . , % + : = @ / _ -')
const someOf = z.union([z.array(value).min(1), value.transform((one) => [one])])
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'use small letters, digits and dash, and a letter first')
  .max(60)
const attribute = z
  .string()
  .regex(/^[A-Za-z_][\w.-]*$/, 'use letters, digits, dot, dash and underscore, and a letter first')
  .max(100)

const condition = z
  .strictObject({
    equals: whole.optional(),
    in: z.array(value).min(1).optional(),
    starts: someOf.optional(),
    ends: someOf.optional(),
    percentage: exposure.optional().describe('All who have the same value, or none of them: { organisation: { percentage: 20% } }'),
  })
  .transform(({ percentage, ...values }, context) => {
    const parts = Object.entries({ ...values, ...(percentage !== undefined && { percentage: `${percentage}%` }) }).flatMap(
      ([operator, operand]) => (operand === undefined ? [] : [`${operator}:${Array.isArray(operand) ? operand.join() : operand}`]),
    )
    const [only, second] = parts
    if (only !== undefined && second === undefined) return only
    // A key that is a slip is said already.
    if (context.issues.length === 0)
      context.addIssue({
        code: 'custom',
        message: 'needs exactly one of equals, in, starts, ends or percentage',
        params: { hint: 'country: { in: [se, no] }' },
      })
    return z.NEVER
  })

/** Ids, or the file that holds them. */
const list = z.union([z.array(userId), z.strictObject({ file: z.string().min(1).describe('One id a line; # begins a comment') })])

const segment = z
  .strictObject({
    where: z.record(attribute, condition).optional().describe('Attribute → condition; all must hold: { country: { in: [se, no] } }'),
    allow: list.optional().describe('Ids that belong to it besides'),
    deny: list.optional().describe('Ids that never get a toggle which names it'),
  })
  .transform(({ where, ...rest }, context) => {
    const rule = Object.entries(where ?? {}).map(([of, holds]) => `${of}:${holds}`)
    if (rule.length === 0 && Object.keys(rest).length === 0 && context.issues.length === 0)
      context.addIssue({ code: 'custom', message: 'says nobody', params: { hint: 'where:, allow: or deny: says who' } })
    return { ...rest, ...(rule.length > 0 && { rule: rule.join(';') }) }
  })

export const segments = z.record(name, segment).optional().describe('Some of the users, by name: who gets a toggle early')

/** The keys of a toggle that say who gets it early. */
export const early = {
  segments: z.array(id).optional().describe('Segments that get it with its first step'),
  allow: list.optional().describe('Ids that get it with its first step'),
  deny: list.optional().describe('Ids that never get it'),
}

const count = z.int().min(1).max(1e10)

export const users = z
  .union([
    count.transform((known) => ({ count: known, requests: 20, errors: 0.005 })),
    z.strictObject({
      count,
      requests: z.number().gt(0).max(1e6).default(20).describe('Requests of one user a day (20)'),
      errors: fraction.default(0.005).describe('Requests that fail without the change (0.5%)'),
    }),
  ])
  .optional()
  .describe('How many there are: plan then says what a step can show')
