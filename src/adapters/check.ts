import { messageOf } from '../core/values/errors.ts'
import type { Schema, SchemaResult } from '../core/ports.ts'

/** Options as they stand in a plan, references answered. */
export type WrittenOptions = Readonly<Record<string, unknown>>

/**
 * How an author says which options an adapter takes: a Standard Schema (a zod schema is one), or a function that returns
 * the options checked and throws what is wrong with them.
 */
export type Check<Options> = Schema<Options> | ((written: WrittenOptions) => Options | Promise<Options>)

/** Returns the schema that a check stands for. */
export function schemaOf<Options>(check: Check<Options>): Schema<Options> {
  if (typeof check !== 'function') return check
  const validate = async (value: unknown): Promise<SchemaResult<Options>> => {
    try {
      return { value: await check(typeof value === 'object' && value !== null ? { ...value } : {}) }
    } catch (thrown) {
      return { issues: [{ message: messageOf(thrown) }] }
    }
  }
  return { '~standard': { version: 1, vendor: 'rollout', validate } }
}

/** Whether a value can be the `options` of an adapter. */
export function isCheck(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null || !('~standard' in value)) return false
  const standard = value['~standard']
  return typeof standard === 'object' && standard !== null && 'validate' in standard && typeof standard.validate === 'function'
}
