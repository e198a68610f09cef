import { decide } from '../policy/decide.ts'
import { situationOf } from '../policy/situation.ts'
import { rampAt } from '../judge/comparison.ts'
import type { Counted } from '../judge/counting.ts'
import type { Watch } from '../judge/track.ts'
import { beginWatch, judgeCounted } from '../judge/watch.ts'
import type { State } from '../journal/state.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import type { Duration, Exposure, Instant } from '../values/units.ts'
import { seeded, type Chance } from './synthetic/chance.ts'
import { thin } from './thin.ts'

/** Answers to what was measured, the mildest first. */
export const ANSWERS = ['pause', 'step-back', 'rollback'] as const
export type Reaction = (typeof ANSWERS)[number]

/** One step, begun again and again in the past with as few users as it has. */
export interface StepTrial {
  readonly phase: string
  readonly to: Exposure
  readonly hold: Duration
  /** How often it was begun, and how often that ended before its hold was over. */
  readonly begun: number
  readonly stopped: { readonly [does in Reaction]?: number }
}

/** A trial under way. */
export interface RunningTrial {
  /** Adds one more poll: what all users counted then. */
  poll(at: Instant, counted: Counted): void
  readonly trial: StepTrial
}

/** Fewer polls than this show nothing of a step that ends when enough is known. */
const LEAST_POLLS = 30
/** The same past, the same trials. */
const SEED = 1

/**
 * Opens a trial of every step at which the thresholds of a metric look at those alone who have the change. `states` are
 * those of `openReplay`, one for every phase judged by it.
 */
export function openTrials(plan: Plan, metric: string, states: readonly State[]): readonly RunningTrial[] {
  const steps = stepsOf(plan).filter(({ index }) => rampAt(plan, index)?.metrics[metric] !== undefined)
  return states.flatMap((state, nth) => {
    const [phase] = state.plan.phases
    const own = steps.filter((step) => plan.phases[step.phase]?.id === phase?.id)
    const firsts = own.filter(({ to }, at) => own.findIndex((each) => each.to === to) === at)
    return firsts.map(({ to, hold }) => openTrial(state, metric, { to, hold }, seeded(SEED + nth * 1000 + to)))
  })
}

function openTrial(state: State, metric: string, { to, hold }: Pick<StepTrial, 'to' | 'hold'>, chance: Chance): RunningTrial {
  const { plan, cursor } = state
  const [phase] = plan.phases
  const lasts = Math.max(hold, LEAST_POLLS * plan.interval)
  const stopped: { [does in Reaction]?: number } = {}
  let [begun, began, isOver] = [0, -Infinity, true]
  let watch: Watch | undefined
  return {
    poll: (at, counted) => {
      if (!phase || (isOver && at - began < lasts)) return
      const tick = { monotonic: at, domain: 'past', now: at }
      if (at - began >= lasts) {
        // Where nothing was counted no step was begun.
        if (counted.is === 'missing') return
        watch = beginWatch(plan, cursor, undefined, {}, tick)
        ;[began, isOver] = [at, false]
        begun += 1
        return
      }
      watch = judgeCounted(plan, { phase, cursor }, watch, { [metric]: thin(counted, to / 100, chance) }, tick)
      if (watch.tracks[metric]?.verdict === 'healthy') return
      const decision = decide(situationOf({ ...state, watch }, at))
      const stop = ANSWERS.find((each) => each === decision.do)
      if (stop) [stopped[stop], isOver] = [(stopped[stop] ?? 0) + 1, true]
    },
    get trial() {
      return { phase: phase?.id ?? '', to, hold: lasts, begun, stopped }
    },
  }
}
