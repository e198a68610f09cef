import type { Plan } from '../core/plan/plan.ts'
import type { Beginning } from '../core/policy/beginning.ts'
import { stepsOf } from '../core/plan/steps.ts'
import { formatExposure } from '../core/values/units.ts'
import { clean, listed } from './clean.ts'

/** Renders what a start goes on from: toggle by toggle where it stands, and where a rollback leads. Each line begins with a line end. */
export function renderAdopted(plan: Plan, { baseline, reached, adopted = [] }: Beginning): string {
  const { cursor, exposures } = reached ?? { cursor: -1, exposures: baseline }
  const where = cursor < 0 ? 'before the first step' : `at step ${cursor + 1} of ${stepsOf(plan).length}`
  const targets = listed([...new Set(adopted.map(({ target }) => target))])
  const moved = Object.entries(baseline).flatMap(([name, back]) => {
    const now = exposures[name] ?? back
    return now === back
      ? []
      : [`${clean(name)} stands at ${formatExposure(now)}; a rollback takes it to ${formatExposure(back)}, its default`]
  })
  const lines = moved.length > 0 ? moved : ['every toggle is where a rollback takes it']
  return [`it goes on from what ${targets} held of a journal that is lost: ${where}`, ...lines].map((line) => `\n  ${line}`).join('')
}
