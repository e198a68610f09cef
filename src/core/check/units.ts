import { thresholdsOf, type Metric } from '../plan/metric.ts'
import { formatRule } from '../values/rule.ts'
import { error, type Finding } from './finding.ts'

/** Returns where the rules of a metric are not in the unit of what it measures, or not all in one. */
export function checkUnits(name: string, metric: Metric): readonly Finding[] {
  const { measures, unit } = metric
  const path = ['metrics', name]
  const rules = thresholdsOf(metric)
  const units = new Set(rules.map((rule) => rule.unit))
  // A ratio against a bare number: is 5 five percent or five hundred?
  if (measures.what === 'failures' && !units.has('%') && units.size > 0)
    return [error(path, `the rules of ${name} are not in percent, but it is a ratio`, 'critical: "> 5%"')]
  if (measures.what === 'latency' && units.has('%'))
    return [error(path, `the rules of ${name} are in percent, but it is a time`, 'critical: "> 2s"')]
  if (units.size > 1) return [error(path, `the rules of ${name} are in different units`, rules.map(formatRule).join(', '))]
  if (unit === undefined) return []
  const at = [...path, 'unit']
  if (measures.what === 'failures' || (measures.what === 'latency' && unit !== 'ms'))
    return [error(at, `${name} counts, and a count has no unit`, 'without it')]
  if (unit === 'ms' && units.size > 0 && !units.has('s'))
    return [error(at, `the rules of ${name} are not in time, and its unit is`, 'critical: "> 2s", or no unit')]
  if (unit !== 'ms' && units.size > 0 && !units.has('%'))
    return [error(at, `the rules of ${name} are not in percent, and its unit is`, 'critical: "> 5%", or no unit')]
  return []
}
