import type { Duration } from '../values/units.ts'
import type { Plan } from './plan.ts'

/** Below these a poll cannot follow, whatever the factor. */
const SHORTEST_INTERVAL = 250
const SHORTEST_WINDOW = 1000
/** What grows from a warning to a critical value does so in real time. */
const SHORTEST_PATIENCE = 3000

/**
 * Returns the same plan, faster: every duration divided by the factor, and no hold, bake or criterion longer than
 * `longest`. What a reading needs of real time (deadlines, ages) stays.
 */
export function scale(plan: Plan, factor: number, longest: Duration = Number.POSITIVE_INFINITY): Plan {
  const faster = (duration: Duration): Duration => Math.min(Math.round(duration / factor), longest)
  return {
    ...plan,
    interval: Math.max(faster(plan.interval), SHORTEST_INTERVAL),
    patience: Math.max(faster(plan.patience), SHORTEST_PATIENCE),
    metrics: Object.fromEntries(
      Object.entries(plan.metrics).map(([name, metric]) => [
        name,
        {
          ...metric,
          window: Math.max(faster(metric.window), SHORTEST_WINDOW),
          ...(metric.warning && { warning: { ...metric.warning, for: faster(metric.warning.for) } }),
          ...(metric.critical && { critical: { ...metric.critical, for: faster(metric.critical.for) } }),
        },
      ]),
    ),
    phases: plan.phases.map((phase) => ({
      ...phase,
      after: faster(phase.after),
      ...(phase.settle !== undefined && { settle: faster(phase.settle) }),
      steps: phase.steps.map((step) => ({ ...step, hold: faster(step.hold) })),
      success: phase.success.map((criterion) => ({ ...criterion, over: faster(criterion.over) })),
      ...(phase.planned && { planned: { min: faster(phase.planned.min), max: faster(phase.planned.max) } }),
    })),
  }
}
