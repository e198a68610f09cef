import type { Json } from '../core/values/json.ts'
import type { Problem } from '../core/values/errors.ts'
import { planSchema, phaseSchema, type PlanFile } from './schema.ts'

/** Stands for a phase that cannot be understood: no file of this name is read. */
const UNREADABLE = '-'

/**
 * Returns what a plan file says of its toggles and targets alone, where its shape is wrong elsewhere: all that a way back
 * without a journal needs. Undefined where these are wrong themselves.
 */
export function retreatOf(input: Json): PlanFile | undefined {
  if (!isMap(input)) return undefined
  const { version, name, toggles, targets, segments, environments, phases } = input
  const reduced = {
    version,
    name,
    toggles,
    targets,
    ...(segments !== undefined && { segments }),
    ...(isMap(environments) && {
      environments: Object.fromEntries(Object.entries(environments).map(([key, each]) => [key, overrides(each)])),
    }),
    phases: Array.isArray(phases) && phases.length > 0 ? phases.map(understood) : [UNREADABLE],
  }
  const result = planSchema.safeParse(reduced)
  return result.success ? result.data : undefined
}

/** Returns a problem that keeps nobody from going back, as it is said then. */
export function setAside({ where, message }: Problem): Problem {
  return { ...(where && { where }), message: `${message}; it is set aside, toggles and targets are all that counts` }
}

function overrides(environment: Json | undefined): Json {
  return isMap(environment) && environment['targets'] !== undefined ? { targets: environment['targets'] } : {}
}

function understood(phase: Json): Json {
  return typeof phase === 'string' || phaseSchema.safeParse(phase).success ? phase : UNREADABLE
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
