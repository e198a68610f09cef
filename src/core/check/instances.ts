import { covered } from '../plan/instances.ts'
import type { Plan } from '../plan/plan.ts'
import { formatExposure } from '../values/units.ts'

interface Wrong {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint: string
}

/** Toggles that go by instances on targets that have none, and steps that change nothing there. */
export function checkInstances(plan: Plan): readonly Wrong[] {
  return [...checkTargets(plan), ...checkSteps(plan)]
}

function checkTargets(plan: Plan): readonly Wrong[] {
  return Object.entries(plan.toggles).flatMap(([name, { exposure, targets }]) =>
    targets.flatMap((target, nth): readonly Wrong[] => {
      const known = Object.hasOwn(plan.targets, target) ? plan.targets[target] : undefined
      if (exposure !== 'instances' || !known || known.instances) return []
      const message = `${name} goes by instances, but ${target} has none`
      const hint = 'instances: [web-1, web-2] in the target, and {{instance}} in its options'
      return [{ path: ['toggles', name, 'targets', nth], message, hint }]
    }),
  )
}

function checkSteps(plan: Plan): readonly Wrong[] {
  return plan.phases.flatMap((phase, index) => {
    const toggles = phase.toggles.flatMap((name) => (Object.hasOwn(plan.toggles, name) ? (plan.toggles[name] ?? []) : []))
    const names = new Set(toggles.flatMap(({ exposure, targets }) => (exposure === 'instances' ? targets : [])))
    return [...names].flatMap((target) => {
      const count = plan.targets[target]?.instances?.length ?? 0
      return phase.steps.flatMap(({ to }, nth): readonly Wrong[] => {
        const before = phase.steps[nth - 1]?.to ?? 0
        // Steps that fall, or go nowhere, are an error of their own.
        if (count === 0 || to <= before) return []
        const [was, is] = [covered(before, count), covered(to, count)]
        if (is > was) return []
        const all = `${formatExposure(to)} of ${count} instance${count === 1 ? '' : 's'} of ${target}, rounded down,`
        const message = is === 0 ? `${all} is none` : `${all} is ${is}, as at the step before`
        const hint = `${is + 1} of ${count} is ${formatExposure(Math.ceil(((is + 1) / count) * 100))}`
        return [{ path: ['phases', index, 'steps', nth], message, hint }]
      })
    })
  })
}
