import { defined } from '../values/defined.ts'
import type { Plan } from '../plan/plan.ts'
import { forecastBad, type BadForecast } from './bad-release.ts'
import { finerSteps, type FinerSteps } from './ladder.ts'
import { decidingStepOf, outlookOf, type Flow, type Outlook } from './outlook.ts'
import { forecastRamp, playableAt, type PlayableRamp, type RampForecast } from './ramp.ts'

/** How long a phase takes to know what it has to, and what its steps would come to. */
export interface Foretold extends Outlook {
  /** What comes of a good change, in made-up rollouts at this traffic. */
  readonly good?: RampForecast
  /** And of a bad one: the least that must not reach everybody, and one as bad as its `critical` rule. */
  readonly bad?: readonly BadForecast[]
  readonly finer?: FinerSteps
}

/** The part that is played next: whoever waits may be told, and whoever interrupts be heard. */
export interface Foretelling {
  readonly phase: string
  readonly plays: 'a good release' | 'a bad release' | 'finer steps'
}

/** Returns what can be foretold of each of these phases at this traffic; where nothing can, the phase is left out. Yields before each part. */
export function* foretell(
  plan: Plan,
  phases: readonly string[],
  flows: readonly Flow[],
): Generator<Foretelling, readonly Foretold[], undefined> {
  const known = new Map<string, Pick<Foretold, 'good' | 'bad' | 'finer'>>()
  const all: Foretold[] = []
  for (const phase of phases) {
    const [step, outlook] = [decidingStepOf(plan, phase), outlookOf(plan, phase, flows)]
    if (!step || !outlook) continue
    const { takes, given } = outlook
    if (takes === undefined) {
      all.push(outlook)
      continue
    }
    const ramp = playableAt(plan, step.index, step.ramp, takes)
    const own = flows.filter(({ metric }) => step.ramp.metrics[metric] !== undefined)
    const isInTime = takes <= given
    // Phases with the same steps and as much time come to the same.
    const key = JSON.stringify([ramp, own, isInTime])
    const played = known.get(key) ?? (yield* play(plan, phase, ramp, own, isInTime))
    known.set(key, played)
    all.push({ ...outlook, ...played })
  }
  return all
}

function* play(
  plan: Plan,
  phase: string,
  ramp: PlayableRamp,
  flows: readonly Flow[],
  isInTime: boolean,
): Generator<Foretelling, Pick<Foretold, 'good' | 'bad' | 'finer'>, undefined> {
  yield { phase, plays: 'a good release' }
  const good = isInTime ? forecastRamp(ramp, flows) : undefined
  yield { phase, plays: 'a bad release' }
  const bad = forecastBad(plan, ramp, flows)
  yield { phase, plays: 'finer steps' }
  return defined({ good, bad, finer: finerSteps(ramp, flows, { now: good }) })
}

/** Returns finer steps for the first change that is judged by failures, at this traffic; see `finerSteps`. */
export function finerStepsAt(plan: Plan, traffic: Pick<Flow, 'perSecond' | 'rate'>, times?: number): FinerSteps | undefined {
  for (const { id } of plan.phases) {
    const step = decidingStepOf(plan, id)
    const metric = step && Object.entries(step.ramp.metrics).find(([, compared]) => compared === 'failures')?.[0]
    if (!step || metric === undefined) continue
    const flow = { ...traffic, metric }
    const takes = outlookOf(plan, id, [flow])?.takes
    return takes === undefined ? undefined : finerSteps(playableAt(plan, step.index, step.ramp, takes), [flow], { times })
  }
  return undefined
}
