import { sum } from './bin.ts'
import { beyondLast, quantile, trim } from './counters.ts'
import type { Counted } from './counting.ts'
import type { Metric } from '../plan/metric.ts'
import { absent, type Missing } from '../values/reading.ts'
import { holds, relaxed, type Rule } from '../values/rule.ts'
import { weighSingle, type Single, type Standard } from './single.ts'
import { withStandard, type Track } from './track.ts'
import { formatDuration, type Duration } from '../values/units.ts'

/** When a reading is judged. */
export interface Moment {
  /** Watched time since the last poll; undefined when there was a gap. */
  readonly elapsed: Duration | undefined
  /** For how long the step has been watched. */
  readonly watched: Duration
}

/**
 * Judges one metric: the track so far and what a new reading counted give the new track.
 * After a gap streaks begin again. What looks back to before the step says nothing of it yet, but where it turns critical
 * while the step is watched. With a `standard` a reading above the `critical` threshold is a warning, and critical once it
 * is no chance and has lasted `for:` as long as the plan says.
 */
export function judge(metric: Metric, before: Track | undefined, fresh: Counted, { elapsed, watched }: Moment, standard?: Standard): Track {
  const track = withStandard(before ?? FRESH, standard)
  // Nobody waits in vain for a step that settles.
  if (fresh.is === 'missing' && fresh.reason === 'settling') return unknown(track, undefined, fresh)
  if (fresh.is === 'missing') return unknown(track, elapsed, fresh)
  if (fresh.is === 'value') {
    if (!Number.isFinite(fresh.value)) return unknown(track, elapsed, absent('not-finite', `the value is ${fresh.value}`))
    if (fresh.samples !== undefined && !(fresh.samples >= metric.minSamples))
      return unknown(track, elapsed, absent('few-samples', `${fresh.samples} of ${metric.minSamples} samples`), { samples: fresh.samples })
    const isCritical = metric.critical !== undefined && holds(metric.critical.when, fresh.value)
    const wasCalm = track.wasCalm === true || !isCritical
    if (watched < (metric.looksBack ?? 0) && !(isCritical && wasCalm)) return young(metric, track, watched, wasCalm)
    const { note: _, ...rest } = { ...track, ...(wasCalm && { wasCalm }) }
    return weigh(metric, { ...rest, value: fresh.value, ...(fresh.note !== undefined && { note: fresh.note }) }, track, elapsed, standard)
  }
  return count(metric, track, fresh, elapsed, standard)
}

const FRESH: Track = { verdict: 'unknown', met: false, bins: [] }

/** Returns the track as it begins a new step: samples and streaks start over. */
export function restart(single?: Single): Track {
  const missing = { reason: 'first-poll', detail: 'nothing measured at this step yet' } as const
  return { verdict: 'unknown', met: false, missing, bins: [], ...(single && { single }) }
}

function unknown(
  track: Track,
  elapsed: Duration | undefined,
  { reason, detail }: { reason: Missing; detail: string },
  kept: Partial<Track> = {},
): Track {
  const { bins, samples, unknownFor, single, wasCalm } = { ...track, ...kept }
  return {
    verdict: 'unknown',
    met: false,
    missing: { reason, detail },
    unknownFor: streak(unknownFor, elapsed),
    bins,
    ...(samples !== undefined && { samples }),
    ...(single && { single }),
    ...(wasCalm && { wasCalm }),
    ...(wasWarned(track) && { warned: true }),
  }
}

function young({ looksBack = 0 }: Metric, track: Track, watched: Duration, wasCalm: boolean): Track {
  const detail = `it looks back ${formatDuration(looksBack)}, and the step has been watched for ${formatDuration(watched)}`
  return { ...unknown(track, undefined, absent('looks-back', detail)), ...(wasCalm && { wasCalm }) }
}

function wasWarned({ verdict, warned }: Track): boolean {
  return verdict === 'warning' || verdict === 'critical' || warned === true
}

/** A streak grows by watched time; a gap begins it again. */
function streak(before: Duration | undefined, elapsed: Duration | undefined): Duration {
  return before === undefined || elapsed === undefined ? 0 : before + elapsed
}

