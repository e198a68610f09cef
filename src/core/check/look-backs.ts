import { warning, type Finding } from './finding.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { formatDuration } from '../values/units.ts'

/** Returns the metrics of a phase that look back further than its shortest step holds: it takes longer than it says. */
export function checkLookBacks({ metrics }: Plan, phase: Phase, path: Finding['path']): readonly Finding[] {
  const shortest = Math.min(...phase.steps.map(({ hold }) => hold))
  return phase.metrics.flatMap((name, nth) => {
    const back = Object.hasOwn(metrics, name) ? (metrics[name]?.looksBack ?? 0) : 0
    if (back <= shortest) return []
    const said = `${name} looks back ${formatDuration(back)}, and a step holds ${formatDuration(shortest)}`
    return [
      warning(
        [...path, 'metrics', nth],
        `${said}: it says nothing of a step that is younger`,
        'a shorter window, counters (ratio:), or a longer hold',
      ),
    ]
  })
}
