import type { Fact } from '../core/journal/event.ts'
import type { Intent } from '../core/journal/state.ts'
import { stateOf, type Engine } from './engine.ts'
import { retryOnConflict } from './retry.ts'
import { serialize, share, type Serialized } from './serialize.ts'

/** The journal while targets are written side by side. */
export interface SharedJournal {
  /** Takes in what others have appended. What many ask for at once is read once. */
  readonly refresh: () => Promise<unknown>
  /** Whatever appends, one after another. */
  readonly exclusive: Serialized
  /** The same, once all have been heard who are there to be heard. */
  readonly gathered: Serialized
}

/** Opens the journal to targets that are written side by side. */
export function openSharedJournal({ writer, clock }: Pick<Engine, 'writer' | 'clock'>): SharedJournal {
  const exclusive = serialize()
  const gathered: Serialized = async (work) => {
    // A hundred answers that came at once are heard one after another: what each asks for is asked for once.
    await clock.sleep(0)
    return exclusive(work)
  }
  return { refresh: share(async () => writer.refresh(), gathered), exclusive, gathered }
}

/** A target that was written and reads back; `isUnheard` when an earlier attempt had no good answer. */
interface Confirmed {
  readonly target: string
  readonly isUnheard: boolean
}

/** Returns what makes confirmations durable: those that come at once are written together. */
export function openConfirmations(engine: Engine, { seq }: Intent, { gathered }: SharedJournal): (confirmed: Confirmed) => Promise<void> {
  const waiting: Confirmed[] = []
  const write = async (): Promise<void> => {
    const all = waiting.splice(0)
    await recordOfIntent(engine, seq, (open) => {
      // Somebody else may have finished it as well.
      const news = all.filter(({ target }) => open.targets[target]?.is !== 'applied')
      const unheard = news.flatMap(({ target, isUnheard }) => (isUnheard ? [target] : []))
      const targets = news.map(({ target }) => target)
      return targets.length === 0 ? undefined : { type: 'applied', intent: seq, targets, ...(unheard.length > 0 && { unheard }) }
    })
  }
  const soon = share(write, gathered)
  return async (confirmed) => {
    waiting.push(confirmed)
    await soon()
  }
}

/** Appends what there is to say of an intent, unless it is no longer the newest. */
export async function recordOfIntent(engine: Engine, seq: number, factOf: (open: Intent) => Fact | undefined): Promise<void> {
  await retryOnConflict(async () => {
    const open = stateOf(engine).intent
    const fact = open?.seq === seq ? factOf(open) : undefined
    if (fact) await engine.writer.append(fact, engine.signature)
  })
}
