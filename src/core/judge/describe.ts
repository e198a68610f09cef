import { comparedBy, thresholdsOf, type Metric, type TimedRule } from '../plan/metric.ts'
import { formatBeside, formatRule, holds, type Unit } from '../values/rule.ts'
import { describeSingle, describeSure } from './describe-single.ts'
import type { Track } from './track.ts'
import { formatDuration } from '../values/units.ts'

/**
 * Describes what a metric shows beside its rule: `7.8% > 5% for 1m: 94 of 1204`, `missing: stale, last sample 5m old`,
 * `2 > 0: HighErrorRate ×2`.
 */
export function describe(metric: Metric, track: Track): string {
  const said = judged(metric, track)
  return track.verdict === 'unknown' || track.note === undefined ? said : `${said}: ${track.note}`
}

function judged(metric: Metric, track: Track): string {
  if (track.verdict === 'unknown') return track.missing ? `${track.missing.reason}: ${track.missing.detail}` : 'not measured yet'
  const value = formatBeside(track.value ?? Number.NaN, unitOf(metric), thresholdsOf(metric))
  const counts =
    track.total === undefined ? '' : track.bad === undefined ? ` (${track.total} samples)` : ` (${track.bad} of ${track.total})`
  const plain = compared(metric, track, value, counts)
  const { single } = track
  if (!single || !metric.critical || single.is === 'below') return plain
  const { when } = metric.critical
  const said = describeSingle(single, when.threshold)
  const isOver = holds(when, track.value ?? Number.NaN)
  if (single.is === 'above')
    return isOver ? `${beyond(metric.critical, value, counts)}, ${describeSure(single)}` : `${value}${counts} in all, but lately ${said}`
  if (track.verdict === 'warning' && isOver) return `${value} ${formatRule(when)}${counts}, ${said}`
  return isAwaited(metric, track) ? `${plain}, ${said}` : plain
}

/** Nothing else keeps the metric from being met. */
function isAwaited({ success }: Metric, { verdict, met, value = Number.NaN }: Track): boolean {
  return verdict === 'healthy' && !met && (!success || holds(success, value))
}

/** The value beside the rule that made the verdict. */
function compared({ critical, warning, success }: Metric, track: Track, value: string, counts: string): string {
  const { verdict, criticalFor, value: measured = Number.NaN } = track
  if (verdict === 'critical' && critical) return beyond(critical, value, counts)
  if (verdict === 'warning' && warning && holds(warning.when, measured)) return beyond(warning, value, counts)
  if (criticalFor !== undefined && critical) {
    const waits = critical.for > 0 ? `, for ${formatDuration(criticalFor)} of ${formatDuration(critical.for)}` : ''
    return `${value} ${formatRule(critical.when)}${waits}${counts}`
  }
  if (!success) return `${value}${counts}`
  return `${value}${holds(success, measured) ? '' : ', needs'} ${formatRule(success)}${counts}`
}

/** Returns the unit a metric's numbers are written in: that of its rules. */
export function unitOf(metric: Metric): Unit {
  return thresholdsOf(metric)[0]?.unit ?? (comparedBy(metric) === 'failures' ? '%' : '')
}

function beyond({ when, for: lasting }: TimedRule, value: string, counts: string): string {
  return `${value} ${formatRule(when)}${lasting > 0 ? ` for ${formatDuration(lasting)}` : ''}${counts}`
}
