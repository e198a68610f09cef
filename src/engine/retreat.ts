import type { State } from '../core/journal/state.ts'
import { defaultsOf, type Exposures } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { isForward, stepsOf } from '../core/plan/steps.ts'
import type { Destination } from '../core/policy/destination.ts'
import { parseWord } from '../core/toggle/words.ts'
import { wordsOf } from './baseline.ts'
import { findMarked, type Looking } from './marked.ts'

/** Where a retreat leads, and the targets that are written besides those where a word moves. */
export interface Reach extends Destination {
  readonly others: readonly string[]
}

/**
 * Returns a retreat as it is made where targets carry marks that the journal does not know of. What a newer journal or a
 * break-glass has taken further back there is not raised by a journal that is older; and those targets are written too:
 * from then on they carry the number of this journal.
 */
export async function retreatOver(engine: Looking, state: State, to: Destination): Promise<Reach> {
  const marked = await findMarked(engine, state)
  if (marked.length === 0) return { ...to, others: [] }
  const lowered = Object.assign({}, ...(await Promise.all(marked.map(async ({ target }) => furtherBack(engine, state, to, target)))))
  const exposures: Exposures = { ...to.exposures, ...lowered }
  const isReset = Object.entries(defaultsOf(state.plan)).every(([name, exposure]) => exposures[name] === exposure)
  const raisesAgain = stepsOf(state.plan).find(({ moves }) => moves.some((name) => Object.hasOwn(lowered, name)))
  const cursor = raisesAgain ? Math.min(to.cursor, raisesAgain.index - 1) : to.cursor
  // Nothing but every default goes over a break-glass.
  const others = marked.filter(({ is }) => is !== 'tombstone' || isReset).map(({ target }) => target)
  return { cursor, exposures, others }
}

/** Resolves to the toggles that a target holds further back than they would be brought. */
async function furtherBack({ targets, signal }: Looking, { plan }: State, { exposures }: Destination, name: string): Promise<Exposures> {
  const target = targets.find((each) => each.name === name)
  try {
    const found = (await target?.read(wordsOf(plan, name), signal)) ?? {}
    const back = togglesOf(plan, name).flatMap((each) => {
      const toggle = plan.toggles[each]
      const word = toggle && found[toggle.variable]
      if (!toggle || word === undefined) return []
      const held = parseWord(word, toggle.words)?.exposure
      return held !== undefined && isForward(toggle, held, exposures[each] ?? toggle.default) ? [[each, held] as const] : []
    })
    return Object.fromEntries(back)
  } catch {
    // One that cannot be read is written as the journal says, and says why where it cannot.
    signal.throwIfAborted()
    return {}
  }
}
