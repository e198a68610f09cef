import { describeEnough } from '../core/evidence/policy.ts'
import type { Outlook } from '../core/forecast/outlook.ts'
import { formatMinutes } from '../core/values/format-minutes.ts'
import { formatDuration, formatFraction } from '../core/values/units.ts'

/** Returns `at 100/s, 0.5% bad (error_rate), a good release is known not to be 1.5× as bad after about 8m at 50%`. */
export function outlookText(outlook: Outlook): string {
  const { metric, le, perSecond, rate, share, ratio, takes, given, beyond } = outlook
  const what = le === undefined ? `${formatFraction(rate)} of them failed` : `${formatFraction(rate)} slower than ${le}`
  const traffic = `at ${Number(perSecond.toPrecision(2))} requests/s, ${what} (${metric})`
  const at = formatFraction(share)
  if (takes === undefined) return `${traffic}, ${ratio}× as bad can never be ruled out at ${at}${wayOn(outlook)}`
  const about = `${traffic}, ruling out ${ratio}× as bad at ${at} takes about ${formatMinutes(takes)}`
  if (takes <= given) return beyond === undefined ? about : `${about}, and is waited for beyond its hold of ${formatDuration(beyond)}`
  return `${about}; ${within(outlook)}${wayOn(outlook)}`
}

function within({ pace, given, within: ratio }: Outlook): string {
  const end = pace === 'clock' ? `in the ${formatDuration(given)} of its hold` : `in the ${formatDuration(given)} until it pauses and asks`
  return `${end} ${ratio === undefined ? 'nothing can be' : `${ratio.toFixed(1)}× can be`}`
}

function wayOn({ metric, negligible }: Outlook): string {
  return negligible === undefined ? '' : `; ${describeEnough(metric, negligible)}`
}
