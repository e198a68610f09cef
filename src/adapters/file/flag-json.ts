import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Json } from '../../core/values/json.ts'
import { isReplaced } from '../../core/journal/fence.ts'
import { formatMark, parseMark, type Mark } from '../../core/toggle/mark.ts'
import { nameTwice } from '../name-twice.ts'
import { plain } from '../plain.ts'
import { withMembers, type JsonPath } from './json-text.ts'

/** 10,000 flags and what people write about them. */
export const LARGEST_FLAGS = 8 << 20

/**
 * A JSON document of this shape that says nothing twice, which one reader would take one way and another the other way.
 * Throws `conflict` with what is wrong.
 */
export function parseOnce<Document>(schema: z.ZodType<Document>, text: string, what: string): Document {
  const found = parseAs(schema, text, what)
  const twice = nameTwice(text)
  if (twice === undefined) return found
  throw new RolloutError('conflict', { message: plain(`the file names ${JSON.stringify(twice)} twice`), hint: 'remove one of them' })
}

/** A JSON document of this shape. Throws `conflict` with the place of what is wrong: its readers would not take it either. */
export function parseAs<Document>(schema: z.ZodType<Document>, text: string, what: string): Document {
  return takenAs(schema, json(text, what), what)
}

/** A document of this shape, however it was written. Throws `conflict` with the place of what is wrong. */
export function takenAs<Document>(schema: z.ZodType<Document>, written: unknown, what: string): Document {
  const result = schema.safeParse(written)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue?.path.map(String).join('.') ?? ''
  throw new RolloutError('conflict', {
    message: plain(`${what} would not take this file: ${place === '' ? 'it' : place}: ${issue?.message ?? 'is not valid'}`),
    hint: 'mend it by hand first',
  })
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new RolloutError(
      'conflict',
      { message: plain(`the file is not JSON, as ${what} reads it: ${messageOf(thrown)}`) },
      { cause: thrown },
    )
  }
}

/** The marks that a member of the document holds: one text of all, `42 of:shop/1a2b3c4d5e6f; 7 of:search/…`. */
export function jsonMarksIn(member: unknown): readonly Mark[] {
  return partsOf(member).flatMap((part) => parseMark(part) ?? [])
}

/** The member with this mark, in the place of those it replaces. What is no mark stays. */
export function withJsonMark(member: unknown, mark: Mark): string {
  const others = partsOf(member).filter((part) => {
    const other = parseMark(part)
    return !other || !isReplaced(other, mark)
  })
  return [...others, formatMark(mark)].join('; ')
}

/** An older version wrote the number alone. */
function partsOf(member: unknown): readonly string[] {
  if (typeof member === 'number') return [String(member)]
  return typeof member === 'string' && member !== '' ? member.split('; ') : []
}

/** A member as it is and as it is to be. */
export interface FlagEdit {
  readonly key: string | number
  readonly before: unknown
  readonly after: Json
}

/** The text with these members in what lies at this path; those that are so already keep every byte. */
export function withChanges(text: string, path: JsonPath, changes: readonly FlagEdit[]): string {
  const due = changes.filter(({ before, after }) => !isDeepStrictEqual(before, after))
  return withMembers(
    text,
    path,
    due.map(({ key, after }) => [key, after] as const),
  )
}
