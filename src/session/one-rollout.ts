import { rolloutsOf, type OneRollout } from '../core/journal/rollouts-of.ts'
import { RolloutError } from '../core/values/errors.ts'
import { nothingStarted } from './nothing-started.ts'
import { readEvents } from './project.ts'
import type { Session } from './session.ts'

/** Resolves to the rollout of the journal that began with event `of`; to the newest where that is not said. */
export async function oneRollout(session: Session, of: number | undefined): Promise<OneRollout> {
  const { journal, events } = await readEvents(session)
  const all = rolloutsOf(events)
  const newest = all.at(-1)
  if (!newest) throw nothingStarted(journal)
  const found = of === undefined ? newest : all.find(({ begun }) => begun === of)
  if (found) return found
  const begun = all.map((each) => `#${each.begun}`).join(', ')
  throw new RolloutError('usage', {
    message: `no rollout of this journal began with #${of}`,
    hint: `they began with ${begun}: rollout list --all`,
  })
}
