import { thresholdsOf } from '../../core/check/units.ts'
import type { Metric } from '../../core/plan/metric.ts'
import { Unreadable, type Measured } from '../../core/values/reading.ts'

/**
 * Returns a reading whose number is what its rules are about: rules in percent are about a share, 0–1. Throws `impossible`
 * for a number that can only be of the other unit, or of none: a percentage read as a share is a false alarm, or hides one.
 */
export function inUnit(measured: Measured, metric: Pick<Metric, 'unit' | 'success' | 'warning' | 'critical'>): Measured {
  if (measured.is !== 'value') return measured
  const { unit } = metric
  const rules = thresholdsOf(metric)
  const value = unit === 'percent' ? measured.value / 100 : measured.value
  // Some shares may be above one, a load for example: then their rules say so.
  const isShare = rules.length > 0 && rules.every((rule) => rule.unit === '%' && rule.threshold <= 1)
  if (isShare && value > 1)
    throw new Unreadable(
      'impossible',
      unit === 'percent'
        ? `${measured.value} percent is more than all`
        : `${measured.value} is no share of 1: unit: percent reads it as a percentage`,
    )
  return { ...measured, value }
}
