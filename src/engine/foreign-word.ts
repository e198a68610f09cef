import type { OpenTarget } from '../adapters/open.ts'
import type { Why } from '../core/journal/event.ts'
import type { Intent, State } from '../core/journal/state.ts'
import { environment, type Drift } from '../core/plan/environment.ts'
import { failureOf } from '../core/values/failure.ts'
import { markedTargets, targetDrift, type UnreadableTarget } from './drift.ts'
import { findMarked, type Looking } from './marked.ts'
import { backoff, retry, WRITE_ATTEMPTS } from './retry.ts'

/** Findings at the targets of an unfinished step up. */
export interface ForeignWord {
  /** Why the step must not go on; undefined where every target that answers holds the word from before it or the one after it. */
  readonly why?: Why
  /** Those that did not answer: what they hold nobody knows, so they must not be written. */
  readonly unseen: readonly UnreadableTarget[]
}

/**
 * Finds a word that somebody else wrote during an unfinished step up. The interruption may have lasted, and a break-glass on
 * another machine, above all, is in no journal.
 */
export async function findForeignWord(engine: Looking, state: State): Promise<ForeignWord> {
  const { intent } = state
  if (intent?.move !== 'advance') return { unseen: [] }
  const concerned = engine.targets.filter(({ name }) => intent.targets[name] !== undefined && !state.missing.includes(name))
  const names = concerned.map(({ name }) => name)
  const [older] = markedTargets(await findMarked(engine, state, names), state)
  if (older) return { why: { code: 'drift', text: older.text }, unseen: [] }
  const found = await Promise.all(concerned.map(async (target) => foreignAt(engine, target, state, intent)))
  const unseen = found.flatMap((each) => ('error' in each ? [each] : []))
  const [first] = found.flatMap((each) => ('error' in each ? [] : each))
  if (!first) return { unseen }
  const text = `${first.target} holds ${first.variable}=${first.found ?? 'nothing'}, which is neither what it had before this step nor what the step writes: somebody else changed it`
  return { why: { code: 'drift', text }, unseen }
}

/**
 * Returns the words of neither side of the step; of a target that has confirmed, those not of the side it has reached. It is
 * asked as often as it would be written.
 */
async function foreignAt(
  engine: Pick<Looking, 'signal' | 'clock'>,
  target: OpenTarget,
  state: State,
  intent: Intent,
): Promise<readonly Drift[] | UnreadableTarget> {
  const after = { ...state, exposures: intent.exposures }
  const look = async (): Promise<readonly Drift[] | UnreadableTarget> => {
    try {
      const words = await target.read(Object.keys(environment(state.plan, target.name, after)), engine.signal)
      const before = new Set(targetDrift(target, state, words).map(({ variable }) => variable))
      const hasConfirmed = intent.targets[target.name]?.is === 'applied'
      return targetDrift(target, after, words).filter(({ variable }) => hasConfirmed || before.has(variable))
    } catch (thrown) {
      engine.signal.throwIfAborted()
      return { target: target.name, ...failureOf(thrown) }
    }
  }
  return retry(engine, look, (seen, attempt) => ('error' in seen && attempt < WRITE_ATTEMPTS ? backoff(attempt) : undefined))
}
