import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { adviceOf, tallyOf } from '../../core/forecast/advice.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { finerStepsAt } from '../../core/forecast/foretell.ts'
import { leftOut, type ForecastRelease } from '../../core/forecast/forecast.ts'
import { drawForecast } from '../../views/forecast-svg.ts'
import { renderUsual } from '../../views/usual-text.ts'
import { renderAdvice, renderForecast } from '../../views/forecast.ts'
import { clean } from '../../views/clean.ts'
import { readPlan } from '../../session/project.ts'
import { formatFraction } from '../../core/values/units.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { playAll } from './play-all.ts'
import { readUsual } from './read-usual.ts'
import { settingOf } from './setting.ts'

/** Plays the plan against made-up traffic. Reads no metric but the past of those that --from asks for, and writes nothing but the picture that was asked for. */
export default async function simulate(session: Session<ValuesOf<'simulate'>>): Promise<VerbAnswer> {
  const { from, fault, latency: slower = 0, seed = 1, runs, svg } = session.options
  const plan = await readPlan(session)
  const recalled = from === undefined ? [] : await readUsual(session, plan, from)
  const setting = settingOf(session.options, plan, recalled)
  const { traffic, baseline } = setting
  const [errors, latency] = [fault === undefined ? baseline : fault / 100, 1 + slower / 100]
  const play = async (title: string, release: Pick<ForecastRelease, 'errors' | 'latency'>) => {
    const series = { title, release: { ...setting, ...release }, seed, ...(runs !== undefined && { runs }) }
    const played = await playAll(session, plan, series)
    return { title, runs: played, tally: tallyOf(played) }
  }
  const good = await play('A good release', { errors: baseline, latency: 1 })
  const bad = errors === baseline && latency === 1 ? undefined : await play('With the fault', { errors, latency })
  const advice = adviceOf(plan, setting, good.tally, bad?.tally, { errors, latency })
  const finer = finerStepsAt(plan, { perSecond: traffic, rate: baseline }, errors > baseline ? errors / baseline : undefined)
  const left = leftOut(plan)
  const all = [good, ...(bad ? [bad] : [])]
  if (svg !== undefined) save(resolve(session.cwd, svg), drawForecast(plan.name, all, advice))
  const [of, wrong] = all.map(({ tally, runs: each }) => ({ ...tally, each }))
  const without = left.length === 0 ? '' : ` Left out, as no made-up traffic makes them: ${clean(left.join(', '))}.`
  return {
    outcome: 'done',
    kind: 'simulation',
    value: {
      seed,
      ...(from !== undefined && { recalled }),
      leftOut: left,
      good: of,
      ...(wrong && { fault: wrong }),
      advice,
      ...(finer && { finer }),
    },
    text: (out) => [
      ...recalled.map((each) => renderUsual(each)),
      ...(from !== undefined && recalled.length === 0
        ? ['No metric of the plan counts requests: the defaults, unless flags say otherwise.\n']
        : []),
      `Seed ${seed}: ${Number(traffic.toPrecision(3))} requests/s, ${formatFraction(baseline)} of them fail without the toggle (--traffic and --baseline say otherwise). Approvals, checklists, drills, last users, windows and freezes are taken as given.${without}\n\n`,
      ...all.map(({ title, tally, runs: each }) => renderForecast(title, tally, each, out)),
      renderAdvice(advice, finer, out),
    ],
  }
}

function save(path: string, picture: string): void {
  try {
    writeFileSync(path, picture)
  } catch (thrown) {
    throw new RolloutError('usage', { message: `--svg ${path} cannot be written: ${messageOf(thrown)}` })
  }
}
