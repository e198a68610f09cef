import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { adviceOf, tallyOf } from '../../core/forecast/advice.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { finerStepsAt } from '../../core/forecast/foretell.ts'
import { leftOut, type ForecastRelease, type Trouble } from '../../core/forecast/forecast.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { drawForecast } from '../../views/forecast-svg.ts'
import { renderAdvice, renderForecast } from '../../views/forecast.ts'
import { clean } from '../../views/clean.ts'
import { readPlan } from '../../session/project.ts'
import { formatFraction } from '../../core/values/units.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { playAll } from './play-all.ts'

/** Plays the plan against made-up traffic. Reads no metric, and writes nothing but the picture that was asked for. */
export default async function simulate(session: Session<ValuesOf<'simulate'>>): Promise<VerbAnswer> {
  const { traffic = 100, baseline: usual = 0.5, fault = usual, latency: slower = 0, seed = 1, runs, svg } = session.options
  const [baseline, errors, latency] = [usual / 100, fault / 100, 1 + slower / 100]
  const plan = await readPlan(session)
  const trouble = troubleOf(session.options, plan)
  const play = async (title: string, release: Pick<ForecastRelease, 'errors' | 'latency'>) => {
    const series = { title, release: { traffic, baseline, ...release, trouble }, seed, ...(runs !== undefined && { runs }) }
    const played = await playAll(session, plan, series)
    return { title, runs: played, tally: tallyOf(played) }
  }
  const good = await play('A good release', { errors: baseline, latency: 1 })
  const bad = errors === baseline && latency === 1 ? undefined : await play('With the fault', { errors, latency })
  const advice = adviceOf(
    plan,
    { perSecond: traffic, rate: baseline, cold: (trouble.coldStart?.lasts ?? 0) * 60_000 },
    good.tally,
    bad?.tally,
  )
  const finer = finerStepsAt(plan, { perSecond: traffic, rate: baseline }, errors > baseline ? errors / baseline : undefined)
  const left = leftOut(plan)
  const all = [good, ...(bad ? [bad] : [])]
  if (svg !== undefined) save(resolve(session.cwd, svg), drawForecast(plan.name, all, advice))
  const [of, wrong] = all.map(({ tally, runs: each }) => ({ ...tally, each }))
  const without = left.length === 0 ? '' : ` Left out, as no made-up traffic makes them: ${clean(left.join(', '))}.`
  return {
    outcome: 'done',
    kind: 'simulation',
    value: { seed, leftOut: left, good: of, ...(wrong && { fault: wrong }), advice, ...(finer && { finer }) },
    text: (out) => [
      `Seed ${seed}: ${traffic} requests/s, ${formatFraction(baseline)} of them fail without the toggle (--traffic and --baseline say otherwise). Approvals, checklists, drills, windows and freezes are taken as given.${without}\n\n`,
      ...all.map(({ title, tally, runs: each }) => renderForecast(title, tally, each, out)),
      renderAdvice(advice, finer, out),
    ],
  }
}

/** How long the noise of a minute is remembered: half of it after seven. */
const MEMORY = 0.9
/** Latencies wander less than errors. */
const CALMER = 3

/** So much rarer than a missed scrape is an outage of the source, which lasts for some polls. */
const RARER = 10
const SILENT_POLLS = 3

function troubleOf({ noise = 0, clusters = 1, coldStart = 0, scrapeGaps = 0 }: ValuesOf<'simulate'>, { interval }: Plan): Trouble {
  const [wander, missed, minutes] = [noise / 100, scrapeGaps / 100, interval / 60_000]
  return {
    ...(wander > 0 && { noise: { errors: wander, latency: wander / CALMER, memory: MEMORY, arms: 'both' } }),
    ...(clusters > 1 && { burst: clusters }),
    ...(coldStart > 0 && { coldStart: { lasts: coldStart / 60_000, errors: 0.02, latency: 3 } }),
    ...(missed > 0 && { scrape: { missed }, outages: { every: (minutes * RARER) / missed, lasts: minutes * SILENT_POLLS } }),
  }
}

function save(path: string, picture: string): void {
  try {
    writeFileSync(path, picture)
  } catch (thrown) {
    throw new RolloutError('usage', { message: `--svg ${path} cannot be written: ${messageOf(thrown)}` })
  }
}
