import type { Outlook } from '../core/forecast/outlook.ts'
import { formatDuration, formatFraction } from '../core/values/units.ts'

/** Returns `at 100/s, 0.5% bad (error_rate), a good release is known not to be 1.5× as bad after about 8m at 50%`. */
export function outlookText({ metric, le, perSecond, rate, share, ratio, takes, given, pace, beyond, within }: Outlook): string {
  const what = le === undefined ? `${formatFraction(rate)} of them failed` : `${formatFraction(rate)} slower than ${le}`
  const traffic = `at ${Number(perSecond.toPrecision(2))} requests/s, ${what} (${metric})`
  const at = formatFraction(share)
  if (takes === undefined) return `${traffic}, ${ratio}× as bad can never be ruled out at ${at}`
  const about = `${traffic}, ruling out ${ratio}× as bad at ${at} takes about ${minutes(takes)}`
  if (takes <= given) return beyond === undefined ? about : `${about}, and is waited for beyond its hold of ${formatDuration(beyond)}`
  const end = pace === 'clock' ? `in the ${formatDuration(given)} of its hold` : `in the ${formatDuration(given)} until it pauses and asks`
  return `${about}; ${end} ${within === undefined ? 'nothing can be' : `${within.toFixed(1)}× can be`}`
}

/** More than minutes is not known. */
function minutes(duration: number): string {
  return formatDuration(Math.max(1, Math.ceil(duration / 60_000)) * 60_000)
}
