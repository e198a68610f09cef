import type { Lender } from '../../adapters/lender.ts'
import { openTargetsAnyway } from '../../adapters/open.ts'
import { environment } from '../../core/plan/environment.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import { togglesOf } from '../../core/plan/toggles-of.ts'
import { TOMBSTONE } from '../../core/toggle/mark.ts'
import { resolveReferences } from '../../core/plan/reference.ts'
import type { ByHand } from '../../views/docs/source.ts'

/**
 * Returns what a person would type at each target for its defaults. Nothing of the environment is in it: a reference with a default
 * is that default, any other stays the reference, so that it is the same on every machine.
 */
export async function byHandOf(plan: Plan, { clock, folder, standingOf }: Omit<Lender, 'env'>): Promise<readonly ByHand[]> {
  const names = Object.values(plan.targets).flatMap(({ options }) => resolveReferences(options, {}).unresolved.map(({ name }) => name))
  const env = Object.fromEntries(names.map((name) => [name, `\${${name}}`]))
  const targets = await openTargetsAnyway(plan, { clock, folder, env, standingOf })
  return targets.map((target) => {
    const { name } = target
    const lines = (words: { readonly [variable: string]: string }): readonly string[] =>
      // Nobody who reads a page knows the number of the newest change: as after a break-glass, only a return to the defaults follows.
      target.byHand(words, { epoch: TOMBSTONE })
    const words = environment(plan, name, { exposures: defaultsOf(plan), baseline: defaultsOf(plan) })
    const toggles = togglesOf(plan, name).map((toggle) => {
      const variable = plan.toggles[toggle]?.variable ?? toggle
      return { toggle, lines: lines({ [variable]: words[variable] ?? '' }) }
    })
    return { target: name, use: plan.targets[name]?.use ?? '', all: lines(words), toggles }
  })
}
