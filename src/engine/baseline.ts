import { defined } from '../core/values/defined.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { variablesBeside } from '../core/plan/lists.ts'
import { messageOf, RolloutError, type Problem } from '../core/values/errors.ts'
import { hintOf } from '../core/values/failure.ts'
import type { Exposure } from '../core/values/units.ts'
import type { Exposures, Plan } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import type { Words } from '../core/ports.ts'
import { parseWord } from '../core/toggle/words.ts'
import { shownWord } from './write-verified.ts'

/**
 * Reads the exposure every toggle has now, as its targets hold it; a variable a target does not know counts as the
 * default. Throws `unreachable` when a target cannot be read and `conflict` when a value is no word, or targets
 * disagree.
 */
export async function readBaseline(plan: Plan, targets: readonly OpenTarget[], signal: AbortSignal): Promise<Exposures> {
  const held = new Map(
    await Promise.all(targets.map(async (target) => [target.name, await read(target, wordsOf(plan, target.name), signal)] as const)),
  )
  const problems: Problem[] = []
  const baseline: Record<string, Exposure> = {}
  for (const [name, toggle] of Object.entries(plan.toggles)) {
    const found = toggle.targets.map((target) => {
      const open = targets.find((each) => each.name === target)
      const word = held.get(target)?.[toggle.variable]
      const exposure = word === undefined ? toggle.default : parseWord(word, toggle.words)?.exposure
      if (exposure === undefined) {
        const hint = `write ${toggle.words.off}, ${toggle.words.on} or a percentage such as 10%, or set words: in the inventory`
        problems.push({
          message: `${target} holds ${toggle.variable}=${open && word !== undefined ? shownWord(open, word) : ''}: not a word of this toggle`,
          where: { path: `toggles.${name}` },
          hint,
        })
      }
      return { target, exposure }
    })
    const [first] = found
    const other = found.find(({ exposure }) => exposure !== first?.exposure)
    if (first && other && first.exposure !== undefined && other.exposure !== undefined) {
      const message = `${toggle.variable} is ${first.exposure}% on ${first.target} and ${other.exposure}% on ${other.target}`
      problems.push({
        message,
        where: { path: `toggles.${name}` },
        hint: 'make the targets agree, then type it again: a rollback must know what to restore',
      })
    }
    baseline[name] = first?.exposure ?? toggle.default
  }
  if (problems.length > 0) throw new RolloutError('conflict', problems)
  return baseline
}

/**
 * Refuses lists and segments that somebody else has written already: a rollback empties what a rollout writes, and
 * could not give them back. Throws `conflict`, and `unreachable` like `readBaseline`.
 */
export async function checkBesides(plan: Plan, targets: readonly OpenTarget[], signal: AbortSignal): Promise<void> {
  const owned = targets.flatMap((target) => {
    const toggles = togglesOf(plan, target.name).flatMap((name) => plan.toggles[name] ?? [])
    const variables = [...new Set(toggles.flatMap((toggle) => variablesBeside(plan, toggle)))]
    return variables.length === 0 ? [] : [{ target, variables }]
  })
  const found = await Promise.all(
    owned.map(async ({ target, variables }) => {
      const held = await read(target, variables, signal)
      return variables.filter((variable) => (held[variable] ?? '') !== '').map((variable) => `${target.name} holds ${variable} already`)
    }),
  )
  const hint = 'move it into the plan and empty it there, or leave it out of the plan: then it stays as it is'
  const problems = found.flat().map((message) => ({ message, hint }))
  if (problems.length > 0) throw new RolloutError('conflict', problems)
}

/** Returns the variables of a target that are toggles. */
export function wordsOf(plan: Plan, target: string): readonly string[] {
  return togglesOf(plan, target).flatMap((name) => plan.toggles[name]?.variable ?? [])
}

async function read(target: OpenTarget, variables: readonly string[], signal: AbortSignal): Promise<Words> {
  if (variables.length === 0) return {}
  try {
    return await target.read(variables, signal)
  } catch (thrown) {
    const code = thrown instanceof RolloutError ? thrown.code : 'unreachable'
    const hint = hintOf(thrown)
    throw new RolloutError(code, defined({ message: `target ${target.name}: ${messageOf(thrown)}`, hint }), { cause: thrown })
  }
}
