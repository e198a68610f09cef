import type { Carried } from '../journal/event.ts'
import type { Notable } from '../journal/fence.ts'
import { journalName } from '../journal/identity.ts'
import type { State } from '../journal/state.ts'
import type { Plan } from '../plan/plan.ts'
import { commandFor } from './approval.ts'

/** A target with a mark that says something of one's own journal. */
export type Marked = Carried & Pick<Notable, 'is'>

/** Returns one sentence on what the mark of a target says of the journal. */
export function describeMarked({ is, target, mark }: Marked, { plan, epoch }: Pick<State, 'plan' | 'epoch'>): string {
  const newest = epoch === 0 ? 'has none yet' : `ends with #${epoch}`
  switch (is) {
    case 'newer':
      return `the journal is older than what it wrote: ${target} carries change #${mark.epoch}, the journal ${newest}`
    case 'stranger':
      return `${target} carries change #${mark.epoch} of another journal of ${journalName(plan)}: one of the two was lost, or both are in use`
    case 'tombstone':
      return `${target} was taken back by a break-glass that the journal does not know of`
  }
}

/** Returns what a person can do about the mark of a target. */
export function remedyFor({ is }: Pick<Marked, 'is'>, plan: Pick<Plan, 'environment'>): string {
  const back = `${commandFor(plan, 'rollback')} goes back by this one all the same`
  switch (is) {
    case 'newer':
      return `bring the newer journal back (a backup, another machine); ${back}`
    case 'stranger':
      return `find out which of the two counts; ${back}`
    case 'tombstone':
      return `${commandFor(plan, 'rollback --all')} takes it into the journal, then ${commandFor(plan, 'resume')} goes on`
  }
}
