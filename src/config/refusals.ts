import { messageOf, type Problem } from '../core/values/errors.ts'
import { ofInstance } from '../core/plan/instances.ts'
import { environment } from '../core/plan/environment.ts'
import { exposureAt } from '../core/plan/steps.ts'
import type { Plan, Toggle } from '../core/plan/plan.ts'
import { shadowOf, shadowToggle } from '../core/plan/shadow.ts'
import type { Refusal } from '../core/ports.ts'
import { resolveReferences } from '../core/plan/reference.ts'
import type { Exposure } from '../core/values/units.ts'
import type { OptionsParts } from './options.ts'
import type { Path } from './place.ts'

type Refuse = (variable: string, word: string) => Refusal | undefined

/** Returns the steps, and the defaults, that a target says it could never hold; each at its place, once. Asks no target. */
export async function checkRefusals(plan: Plan, parts: OptionsParts): Promise<readonly Problem[]> {
  const targets = await Promise.all(Object.keys(plan.targets).map(async (name) => [name, await refuseOf(plan, name, parts)] as const))
  const found = new Map<string, Problem>()
  for (const [target, refuse] of targets) {
    if (!refuse) continue
    const withoutLists = new Set<string>()
    for (const { name, variable, word, path } of wordsOf(plan, target)) {
      const at = `${target} ${path.join('.')}`
      const refusal = found.has(at) || withoutLists.has(name) ? undefined : refuse(variable, word)
      if (!refusal) continue
      // Where the empty list is refused, its steps would only say so again.
      if (word === '') withoutLists.add(name)
      const { message, hint } = refusal
      found.set(at, { message: `${name} on ${target}: ${message}`, where: parts.place(path), ...(hint !== undefined && { hint }) })
    }
  }
  return [...found.values()]
}

async function refuseOf(plan: Plan, name: string, { adapters, env }: OptionsParts): Promise<Refuse | undefined> {
  const target = plan.targets[name]
  if (!target) return undefined
  const adapter = await adapters.find('targets', target.use).catch(() => undefined)
  if (!adapter?.refuses) return undefined
  const [instance] = target.instances ?? []
  const written = instance === undefined ? target.options : ofInstance(target.options, instance)
  // checkOptions tells what is wrong with the options themselves.
  const result = await Promise.resolve(adapter.options['~standard'].validate(resolveReferences(written, env).value)).catch(() => undefined)
  if (!result || result.issues) return undefined
  return (variable, word) => {
    try {
      return adapter.refuses?.(result.value, variable, word)
    } catch (thrown) {
      return { message: messageOf(thrown) }
    }
  }
}

interface Meant {
  readonly name: string
  readonly variable: string
  readonly word: string
  readonly path: Path
}

/**
 * Returns the words that will be written to a target, as far as the plan alone says it: targets hold the baseline already. A
 * list or a segment stands there empty: whether ids fit is said at the ids.
 */
function wordsOf(plan: Plan, target: string): readonly Meant[] {
  const toggles = Object.entries(plan.toggles).filter(([, { targets }]) => targets.includes(target))
  const meant = (name: string, toggle: Toggle, exposure: Exposure, path: Path): readonly Meant[] => {
    const held = { exposures: { [name]: exposure }, baseline: { [name]: toggle.default } }
    const { [toggle.variable]: own = '', ...beside } = environment({ ...plan, toggles: { [name]: toggle } }, target, held)
    // An instance is on or off.
    const words = toggle.exposure === 'instances' ? [toggle.words.off, toggle.words.on] : [own]
    const lists = Object.entries(beside).filter(([, word]) => word === '')
    return [...words.map((word) => [toggle.variable, word] as const), ...lists].map(([variable, word]) => ({ name, variable, word, path }))
  }
  const defaults = toggles.flatMap(([name, toggle]) =>
    meant(name, toggle, toggle.default, ['toggles', name, 'targets', toggle.targets.indexOf(target)]),
  )
  const steps = plan.phases.flatMap((phase, index) =>
    phase.steps.flatMap(({ to }, nth) =>
      toggles
        .filter(([name]) => phase.toggles.includes(name))
        .flatMap(([name, toggle]) => meant(name, toggle, exposureAt(toggle, toggle.default, to), ['phases', index, 'steps', nth])),
    ),
  )
  const shadows = plan.phases.flatMap(({ shadow, toggles: moved }, index) =>
    shadow
      ? toggles
          .filter(([name]) => moved.includes(name))
          .flatMap(([name, toggle]) => meant(shadowOf(name), shadowToggle(name, toggle), shadow.share, ['phases', index, 'shadow']))
      : [],
  )
  return [...defaults, ...steps, ...shadows]
}
