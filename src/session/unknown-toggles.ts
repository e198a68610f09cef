import { openTargetsAnyway } from '../adapters/open.ts'
import type { Plan, Toggle } from '../core/plan/plan.ts'
import { isDependence, type Reference } from '../core/report/reference.ts'
import { isKnownVariable, prefixOf, unknownIn, type Unknown } from '../core/report/unknown.ts'
import { joinFew } from '../core/values/join-few.ts'
import { messageOf } from '../core/values/errors.ts'
import { findReferences, findWords } from './references.ts'
import type { Session } from './session.ts'

/** What looks like a toggle and is in no plan, and what could not be looked through. */
export interface UnknownToggles {
  readonly unknown: readonly Unknown[]
  readonly problems: readonly string[]
}

/** Finds variables on targets and in code that look like toggles of the plan and that it does not know. */
export async function unknownToggles(session: Session, plan: Plan): Promise<UnknownToggles> {
  if (prefixOf(plan) === undefined)
    return { unknown: [], problems: ['the variables of the plan begin in no common way: nobody could tell what else is a toggle'] }
  const problems: string[] = []
  const found = new Map<string, readonly string[]>()
  const add = ({ variable, at }: Unknown): void => void found.set(variable, [...(found.get(variable) ?? []), ...at])
  for (const target of await openTargetsAnyway(plan, session.lender)) {
    try {
      if (target.holds) for (const each of unknownIn(plan, target.name, await target.holds(session.signal))) add(each)
    } catch (thrown) {
      session.signal.throwIfAborted()
      problems.push(`${target.name} cannot be read: ${messageOf(thrown)}`)
    }
  }
  for (const each of inCode(await findStrangers(session, plan))) add(each)
  const unknown = [...found].map(([variable, at]) => ({ variable, at })).toSorted((a, b) => (a.variable < b.variable ? -1 : 1))
  return { unknown, problems }
}

/** Finds the words in the code that look like toggles of the plan and that it does not know: those that the program depends on. */
export async function findStrangers(session: Session, plan: Plan): Promise<Readonly<Record<string, readonly Reference[]>>> {
  const prefix = prefixOf(plan)
  if (prefix === undefined) return {}
  const words = await findWords(session, new RegExp(`(?<!\\w)${prefix}\\w+`, 'g'))
  const strangers = [...words].filter((word) => !isKnownVariable(plan, word)).toSorted()
  const asked: { readonly toggles: Plan['toggles'] } = {
    toggles: Object.fromEntries(strangers.map((variable) => [variable, named(variable)])),
  }
  const { toggles } = await findReferences(session, asked, strangers)
  const depending = Object.entries(toggles).map(([variable, references]) => [variable, references.filter(isDependence)] as const)
  return Object.fromEntries(depending.filter(([, references]) => references.length > 0))
}

function inCode(strangers: Readonly<Record<string, readonly Reference[]>>): readonly Unknown[] {
  return Object.entries(strangers).map(([variable, references]) => {
    const places = references.map(({ file, line }) => `${file}:${line}`)
    return { variable, at: [joinFew(places, ', ', 3)] }
  })
}

function named(variable: string): Toggle {
  const words = { on: 'true', off: 'false' }
  return { kind: 'release', variable, default: 0, exposure: 'users', core: false, targets: [], requires: [], words }
}
