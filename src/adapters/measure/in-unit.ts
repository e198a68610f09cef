import { thresholdsOf, type Metric } from '../../core/plan/metric.ts'
import { Unreadable, type Groups, type Measured, type Series } from '../../core/values/reading.ts'
import { formatRule, type Rule } from '../../core/values/rule.ts'
import { fractionOf } from '../../core/values/units.ts'

type Buckets = { readonly [le: string]: Series }

/**
 * Returns a reading whose number is what its rules are about: rules in percent are about a share, 0–1, and those in time
 * about seconds. Throws `Unreadable` for a number or a histogram that can only be of another unit, or of none: a percentage
 * read as a share is a false alarm, or hides one.
 */
export function inUnit(measured: Measured, metric: Pick<Metric, 'unit' | 'success' | 'warning' | 'critical'>): Measured {
  const { unit } = metric
  const rules = thresholdsOf(metric)
  const isAbout = (kind: Rule['unit']): boolean => rules.length > 0 && rules.every((rule) => rule.unit === kind)
  // What only the readings tell, as of a command, could not be held against the rules before.
  if (measured.is === 'ratio') {
    const [stray] = rules.filter((rule) => rule.unit !== '%')
    if (stray) throw new Unreadable('malformed', `counts are read, and "${formatRule(stray)}" is no share of them: critical: "> 5%"`)
    return measured
  }
  if (measured.is === 'quantile') {
    checkBounds(measured.buckets, rules, unit)
    return unit === 'ms' ? inSeconds(measured) : measured
  }
  const value = unit === 'percent' ? fractionOf(measured.value) : unit === 'ms' ? measured.value / 1000 : measured.value
  // Some shares may be above one, a load for example: then their rules say so.
  if (isAbout('%') && value > 1 && rules.every((rule) => rule.threshold <= 1))
    throw new Unreadable(
      'impossible',
      unit === 'percent'
        ? `${measured.value} percent is more than all`
        : `${measured.value} is no share of 1: unit: percent reads it as a percentage`,
    )
  // A common word for "nothing was measured" is -1.
  if (value < 0 && (isAbout('%') || isAbout('s')) && rules.every((rule) => rule.threshold >= 0))
    throw new Unreadable('impossible', `${measured.value} is no ${isAbout('s') ? 'time' : 'share'}: a difference has rules without a unit`)
  return { ...measured, value }
}

/** A histogram that no rule falls into is one of the other unit where a rule falls into it then. */
function checkBounds(buckets: Buckets, rules: readonly Rule[], unit: Metric['unit']): void {
  const bounds = Object.keys(buckets).flatMap((le) => (le !== '+Inf' && Number(le) > 0 ? [Number(le)] : []))
  const [least, most] = [Math.min(...bounds), Math.max(...bounds)]
  const times = rules.flatMap((rule) => (rule.unit === 's' ? rule.threshold : []))
  const isWithin = (perSecond: number): boolean => times.some((time) => time * perSecond >= least && time * perSecond <= most)
  const [read, other] = unit === 'ms' ? ([1000, 1] as const) : ([1, 1000] as const)
  if (isWithin(read) || !isWithin(other)) return
  const way = unit === 'ms' ? 'ms: without unit: ms they are seconds' : 's: unit: ms reads them as milliseconds'
  throw new Unreadable('impossible', `no rule falls into buckets from ${least} to ${most} ${way}`)
}

function inSeconds(measured: Measured & { readonly is: 'quantile' }): Measured {
  const { buckets, groups } = measured
  const both = (of: Groups<Buckets>): Groups<Buckets> => ({ on: scaled(of.on), off: scaled(of.off) })
  return { ...measured, buckets: scaled(buckets), ...(groups && { groups: both(groups) }) }
}

function scaled(buckets: Buckets): Buckets {
  return Object.fromEntries(Object.entries(buckets).map(([le, series]) => [le === '+Inf' ? le : String(Number(le) / 1000), series]))
}
