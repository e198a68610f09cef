import type { Problem } from '../core/errors.ts'
import { exposureAt, type Plan, type Toggle } from '../core/plan.ts'
import type { Refusal } from '../core/ports.ts'
import { resolve } from '../core/reference.ts'
import { wordFor } from '../core/words.ts'
import type { OptionsParts } from './options.ts'
import type { Path } from './place.ts'

type Refuse = (variable: string, word: string) => Refusal | undefined

/** The steps, and the defaults, that a target says it could never hold; each at its place, once. Nothing is asked for it. */
export async function checkRefusals(plan: Plan, parts: OptionsParts): Promise<readonly Problem[]> {
  const targets = await Promise.all(Object.keys(plan.targets).map(async (name) => [name, await refuseOf(plan, name, parts)] as const))
  const found = new Map<string, Problem>()
  for (const [target, refuse] of targets) {
    if (!refuse) continue
    for (const { toggle, name, word, path } of wordsOf(plan, target)) {
      const refusal = refuse(toggle.variable, word)
      const at = `${target} ${path.join('.')}`
      if (!refusal || found.has(at)) continue
      const { message, hint } = refusal
      found.set(at, { message: `${name} on ${target}: ${message}`, where: parts.place(path), ...(hint !== undefined && { hint }) })
    }
  }
  return [...found.values()]
}

async function refuseOf(plan: Plan, name: string, { adapters, env }: OptionsParts): Promise<Refuse | undefined> {
  const target = plan.targets[name]
  const adapter = target && (await adapters.adapter(target.use).catch(() => undefined))
  if (!adapter?.refuses) return undefined
  // What is wrong with the options is told by whoever checks them.
  const result = await Promise.resolve(adapter.options['~standard'].validate(resolve(target?.options ?? {}, env).value)).catch(
    () => undefined,
  )
  if (!result || result.issues) return undefined
  return (variable, word) => adapter.refuses?.(result.value, variable, word)
}

interface Meant {
  readonly name: string
  readonly toggle: Toggle
  readonly word: string
  readonly path: Path
}

/** Everything that will be written to a target, as far as the plan alone says it: the baseline is what targets hold already. */
function wordsOf(plan: Plan, target: string): readonly Meant[] {
  const toggles = Object.entries(plan.toggles).filter(([, { targets }]) => targets.includes(target))
  const defaults = toggles.map(([name, toggle]) => {
    const path = ['toggles', name, 'targets', toggle.targets.indexOf(target)]
    return { name, toggle, word: wordFor(toggle, toggle.default), path }
  })
  const steps = plan.phases.flatMap((phase, index) =>
    phase.steps.flatMap(({ to }, nth) =>
      toggles
        .filter(([name]) => phase.toggles.includes(name))
        .map(([name, toggle]) => {
          const word = wordFor(toggle, exposureAt(toggle, toggle.default, to))
          return { name, toggle, word, path: ['phases', index, 'steps', nth] }
        }),
    ),
  )
  return [...defaults, ...steps]
}
