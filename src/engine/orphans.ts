import type { OpenTarget } from '../adapters/open.ts'
import { journalName } from '../core/journal/identity.ts'
import { asStarted } from '../core/journal/state.ts'
import type { Plan } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import { TOMBSTONE, type Mark } from '../core/toggle/mark.ts'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import { joinFew } from '../core/values/join-few.ts'
import { wordsOf } from './baseline.ts'
import { targetDrift } from './drift.ts'
import type { Engine } from './engine.ts'
import { markedOn, marksOn } from './marked.ts'

/** A target that was written for a journal of this name which is not this one. */
export interface Orphan {
  readonly target: OpenTarget
  readonly marks: readonly Mark[]
  /** What it holds, in words. */
  readonly holds: string
}

/** Of more targets or words than this it is only said how many there are. */
const MOST = 5

/** Asks every target for its mark, and returns those that another journal of the name of this plan has written. */
export async function findOrphans(
  { targets, signal, writer }: Pick<Engine, 'targets' | 'signal'> & { readonly writer: Pick<Engine['writer'], 'state'> },
  plan: Plan,
): Promise<readonly Orphan[]> {
  const before = writer.state ?? asStarted(plan)
  const looked = await Promise.all(
    targets.map(async (target): Promise<readonly Orphan[]> => {
      const all = await marksOn(target, signal)
      const marks = markedOn({ target: target.name, marks: all }, before).map(({ mark }) => mark)
      // An older version did not say whose a mark is: it may be of this rollout where something is under way.
      const unnamed = writer.state ? [] : all.filter((mark) => !mark.identity && mark.epoch !== TOMBSTONE)
      if (marks.length + unnamed.length === 0) return []
      const { text, isMoved } = await holdingsOf(target, plan, signal)
      const own = isMoved ? [...marks, ...unnamed] : marks
      return own.length === 0 ? [] : [{ target, marks: own, holds: text }]
    }),
  )
  return looked.flat()
}

/** Resolves to what a target holds beside the defaults. */
async function holdingsOf(
  target: OpenTarget,
  plan: Plan,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly isMoved: boolean }> {
  try {
    const moved = targetDrift(target, asStarted(plan), await target.read(wordsOf(plan, target.name), signal))
    const shown = moved.map(({ variable, found }) => `${variable}=${found ?? ''}`)
    return { text: joinFew(shown, ', ', MOST) || 'every default', isMoved: moved.length > 0 }
  } catch (thrown) {
    signal.throwIfAborted()
    return { text: `what cannot be read (${messageOf(thrown)})`, isMoved: true }
  }
}

/** Returns why nothing is begun over what another journal has left, and the ways on. */
export function refusalOf(plan: Plan, orphans: readonly Orphan[]): RolloutError {
  const name = journalName(plan)
  const hint =
    'bring that journal back (a backup, another machine or workspace; state: or ROLLOUT_STATE names a store that all share); or ' +
    `${commandFor(plan, 'start --adopt --reason "…"')} goes on from what is held, with the defaults as what to go back to; or ` +
    `${commandFor(plan, 'rollback --all')} takes every toggle to its default`
  const first = {
    message: `${name} was rolled out by another journal, and what its targets hold may be half of it: nothing was begun`,
    hint,
  }
  const each = orphans.slice(0, MOST).map(({ target, marks, holds }) => ({
    message: `${target.name} carries ${[...new Set(marks.map((mark) => describe(mark, name)))].join(' and ')}, and holds ${holds}`,
  }))
  const more = orphans.length > MOST ? [{ message: `and ${orphans.length - MOST} more targets` }] : []
  return new RolloutError('conflict', [first, ...each, ...more])
}

function describe({ identity, epoch }: Mark, name: string): string {
  if (epoch === TOMBSTONE) return `a break-glass of ${name}`
  return identity ? `change #${epoch} of ${name}` : `change #${epoch} of an older version, which did not say whose`
}
