import type { Event } from '../core/journal/event.ts'
import { FOLD } from '../core/journal/fold.ts'
import { plainJson } from '../core/values/json.ts'
import type { Checkpoint, Journal } from '../core/journal/store.ts'
import type { State } from '../core/journal/state.ts'
import { isState, RECENT } from './load-state.ts'

/** Events to the newest, and the state that the first of them happened to; without it they are all there are. */
export interface Recent {
  readonly from?: State
  readonly events: readonly Event[]
}

interface Anchor {
  readonly seq: number
  readonly state: State
}

/**
 * Reads the newest events, as few as will do: those after the newest checkpoint, those after the one before it, or all. A
 * long journal is not read to its beginning for what happened last.
 */
export async function readRecent(journal: Journal, isEnough: (recent: Recent) => boolean): Promise<Recent> {
  const checkpoint = await journal.checkpoint()
  for (const anchor of checkpoint?.fold === FOLD ? anchorsOf(checkpoint) : []) {
    const recent = { from: anchor.state, events: await journal.read(anchor.seq) }
    if (isEnough(recent)) return recent
  }
  return { events: await journal.read() }
}

function anchorsOf({ seq, state, earlier }: Checkpoint): readonly Anchor[] {
  if (!isState(state)) return []
  const before: unknown = earlier && Object.fromEntries([['plan', state.plan], ...Object.entries(earlier.state ?? {})])
  return [{ seq, state }, ...(earlier && isState(before) ? [{ seq: earlier.seq, state: before }] : [])]
}

/** Returns what is kept beside a newer checkpoint of the ones before it: one that is some events away, and no copy of the plan. */
export function earlierThan(state: State, checkpoint: Checkpoint | undefined): Checkpoint['earlier'] {
  const found = checkpoint?.fold === FOLD ? anchorsOf(checkpoint).find(({ seq }) => state.seq - seq >= RECENT) : undefined
  if (!found) return undefined
  const { plan, ...rest } = found.state
  return { seq: found.seq, state: plainJson(rest.digest === state.digest ? rest : { plan, ...rest }) }
}
