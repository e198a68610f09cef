import type { UsualOfMetric } from '../core/forecast/usual.ts'
import { formatFraction, formatInstant } from '../core/values/units.ts'
import { clean } from './clean.ts'

/** Renders what one metric recorded, in one line; or why nothing is known of it. */
export function renderUsual(of: UsualOfMetric): string {
  const metric = clean(of.metric)
  if (!('usual' in of)) return `${metric} has no history (${clean(of.not)}): the defaults, unless flags say otherwise.\n`
  const { since, perSecond, daily, rate, noise = 0, seconds } = of.usual
  const parts = [
    `${Number(perSecond.toPrecision(3))} requests/s${daily === undefined ? '' : `, ${Number(daily.toPrecision(2))} times as many in the busiest hour of the day as in the quietest`}`,
    ...(rate === undefined
      ? []
      : [`${formatFraction(rate)} fail, which wanders by ${Number((noise * 100).toPrecision(2))}% for no reason`]),
    ...(seconds === undefined ? [] : [`the quantile is ${Number(seconds.toPrecision(3))}s`]),
  ]
  return `${metric} since ${formatInstant(since)}: ${parts.join('; ')}.\n`
}
