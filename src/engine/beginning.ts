import type { Plan } from '../core/plan/plan.ts'
import { adopting, beginningOf, isReached, type Beginning } from '../core/policy/beginning.ts'
import { checkBesides, readBaseline } from './baseline.ts'
import type { Engine } from './engine.ts'
import { findOrphans, refusalOf } from './orphans.ts'

/**
 * Resolves to where a rollout begins. Where targets carry marks of a journal of the same name that is not this one, what
 * they hold may be half of a rollout, and no baseline: throws `conflict`, unless a person `adopts` it, or nothing is left
 * to be rolled out.
 */
export async function findBeginning(
  engine: Pick<Engine, 'targets' | 'signal' | 'writer'>,
  plan: Plan,
  adopts: boolean,
): Promise<Beginning> {
  const { targets, signal, writer } = engine
  const orphans = await findOrphans(engine, plan)
  const refuse = (thrown: unknown): never => {
    throw orphans.length > 0 && !adopts ? refusalOf(plan, orphans) : thrown
  }
  const held = await readBaseline(plan, targets, signal).catch(refuse)
  const marks = orphans.flatMap((orphan) => orphan.marks.map((mark) => ({ target: orphan.target.name, mark })))
  const beginning = marks.length > 0 && adopts ? adopting(plan, held, marks) : beginningOf(plan, held, writer.state)
  if (!beginning.adopted && isReached(plan, beginning)) return beginning
  if (marks.length > 0 && !adopts) throw refusalOf(plan, orphans)
  const rest = targets.filter((target) => orphans.every((orphan) => orphan.target !== target))
  await checkBesides(plan, rest, signal)
  return beginning
}
