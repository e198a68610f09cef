import { error, type Finding } from './finding.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { formatDuration, formatExposure } from '../values/units.ts'

/** Checks that a step waits for last users only where it takes something away from the last of them. */
export function checkUnused({ toggles }: Plan, phase: Phase, path: Finding['path']): readonly Finding[] {
  return phase.steps.flatMap(({ to, unused }, nth): readonly Finding[] => {
    if (unused === undefined) return []
    const at = [...path, 'steps', nth, 'unused']
    const other = phase.toggles.find((name) => Object.hasOwn(toggles, name) && toggles[name]?.kind !== 'legacy')
    if (other !== undefined) {
      const message = `${other} is a ${toggles[other]?.kind ?? ''} toggle: a step up takes nothing away that somebody could still use`
      return [error(at, message, 'kind: legacy, or leave unused: out')]
    }
    if (to === 100) return []
    const hint = `{ to: 100%, unused: ${formatDuration(unused)} }`
    return [error(at, `at ${formatExposure(to)} the others still use it: only the step to 100% waits for the last ones`, hint)]
  })
}
