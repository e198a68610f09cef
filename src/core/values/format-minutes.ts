import { formatDuration, type Duration } from './units.ts'

/** Formats a duration that is reckoned from traffic, in whole minutes: less than that is not known. */
export function formatMinutes(duration: Duration): string {
  return formatDuration(Math.max(1, Math.ceil(duration / 60_000)) * 60_000)
}
