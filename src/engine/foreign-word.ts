import type { OpenTarget } from '../adapters/open.ts'
import type { Why } from '../core/journal/event.ts'
import type { Intent, State } from '../core/journal/state.ts'
import { environment, type Drift } from '../core/plan/environment.ts'
import { markedTargets, targetDrift } from './drift.ts'
import { findMarked, type Looking } from './marked.ts'

/**
 * Finds a word that somebody else wrote during an unfinished step up: resolves to why the step must not go on;
 * undefined where every target that answers holds the word from before the step or the one after it. The interruption
 * may have lasted, and a break-glass on another machine, above all, is in no journal.
 */
export async function findForeignWord(engine: Looking, state: State): Promise<Why | undefined> {
  const { intent } = state
  if (intent?.move !== 'advance') return undefined
  const concerned = engine.targets.filter(({ name }) => intent.targets[name] !== undefined && !state.missing.includes(name))
  const names = concerned.map(({ name }) => name)
  const [older] = markedTargets(await findMarked(engine, state, names), state)
  if (older) return { code: 'drift', text: older.text }
  const found = await Promise.all(concerned.map(async (target) => foreignAt(target, state, intent, engine.signal)))
  const [first] = found.flat()
  if (!first) return undefined
  const text = `${first.target} holds ${first.variable}=${first.found ?? 'nothing'}, which is neither what it had before this step nor what the step writes: somebody else changed it`
  return { code: 'drift', text }
}

/**
 * Returns the words of neither side of the step; of a target that has confirmed, those not of the side it has reached.
 */
async function foreignAt(target: OpenTarget, state: State, intent: Intent, signal: AbortSignal): Promise<readonly Drift[]> {
  const after = { ...state, exposures: intent.exposures }
  try {
    const words = await target.read(Object.keys(environment(state.plan, target.name, after)), signal)
    const before = new Set(targetDrift(target, state, words).map(({ variable }) => variable))
    const hasConfirmed = intent.targets[target.name]?.is === 'applied'
    return targetDrift(target, after, words).filter(({ variable }) => hasConfirmed || before.has(variable))
  } catch {
    // One that cannot be read says why when it is written.
    signal.throwIfAborted()
    return []
  }
}
