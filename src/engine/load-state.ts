import { RolloutError } from '../core/values/errors.ts'
import type { Checkpoint, Journal } from '../core/journal/store.ts'
import { FOLD, fold } from '../core/journal/fold.ts'
import { plainJson } from '../core/values/json.ts'
import type { State } from '../core/journal/state.ts'

/** A journal as it was read. */
interface Loaded {
  readonly state: State | undefined
  /** Number and hash of the newest event. */
  readonly seq: number
  readonly hash: string
  /** The newest that is kept, or one made of a state on the way where many events came after it. */
  readonly checkpoint: Checkpoint | undefined
}

/** So many events can be told without reading a journal to its beginning, once it is longer than twice that. */
export const RECENT = 64

/** Loads the state of a journal for reading only: the newest checkpoint and the events after it. */
export async function loadState(journal: Journal): Promise<Loaded> {
  const checkpoint = await journal.checkpoint()
  const usable = checkpoint?.fold === FOLD && isState(checkpoint.state) ? checkpoint : undefined
  const events = await journal.read(usable?.seq ?? 0)
  const newest = events.at(-1)
  const from = usable && isState(usable.state) ? usable.state : undefined
  const early = fold(events.slice(0, -RECENT), from)
  return {
    state: fold(events.slice(-RECENT), early),
    seq: newest?.seq ?? usable?.seq ?? 0,
    hash: newest?.hash ?? usable?.hash ?? '',
    checkpoint: early === from ? usable : early && checkpointOf(early),
  }
}

/** Returns a state as it is kept beside the journal. */
export function checkpointOf(state: State): Checkpoint {
  return { seq: state.seq, hash: state.hash, fold: FOLD, state: plainJson(state) }
}

/** Throws `config` when the journal goes on elsewhere: what is written here nobody would see. */
export function checkHere(state: State | undefined): void {
  if (state?.moved === undefined) return
  const hint = 'name it as state: in rollout.yaml'
  throw new RolloutError('config', { message: `the journal of ${state.plan.name} goes on in ${state.moved}`, hint })
}

/** Tells whether a value is a state: a checkpoint is written by this program with this fold, and its version vouches for the shape. */
export function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && 'plan' in value && 'cursor' in value && 'seq' in value
}
