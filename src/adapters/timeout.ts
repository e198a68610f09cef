import { z } from 'zod/mini'
import { parseDuration } from '../core/values/units.ts'

const LONGEST = 600_000

/** A deadline as it is written in a plan (`10s`, `500ms`; at most 10m), in milliseconds once parsed. */
export const timeout = z
  .pipe(
    z._default(z.string().check(z.regex(/^(\d+(\.\d+)?(ms|[smhdw]))+$/, 'write a unit: 500ms, 10s or 2m')), '10s'),
    z.transform((text: string) => parseDuration(text) ?? 0),
  )
  .check(z.refine((duration) => duration > 0 && duration <= LONGEST, 'from 1ms to 10m'))
