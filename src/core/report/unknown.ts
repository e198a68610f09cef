import type { Plan } from '../plan/plan.ts'
import { askedToggles } from '../plan/shadow.ts'
import type { Words } from '../ports.ts'
import { parseWord } from '../toggle/words.ts'

/** A variable that looks like a toggle and that the plan does not know. */
export interface Unknown {
  readonly variable: string
  /** Where it is: `web holds FEATURE_OLD=true`, `src/shop.ts:12`. */
  readonly at: readonly string[]
}

/** What the env contract writes beside a toggle's own variable. */
const BESIDE = /_(?:USERS|DENY|USERS_FILE|DENY_FILE|SHADOW)$/
const ON_OFF = { on: 'true', off: 'false' } as const

/**
 * Returns with what the names of a plan's toggles begin, `FEATURE_`: all of them, up to an underscore. Undefined where they
 * have no beginning in common, and nobody could tell a toggle from another variable.
 */
export function prefixOf({ toggles }: Pick<Plan, 'toggles'>): string | undefined {
  const [first = '', ...rest] = askedToggles({ toggles }).map((name) => toggles[name]?.variable ?? name)
  const most = rest.reduce((prefix, variable) => common(prefix, variable), first)
  const prefix = most.slice(0, (rest.length === 0 ? most.indexOf('_') : most.lastIndexOf('_')) + 1)
  return prefix === '' ? undefined : prefix
}

/** Tells whether a variable is one of a plan, or what is written beside one. */
export function isKnownVariable({ toggles }: Pick<Plan, 'toggles'>, variable: string): boolean {
  const own = variable.replace(BESIDE, '')
  return Object.entries(toggles).some(([name, toggle]) => [name, toggle.variable].some((each) => each === variable || each === own))
}

/** Returns the variables of a target that look like toggles and that the plan does not know: by their names and by their words. */
export function unknownIn(plan: Pick<Plan, 'toggles'>, target: string, words: Words): readonly Unknown[] {
  const prefix = prefixOf(plan)
  if (prefix === undefined) return []
  return Object.entries(words).flatMap(([variable, word]) => {
    const isToggle = variable.startsWith(prefix) && !BESIDE.test(variable) && word !== undefined && parseWord(word, ON_OFF) !== undefined
    return isToggle && !isKnownVariable(plan, variable) ? [{ variable, at: [`${target} holds ${variable}=${word}`] }] : []
  })
}

function common(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return a.slice(0, length)
}