function count(
  metric: Metric,
  track: Track,
  reading: Extract<Counted, { is: 'ratio' | 'quantile' }>,
  elapsed: Duration | undefined,
  standard: Standard | undefined,
): Track {
  const whole = reading.is === 'ratio' ? 'total' : '+Inf'
  const counts = reading.gained.all
  if (!counts) return unknown(track, elapsed, absent('empty', 'the total has no series, or none of the group with the toggle on'))

  const bins = trim([...track.bins, { for: elapsed ?? 0, counts }], metric, whole)
  const samples = (track.samples ?? 0) + (counts[whole] ?? 0)
  const sums = sum(bins)
  const total = Math.round(sums[whole] ?? 0)
  const single = standard && weighSingle(standard, track.single, { total: counts['total'] ?? 0, bad: counts['bad'] ?? 0 })
  const since = { bins, samples, ...(single && { single }) }
  const moved = (counts[whole] ?? 0) > 0

  if (total < metric.minSamples || total === 0) {
    const still = moved ? { ...since, unknownFor: 0 } : since
    const reason =
      total === 0 ? absent('no-traffic', 'the total does not move') : absent('few-samples', `${total} of ${metric.minSamples} samples`)
    const next = unknown(track, elapsed, reason, still)
    return moved ? { ...next, unknownFor: 0 } : next
  }
  if (reading.is === 'quantile') {
    const value = quantile(sums, reading.quantile)
    if (!Number.isFinite(value)) return unknown(track, elapsed, absent('not-finite', `the quantile is ${value}`), since)
    // In the last bucket a quantile is only known to be at least this: enough to convict, never to acquit.
    const isBad = [metric.critical, metric.warning].some((rule) => rule && holds(rule.when, value))
    if (!isBad && beyondLast(sums, reading.quantile))
      return unknown(track, elapsed, absent('impossible', `the quantile is beyond the last bucket, ${value}`), since)
    return weigh(metric, { ...track, ...since, value, total }, track, elapsed, standard)
  }
  const bad = Math.round(sums['bad'] ?? 0)
  if (bad > total) return unknown(track, elapsed, absent('impossible', `${bad} bad of ${total} in total`), since)
  return weigh(metric, { ...track, ...since, value: bad / total, bad, total }, track, elapsed, standard)
}

/** Compares the value with the rules. */
function weigh(metric: Metric, measured: Track, before: Track, elapsed: Duration | undefined, standard: Standard | undefined): Track {
  const value = measured.value ?? Number.NaN
  const { criticalFor: _c, warningFor: _w, unknownFor: _u, unmetFor: _n, missing: _m, warned: _h, ...rest } = measured
  const criticalFor = timed(metric.critical?.when, value, before.criticalFor, elapsed)
  // Once warned, a value must leave the warning by a margin (or satisfy success) to be forgiven.
  const warned = wasWarned(before)
  const rule = metric.warning && (warned && !metric.success ? relaxed(metric.warning.when) : metric.warning.when)
  const sticky = warned && metric.success !== undefined && metric.warning !== undefined && !holds(metric.success, value)
  const { single } = measured
  const isSure = single?.is === 'above'
  const warningFor = sticky || isSure ? streak(before.warningFor, elapsed) : timed(rule, value, before.warningFor, elapsed)

  const needed = metric.critical?.for ?? 0
  const isLasting = criticalFor !== undefined && criticalFor >= needed
  // What is known for certain need not show in every reading, unless the plan wants it to last.
  const isCritical = single ? isSure && (isLasting || needed === 0) : isLasting
  const isWarning =
    criticalFor !== undefined || isSure || (warningFor !== undefined && (warned || warningFor >= (metric.warning?.for ?? 0)))
  const verdict = isCritical ? 'critical' : isWarning ? 'warning' : 'healthy'
  const isUnmet = verdict === 'healthy' && metric.success !== undefined && !holds(metric.success, value)
  return {
    ...rest,
    verdict,
    met:
      verdict === 'healthy' &&
      warningFor === undefined &&
      (metric.success === undefined || holds(metric.success, value)) &&
      (!single || !standard?.isAwaited || single.is === 'below'),
    ...(criticalFor !== undefined && { criticalFor }),
    ...(warningFor !== undefined && { warningFor }),
    ...(isUnmet && { unmetFor: streak(before.unmetFor, elapsed) }),
  }
}

function timed(rule: Rule | undefined, value: number, before: Duration | undefined, elapsed: Duration | undefined): Duration | undefined {
  return rule && holds(rule, value) ? streak(before, elapsed) : undefined
}
