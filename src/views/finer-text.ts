import type { FinerSteps } from '../core/forecast/ladder.ts'
import { formatMinutes } from '../core/values/format-minutes.ts'

/** Returns `with steps of 10, 25, 50, 100% a good release takes 12m, not 31m; a release 4× as bad fails …`. */
export function finerText({ steps, takes, now, times, failed }: FinerSteps): string {
  const harm = `a release ${Number(times.toPrecision(2))}× as bad fails about ${Math.round(failed.finer)} requests before it is stopped, not ${Math.round(failed.now)}`
  const time = now === undefined ? 'where most pause first and ask now' : `not ${formatMinutes(now)}`
  return `with steps of ${steps.join(', ')}% a good release takes ${formatMinutes(takes)}, ${time}; ${harm}`
}
