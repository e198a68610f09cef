import { DEFAULTS } from '../evidence/policy.ts'
import type { Phase, Plan, Toggle } from './plan.ts'

/** Returns what the shadow of a toggle, or of its variable, is called. */
export function shadowOf(name: string): string {
  return `${name}_SHADOW`
}

/**
 * Returns the plan with every shadow as a phase of its own before the phase that begins with it. Its step moves a toggle
 * that no user has, `FEATURE_X_SHADOW`, and the first step of the phase puts that back: so it is written, read back,
 * judged and rolled back as every other step is.
 */
export function withShadows(plan: Plan): Plan {
  if (!plan.phases.some(({ shadow }) => shadow)) return plan
  const shadowed = plan.phases.flatMap(({ shadow, toggles }) => (shadow ? toggles : []))
  const shadows = shadowed.flatMap((name) => {
    const toggle = plan.toggles[name]
    return toggle ? [[shadowOf(name), shadowToggle(name, toggle)] as const] : []
  })
  return { ...plan, toggles: { ...plan.toggles, ...Object.fromEntries(shadows) }, phases: plan.phases.flatMap(apart) }
}

/** Returns the plan as it is written, with its shadows in the phases that begin with them: the way back from `withShadows`. */
export function asDeclared(plan: Plan): Plan {
  const shadows = plan.phases.filter(({ shadows: of }) => of)
  if (shadows.length === 0) return plan
  const phases = plan.phases.flatMap((phase): readonly Phase[] => {
    if (phase.shadows) return []
    const own = shadows.find(({ shadows: of }) => of?.phase === phase.id)
    const [step] = own?.steps ?? []
    if (!own?.shadows || !step) return [phase]
    const { to: share, ...rest } = step
    const { ends: _, ...bare } = phase
    return [{ ...bare, shadow: { share, ...rest, metric: own.shadows.metric } }]
  })
  const toggles = Object.fromEntries(Object.entries(plan.toggles).filter(([, { shadows: of }]) => of === undefined))
  return { ...plan, toggles, phases }
}

/** Returns the toggles that code asks for: all but shadows, which the SDK looks at by itself. */
export function askedToggles({ toggles }: Pick<Plan, 'toggles'>): readonly string[] {
  return Object.keys(toggles).filter((name) => toggles[name]?.shadows === undefined)
}

/** Returns the toggle that says for how many of the calls of another one its new way runs beside the old one. */
export function shadowToggle(name: string, { variable, targets, owner }: Toggle): Toggle {
  return {
    description: `Runs the new way of ${name} beside the old one, for a share of the calls: nobody is answered by it`,
    ...(owner !== undefined && { owner }),
    kind: 'ops',
    variable: shadowOf(variable),
    default: 0,
    exposure: 'users',
    core: false,
    targets,
    requires: [],
    words: { on: 'true', off: 'false' },
    shadows: name,
  }
}

function apart({ shadow, ...phase }: Phase): readonly Phase[] {
  if (!shadow) return [phase]
  const { planned: _p, drill: _d, ...rest } = phase
  const { share, hold, metric, approval } = shadow
  const before: Phase = {
    ...rest,
    id: `${phase.id}-shadow`,
    title: `${phase.title}: shadow`,
    toggles: phase.toggles.map(shadowOf),
    order: 'together',
    steps: [{ to: share, hold, ...(approval && { approval }) }],
    shadows: { phase: phase.id, metric },
    metrics: [...new Set([metric, ...phase.metrics])],
    // It goes on once the rate of differences is shown to be low enough, and not after a quiet moment.
    evidence: phase.evidence ?? { pace: 'evidence', policy: DEFAULTS },
    after: 0,
    checklist: [],
    success: [],
  }
  return [before, { ...phase, ends: before.toggles }]
}
