import { error, unknown, warning, type Finding } from './finding.ts'
import { comparedBy } from '../plan/metric.ts'
import type { Plan, Shadow } from '../plan/plan.ts'
import { shadowOf } from '../plan/shadow.ts'

const RATIO = `ratio: { bad: 'rollout_toggle_comparisons_total{outcome!="same"}', total: rollout_toggle_comparisons_total }`

/** Checks that what a phase begins with compares something, and that its names are free. */
export function checkShadows(plan: Plan): readonly Finding[] {
  const ids = new Set(plan.phases.map(({ id }) => id))
  const variables = new Map(Object.entries(plan.toggles).map(([name, { variable }]) => [variable, name]))
  return plan.phases.flatMap(({ id, toggles, shadow }, index): readonly Finding[] => {
    if (!shadow) return []
    const path = ['phases', index, 'shadow']
    const taken = ids.has(`${id}-shadow`) ? [error(path, `its shadow is a phase "${id}-shadow", and there is one already`)] : []
    const strays = toggles.flatMap((name) => {
      const toggle = Object.hasOwn(plan.toggles, name) ? plan.toggles[name] : undefined
      if (toggle?.kind === 'legacy')
        return [error(path, `${name} is a legacy toggle: what it takes away has been running all along`, 'leave shadow: out')]
      const other = toggle && (variables.get(shadowOf(toggle.variable)) ?? (Object.hasOwn(plan.toggles, shadowOf(name)) && shadowOf(name)))
      return other ? [error(path, `the shadow of ${name} is written to ${shadowOf(toggle.variable)}, which is that of ${other}`)] : []
    })
    return [...taken, ...strays, ...checkMetric(plan, shadow, path)]
  })
}

function checkMetric(plan: Plan, { metric: name }: Shadow, path: Finding['path']): readonly Finding[] {
  const metric = Object.hasOwn(plan.metrics, name) ? plan.metrics[name] : undefined
  if (!metric && name === 'shadow') return [error(path, 'it is judged by the metric "shadow", and there is none', RATIO)]
  if (!metric) return [unknown(path, name, 'metric', Object.keys(plan.metrics))]
  const at = ['metrics', name]
  if (metric.measures.what !== 'failures') return [error(at, `${name} counts no calls that were compared`, RATIO)]
  if (comparedBy(metric)) return [error([...at, 'on'], `${name} is about calls that both ways have answered: there are no groups`)]
  if (!metric.critical)
    return [warning(at, `${name} has no critical: a shadow that differs is waited for, and not taken back`, 'critical: "> 1%"')]
  return []
}
