import { RolloutError } from '../../core/values/errors.ts'
import { ageOf } from './age.ts'
import type { Response } from './http.ts'

/** The header by which a cache on the way asks for the answer anew (RFC 9111, 5.2.1.4). */
export const ASKED_ANEW = { 'cache-control': 'no-cache' }

/**
 * Throws `unreachable` where a cache has answered with what it knew from before (RFC 9111, 5.1): after a write that is no
 * word of the place itself.
 */
export function refuseCached({ headers }: Pick<Response, 'headers'>, shown: string): void {
  const age = ageOf(headers)
  if (age > 0) throw new RolloutError('unreachable', { message: `${shown} was answered by a cache, from ${age / 1000} s ago` })
}
