import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { messageOf, RolloutError } from '../core/errors.ts'
import type { Json } from '../core/plan.ts'
import { plain } from './plain.ts'
import { withValue, type JsonPath } from './json-text.ts'

/** 10,000 flags and what people write about them. */
export const LARGEST_FLAGS = 8 << 20

/** A JSON document of this shape. Throws `conflict` with the place of what is wrong: its readers would not take it either. */
export function parseAs<Document>(schema: z.ZodType<Document>, text: string, what: string): Document {
  const result = schema.safeParse(json(text, what))
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

/** Likewise, unless this very value is there already. */
export function withChanged(text: string, path: JsonPath, before: unknown, value: Json): string {
  return isDeepStrictEqual(before, value) ? text : withValue(text, path, value)
}
