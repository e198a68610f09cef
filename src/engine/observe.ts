import { RolloutError } from '../core/values/errors.ts'
import { openPollLog, type PollLog } from '../core/judge/polled.ts'
import type { Watch } from '../core/judge/track.ts'
import { defined } from '../core/values/defined.ts'
import { currentPhase } from '../core/policy/destination.ts'
import { currentStep, isEnded, type State } from '../core/journal/state.ts'
import { watchedTimes } from '../core/plan/watched-times.ts'
import { hasTurned, isDue, poll } from '../core/judge/watch.ts'
import { askWhoUses } from './answers.ts'
import { stateOf, type Engine } from './engine.ts'
import { readMetrics } from './metrics.ts'
import { openQuota } from './quota.ts'
import { watchTick } from './watch-tick.ts'

/** Polls the metrics and keeps what it saw, in memory and, when it is news, in the journal. */
export interface Observer {
  /**
   * One poll: the state with the watch as it is now. Throws `conflict` when somebody else moved the rollout meanwhile.
   */
  look(signal: AbortSignal): Promise<State>
  /**
   * Makes the last poll durable, so that a decision can be explained from the journal alone. Throws `conflict` when
   * somebody else has acted since: what was decided on that poll is then void. The poll that a
   * `retreat` is decided on may use the room that the journal keeps back for one.
   */
  keep(goal?: 'retreat'): Promise<void>
  /** Throws what kept the last poll from the journal where it was due: a decision to wait rests on nothing then. */
  checkKept(): void
}

/**
 * A metric that flaps turns at every poll: of more turns than this only what is due anyway is kept, and what is decided
 * on.
 */
const TURNS_AN_HOUR = 10

/** Continues the watch the journal holds. */
export function openObserver(engine: Engine): Observer {
  const turns = openQuota(TURNS_AN_HOUR)
  let live: { readonly step: string; readonly watch: Watch; readonly log: PollLog } | undefined
  let refusal: RolloutError | undefined

  const append = async (watch: Watch, goal?: 'retreat'): Promise<void> => {
    const { seq } = await engine.writer.append(defined({ type: 'observed', watch, polls: live?.log.polls }), engine.signature, goal)
    if (live) live = { ...live, log: openPollLog(seq) }
  }
  /** Resolves to whether it is kept. */
  const offer = async (watch: Watch): Promise<boolean> => {
    // What was seen may belong to a step that is over.
    if (live?.step !== stepKey(stateOf(engine))) return false
    try {
      await append(watch)
      return true
    } catch (thrown) {
      if (!(thrown instanceof RolloutError)) throw thrown
      // Of a conflict somebody else has acted meanwhile. Whatever else it is, what was seen may ask for a way back, which a full disk has room for.
      if (thrown.code !== 'conflict') refusal = thrown
      return false
    }
  }
  return {
    look: async (signal) => {
      refusal = undefined
      await engine.writer.refresh()
      const state = stateOf(engine)
      const phase = currentPhase(state)
      if (!phase || isEnded(state) || state.status === 'rolled back') return state
      const goesOn = live?.step === stepKey(state) ? live : undefined
      const before = goesOn?.watch ?? state.watch
      const known = before ? { ...state, watch: before } : state
      const [readings, answers] = await Promise.all([readMetrics({ ...engine, signal }, phase), askWhoUses({ ...engine, signal }, known)])
      // A turn that was given up must not put its old poll in the place of a newer one.
      signal.throwIfAborted()
      const log = goesOn?.log ?? openPollLog(state.seq)
      const time = watchTick(engine)
      const { watch: judged, counted } = poll(state.plan, { phase, cursor: state.cursor }, before, readings, time)
      const watch = answers ? { ...judged, answers } : judged
      log.add(state.seq, time, counted, answers)
      live = { step: stepKey(state), watch, log }
      const step = currentStep(state)
      if (isDue(state.plan, state.watch, watch, step ? watchedTimes(state.plan, step) : [])) await offer(watch)
      else if (hasTurned(state.watch, watch) && turns.isLeft(watch.monotonic) && (await offer(watch))) turns.take(watch.monotonic)
      const now = stateOf(engine)
      if (stepKey(now) === stepKey(state)) return { ...now, watch }
      // The readings belong to a step that is over, and there are none of the one that has begun.
      const hint = 'rollout status shows where it is now'
      throw new RolloutError('conflict', { message: 'the rollout was moved meanwhile; nothing was changed', hint })
    },
    keep: async (goal) => {
      // A store that is out of reach is not waited for twice in a turn.
      if (refusal && goal === undefined) throw refusal
      const state = stateOf(engine)
      if (live?.step === stepKey(state) && live.watch !== state.watch) await append(live.watch, goal)
    },
    checkKept: () => {
      if (refusal) throw refusal
    },
  }
}

/** Changes whenever what is watched begins anew, or a person has looked at what it asked about. */
function stepKey(state: State): string {
  return `${state.epoch}/${state.cursor}/${state.arrivedAt}/${state.decidedAt}/${state.digest}`
}
