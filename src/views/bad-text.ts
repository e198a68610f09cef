import type { BadForecast } from '../core/forecast/bad-release.ts'
import { formatMinutes } from '../core/values/format-minutes.ts'
import { formatFraction } from '../core/values/units.ts'

/** Returns `in 40 made-up rollouts at this traffic a release of which 1% fails (…) is rolled back …`. */
export function badText(bad: BadForecast): string {
  const { as, metric, le, rate, times, runs, exposed, failed } = bad
  const what = le === undefined ? `of which ${formatFraction(rate)} fails` : `of which ${formatFraction(rate)} is slower than ${le}`
  const why = as === 'least' ? 'the least that must not reach everybody' : 'what its rules call critical'
  const harm = `${Math.round(exposed)} requests have it until then, ${Math.round(failed)} of them ${le === undefined ? 'fail' : 'are slow'}`
  return `in ${runs} made-up rollouts at this traffic a release ${what} (${metric}, ${Number(times.toPrecision(2))}× as bad, ${why}) is rolled back by evidence alone ${stopped(bad)}; ${harm}; a threshold may be sooner`
}

function stopped({ runs, rolledBack, asked, median, within90 }: BadForecast): string {
  const through = runs - rolledBack - asked
  const half = median === undefined ? [`in ${rolledBack} of them`] : [`within ${formatMinutes(median)} of its first user in half of them`]
  const most = median !== undefined && within90 !== undefined ? [`within ${formatMinutes(within90)} in nine of ten`] : []
  const asks = asked > 0 ? [`${asked} pause first and ask`] : []
  const all = through > 0 ? [`in ${through} it reaches everybody`] : []
  return [...half, ...most, ...asks, ...all].join(', ')
}
