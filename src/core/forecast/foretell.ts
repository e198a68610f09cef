import { defined } from '../values/defined.ts'
import type { Plan } from '../plan/plan.ts'
import { forecastBad, type BadForecast } from './bad-release.ts'
import { finerSteps, type FinerSteps } from './ladder.ts'
import { decidingStepOf, outlookOf, type Flow, type Outlook } from './outlook.ts'
import { forecastRamp, playableAt, type RampForecast } from './ramp.ts'

/** How long a phase takes to know what it has to, and what its steps would come to. */
export interface Foretold extends Outlook {
  /** What comes of a good change, in made-up rollouts at this traffic. */
  readonly good?: RampForecast
  /** And of a bad one: the least that must not reach everybody, and one as bad as its `critical` rule. */
  readonly bad?: readonly BadForecast[]
  readonly finer?: FinerSteps
}

/** Returns what can be foretold of each of these phases at this traffic; where nothing can, the phase is left out. */
export function foretell(plan: Plan, phases: readonly string[], flows: readonly Flow[]): readonly Foretold[] {
  const known = new Map<string, Pick<Foretold, 'good' | 'bad' | 'finer'>>()
  return phases.flatMap((phase) => {
    const [step, outlook] = [decidingStepOf(plan, phase), outlookOf(plan, phase, flows)]
    if (!step || !outlook) return []
    const { takes, given } = outlook
    if (takes === undefined) return [outlook]
    const ramp = playableAt(plan, step.index, step.ramp, takes)
    const own = flows.filter(({ metric }) => step.ramp.metrics[metric] !== undefined)
    const isInTime = takes <= given
    // Phases with the same steps and as much time come to the same.
    const key = JSON.stringify([ramp, own, isInTime])
    const played =
      known.get(key) ??
      defined({ good: isInTime ? forecastRamp(ramp, own) : undefined, bad: forecastBad(plan, ramp, own), finer: finerSteps(ramp, own) })
    known.set(key, played)
    return [{ ...outlook, ...played }]
  })
}

/** Returns finer steps for the first change that is judged by failures, at this traffic; see `finerSteps`. */
export function finerStepsAt(plan: Plan, traffic: Pick<Flow, 'perSecond' | 'rate'>, times?: number): FinerSteps | undefined {
  for (const { id } of plan.phases) {
    const step = decidingStepOf(plan, id)
    const metric = step && Object.entries(step.ramp.metrics).find(([, compared]) => compared === 'failures')?.[0]
    if (!step || metric === undefined) continue
    const flow = { ...traffic, metric }
    const takes = outlookOf(plan, id, [flow])?.takes
    return takes === undefined ? undefined : finerSteps(playableAt(plan, step.index, step.ramp, takes), [flow], times)
  }
  return undefined
}
