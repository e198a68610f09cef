import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { adviceOf, tallyOf } from '../core/forecast/advice.ts'
import { messageOf, RolloutError, type Outcome } from '../core/values/errors.ts'
import { FEWEST, forecast, leftOut, POLLS, type ForecastRelease, type ForecastRun } from '../core/forecast/forecast.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Shell } from '../shell.ts'
import { drawForecast } from '../views/forecast-svg.ts'
import { renderAdvice, renderForecast } from '../views/forecast.ts'
import { writeJson } from '../views/json.ts'
import { clean } from '../views/clean.ts'
import { deadline, flag, text, type Input } from '../session/input.ts'
import { readPlan } from '../session/project.ts'

const MOST_RUNS = 1000

/** Plays the plan against made-up traffic. Reads no metric, and writes nothing but the picture that was asked for. */
export default async function simulate(shell: Shell, input: Input): Promise<Outcome> {
  const traffic = number(input, 'traffic', /^(\d+(?:\.\d+)?)\/s$/, '100/s')
  const baseline = number(input, 'baseline', /^(\d+(?:\.\d+)?)%$/, '0.5%') / 100
  const errors = text(input, 'fault') === undefined ? baseline : number(input, 'fault', /^errors=(\d+(?:\.\d+)?)%$/, '') / 100
  const latency = 1 + number(input, 'latency', /^\+(\d+(?:\.\d+)?)%$/, '+0%') / 100
  const seed = number(input, 'seed', /^(\d{1,9})$/, '1')
  const runs = text(input, 'runs') === undefined ? undefined : number(input, 'runs', /^([1-9]\d{0,5})$/, '')
  if (baseline > 1 || errors > 1 || traffic === 0)
    throw new RolloutError('usage', { message: 'rates are 0% to 100%, and there must be traffic' })
  const plan = await readPlan(shell, input)
  const play = async (title: string, release: Pick<ForecastRelease, 'errors' | 'latency'>) => {
    const played = await playAll(shell, input, plan, {
      title,
      release: { traffic, baseline, ...release },
      seed,
      ...(runs !== undefined && { runs }),
    })
    return { title, runs: played, tally: tallyOf(played) }
  }
  const good = await play('A good release', { errors: baseline, latency: 1 })
  const bad = errors === baseline && latency === 1 ? undefined : await play('With the fault', { errors, latency })
  const advice = adviceOf(plan, good.tally, bad?.tally)
  const left = leftOut(plan)
  const all = [good, ...(bad ? [bad] : [])]
  const picture = text(input, 'svg')
  if (picture !== undefined) save(resolve(shell.cwd, picture), drawForecast(plan.name, all, advice))
  if (flag(input, 'json')) {
    const [of, fault] = all.map(({ tally, runs: each }) => ({ ...tally, each }))
    writeJson({ seed, leftOut: left, good: of, ...(fault && { fault }), advice }, shell.out)
    return 'done'
  }
  const without = left.length === 0 ? '' : ` Left out, as no made-up traffic makes them: ${clean(left.join(', '))}.`
  shell.out.write(`Seed ${seed}. Approvals, checklists, drills, windows and freezes are taken as given.${without}\n\n`)
  for (const { title, tally, runs: each } of all) shell.out.write(renderForecast(title, tally, each, shell.out))
  shell.out.write(renderAdvice(advice, shell.out))
  return 'done'
}

interface Game {
  readonly title: string
  readonly release: ForecastRelease
  readonly seed: number
  readonly runs?: number
}

/** As many runs as were asked for; unless told, as many as so many polls allow. */
async function playAll(shell: Shell, input: Input, plan: Plan, { title, release, seed, runs }: Game): Promise<readonly ForecastRun[]> {
  const signal = deadline(shell, input)
  const played: ForecastRun[] = []
  const wanted = runs ?? MOST_RUNS
  let [polls, told] = [0, 0]
  for (const run of forecast(plan, release, seed)) {
    played.push(run)
    polls += run.after / plan.interval
    if (played.length >= wanted || (runs === undefined && polls > POLLS && played.length >= FEWEST)) break
    // Between two runs whoever interrupts is heard.
    await shell.clock.sleep(0, signal)
    if (runs !== undefined && polls - told > POLLS) {
      told = polls
      shell.err.write(`${title}: ${played.length} of ${wanted} runs\n`)
    }
  }
  return played
}

function save(path: string, picture: string): void {
  try {
    writeFileSync(path, picture)
  } catch (thrown) {
    throw new RolloutError('usage', { message: `--svg ${path} cannot be written: ${messageOf(thrown)}` })
  }
}

function number(input: Input, name: string, form: RegExp, standard: string): number {
  const written = text(input, name) ?? standard
  const found = form.exec(written)?.[1]
  if (found === undefined)
    throw new RolloutError('usage', {
      message: `--${name} ${written} cannot be read`,
      hint: 'for example --traffic 100/s --baseline 0.5% --fault errors=2% --latency +50% --seed 1 --runs 1000',
    })
  return Number(found)
}
