import { availableParallelism } from 'node:os'
import { FEWEST, forecast, POLLS, pollsOf, type ForecastRelease, type ForecastRun } from '../../core/forecast/forecast.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Duration } from '../../core/values/units.ts'
import { openProgress } from '../../session/progress.ts'
import type { Session } from '../../session/session.ts'
import { playApart } from './play-apart.ts'

/** The made-up rollouts of one release; without `runs` as many as so many polls allow. */
interface Series {
  readonly title: string
  readonly release: ForecastRelease
  readonly seed: number
  readonly runs?: number
}

const MOST_RUNS = 1000
/** So many polls, or so much time, are not worth a thread. */
const FEW_POLLS = 20_000
const SOON: Duration = 300

/** Plays a series, on all cores where it takes long, and says how far it is. The same seed, the same runs. */
export async function playAll(session: Session, plan: Plan, { title, release, seed, runs }: Series): Promise<readonly ForecastRun[]> {
  const { clock, signal } = session
  const wanted = runs ?? MOST_RUNS
  const played: ForecastRun[] = []
  let polls = 0
  const add = (run: ForecastRun): boolean => {
    played.push(run)
    polls += run.after / plan.interval
    return played.length >= wanted || (runs === undefined && polls > POLLS && played.length >= FEWEST)
  }
  const began = clock.monotonic()
  const isShort = (): boolean => pollsOf(plan) * wanted <= FEW_POLLS && clock.monotonic() - began < SOON
  const here = forecast(plan, release, seed)
  while (isShort()) {
    if (add(here.next().value)) return played
    // Between two runs whoever interrupts is heard.
    await clock.sleep(0, signal)
  }
  const tell = openProgress(session, 0)
  const progress = (): string => `${title}: ${played.length} of ${runs === undefined ? 'up to ' : ''}${wanted} runs`
  tell(progress)
  const rest = { plan, release, seed, first: played.length, most: wanted - played.length }
  for await (const run of playApart(rest, Math.min(availableParallelism(), rest.most), signal)) {
    if (add(run)) break
    tell(progress)
  }
  return played
}
