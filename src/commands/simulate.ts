import { RolloutError, type Outcome } from '../core/errors.ts'
import { affordable, forecast } from '../core/forecast.ts'
import type { Shell } from '../shell.ts'
import { renderForecast } from '../views/forecast.ts'
import { writeJson } from '../views/json.ts'
import { flag, text, type Input } from './input.ts'
import { readPlan } from './project.ts'

/** Plays the plan against made-up traffic. Reads no metric and writes nothing. */
export async function simulated(shell: Shell, input: Input): Promise<Outcome> {
  const traffic = number(input, 'traffic', /^(\d+(?:\.\d+)?)\/s$/, '100/s')
  const baseline = number(input, 'baseline', /^(\d+(?:\.\d+)?)%$/, '0.5%') / 100
  const errors = text(input, 'fault') === undefined ? baseline : number(input, 'fault', /^errors=(\d+(?:\.\d+)?)%$/, '') / 100
  const latency = 1 + number(input, 'latency', /^\+(\d+(?:\.\d+)?)%$/, '+0%') / 100
  const [seed, asked] = [number(input, 'seed', /^(\d{1,9})$/, '1'), number(input, 'runs', /^([1-9]\d{0,5})$/, '1000')]
  if (baseline > 1 || errors > 1 || traffic === 0)
    throw new RolloutError('usage', { message: 'rates are 0% to 100%, and there must be traffic' })
  const plan = await readPlan(shell, input)
  const isGood = errors === baseline && latency === 1
  // Both worlds share what can be afforded.
  const runs = affordable(plan, asked)
  const good = forecast(plan, { traffic, baseline, errors: baseline, latency: 1 }, seed, runs)
  const bad = isGood ? [] : forecast(plan, { traffic, baseline, errors, latency }, seed, runs)
  if (flag(input, 'json')) writeJson({ seed, asked, runs, good, ...(!isGood && { fault: bad }) }, shell.out)
  else {
    const fewer = runs < asked ? ` of ${asked}: the plan is long` : ''
    shell.out.write(`${runs} runs${fewer}, seed ${seed}. Approvals, checklists, drills, windows and freezes are taken as given.\n\n`)
    shell.out.write(renderForecast('A good release', good, shell.out))
    if (!isGood) shell.out.write(renderForecast('With the fault', bad, shell.out))
  }
  return 'done'
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
