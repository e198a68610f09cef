import type { OtherCause } from '../core/report/other-causes.ts'
import { formatDuration, formatFraction } from '../core/values/units.ts'

/** Returns what the counts of a metric look like beside the release, and what to do about it. */
export function otherCauseText(cause: OtherCause): string {
  switch (cause.is) {
    case 'cold start':
      return `Looks like a cold start: with the toggle on ${formatFraction(cause.first)} are bad in the first ${formatDuration(cause.lasts)} of a step, then ${formatFraction(cause.rest)}; settle: ${formatDuration(cause.lasts)} under the phase leaves that out.`
    case 'one client':
      return `Looks like one client that makes most of them: ${formatFraction(cause.before)} of all were bad before this step too, now ${formatFraction(cause.on)} with the toggle and ${formatFraction(cause.off)} without. Look at them by client, and leave that one out of the metric or of the toggle (deny:).`
    case 'time zones':
      return `Looks like groups that live by other hours: those with the toggle make ${formatFraction(cause.least)} to ${formatFraction(cause.most)} of the requests, over ${formatDuration(cause.over)}. Split users by what has nothing to do with where they are, or hold every step for a whole day (pace: clock, hold: 1d).`
  }
}
