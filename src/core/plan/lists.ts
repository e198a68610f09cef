import type { Plan, Toggle } from './plan.ts'
import { segmentVariable } from '../toggle/segment.ts'

/*
 * Who gets a toggle before its percentage reaches them, and who does not get it at all: the segments it names, and the
 * lists of ids, its own and those of its segments. They are variables beside its word, and the word names the segments.
 */

type Parts = Pick<Plan, 'segments'>
type Named = Pick<Toggle, 'segments' | 'allow' | 'deny'>

/**
 * Returns the segments a toggle names that have a rule, as the env contract writes it:
 * `[['staff', 'email:ends:@example.com']]`.
 */
export function rulesOf({ segments = {} }: Parts, toggle: Named): readonly (readonly [name: string, rule: string])[] {
  return (toggle.segments ?? []).flatMap((name) => {
    const rule = Object.hasOwn(segments, name) ? segments[name]?.rule : undefined
    return rule === undefined ? [] : [[name, rule] as const]
  })
}

/** Returns the ids of a list, each once; undefined where neither the toggle nor a segment of it has one. */
export function listOf({ segments = {} }: Parts, toggle: Named, list: 'allow' | 'deny'): readonly string[] | undefined {
  const lists = [
    toggle[list],
    ...(toggle.segments ?? []).map((name) => (Object.hasOwn(segments, name) ? segments[name]?.[list] : undefined)),
  ]
  const written = lists.filter((each) => each !== undefined)
  return written.length === 0 ? undefined : [...new Set(written.flat())]
}

/** Returns the variables beside the word of a toggle that a plan may write. */
export function variablesBeside(plan: Parts, toggle: Named & Pick<Toggle, 'variable'>): readonly string[] {
  const { users, deny } = listVariables(toggle.variable)
  return [
    ...(listOf(plan, toggle, 'allow') ? [users] : []),
    ...(listOf(plan, toggle, 'deny') ? [deny] : []),
    ...rulesOf(plan, toggle).map(([name]) => segmentVariable(name)),
  ]
}

/** Returns the variables of the lists of a toggle: `FEATURE_X_USERS` and `FEATURE_X_DENY`. */
export function listVariables(variable: string): { readonly users: string; readonly deny: string } {
  return { users: `${variable}_USERS`, deny: `${variable}_DENY` }
}

/**
 * Tells whether a variable is named as one beside a word: an application that reports its words does not report whom
 * they are for.
 */
export function isBeside(variable: string): boolean {
  return /^ROLLOUT_SEGMENT_|_(?:USERS|DENY)$/.test(variable)
}
