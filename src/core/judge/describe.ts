import { comparedBy, type Metric } from '../plan/metric.ts'
import { formatRule, formatValue, holds, type Unit } from '../values/rule.ts'
import { describeSingle, describeSure } from './describe-single.ts'
import type { Track } from './track.ts'
import { formatDuration, type Duration } from '../values/units.ts'

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
  const value = formatValue(track.value ?? Number.NaN, unitOf(metric))
  const counts =
    track.total === undefined ? '' : track.bad === undefined ? ` (${track.total} samples)` : ` (${track.bad} of ${track.total})`
  const { single } = track
  if (!single || !metric.critical || single.is === 'below') return compared(metric, track, value, counts)
  const { when, for: needed } = metric.critical
  const said = describeSingle(single, when.threshold)
  const isOver = holds(when, track.value ?? Number.NaN)
  if (single.is === 'above' && isOver) return `${value} ${formatRule(when)}${lasting(needed)}${counts}, ${describeSure(single)}`
  if (single.is === 'above') return `${value}${counts}, ${said}`
  if (track.verdict === 'warning' && isOver) return `${value} ${formatRule(when)}${counts}, ${said}`
  return isAwaited(metric, track) ? `${compared(metric, track, value, counts)}, ${said}` : compared(metric, track, value, counts)
}

/** Nothing else keeps the metric from being met. */
function isAwaited({ success }: Metric, { verdict, met, value = Number.NaN }: Track): boolean {
  return verdict === 'healthy' && !met && (!success || holds(success, value))
}

/** The value beside the rule that made the verdict. */
function compared(metric: Metric, track: Track, value: string, counts: string): string {
  if (track.verdict === 'critical' && metric.critical) {
    return `${value} ${formatRule(metric.critical.when)}${lasting(metric.critical.for)}${counts}`
  }
  if (track.verdict === 'warning' && metric.warning && holds(metric.warning.when, track.value ?? Number.NaN)) {
    return `${value} ${formatRule(metric.warning.when)}${lasting(metric.warning.for)}${counts}`
  }
  if (track.criticalFor !== undefined && metric.critical) {
    return `${value} ${formatRule(metric.critical.when)}, for ${formatDuration(track.criticalFor)} of ${formatDuration(metric.critical.for)}${counts}`
  }
  if (metric.success)
    return holds(metric.success, track.value ?? Number.NaN)
      ? `${value} ${formatRule(metric.success)}${counts}`
      : `${value}, needs ${formatRule(metric.success)}${counts}`
  return `${value}${counts}`
}

/** Returns the unit a metric's numbers are written in: that of its rules. */
export function unitOf(metric: Metric): Unit {
  return (metric.critical?.when ?? metric.warning?.when ?? metric.success)?.unit ?? (comparedBy(metric) === 'failures' ? '%' : '')
}

function lasting(duration: Duration): string {
  return duration > 0 ? ` for ${formatDuration(duration)}` : ''
}
