/** Milliseconds since the epoch, UTC. */
export type Instant = number
/** Milliseconds. */
export type Duration = number
/** 0–100, at most five decimals. */
export type Exposure = number

const UNITS: Readonly<Record<string, Duration>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

/**
 * Reads `30m`, `1h30m`, `500ms`, `2d` (units ms s m h d w, largest first is not required).
 * Returns undefined when it is not a duration; a bare number is not one.
 */
export function parseDuration(text: string): Duration | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/gy)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined
  const sum = parts.reduce((all, [, amount, unit]) => all + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0)
  return Number.isFinite(sum) ? sum : undefined
}

/** Formats a duration, `90s` → `1m30s`: at most two units, so that it stays readable, `1d1h`, `12m`, `300ms`. */
export function formatDuration(duration: Duration): string {
  if (duration < 1e3) return duration === 0 ? '0s' : `${Math.round(duration)}ms`
  if (duration < 1e4 && duration % 1e3 !== 0) return `${(duration / 1e3).toFixed(1)}s`
  const parts: string[] = []
  let rest = Math.round(duration / 1e3) * 1e3
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] ?? 1
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count}${unit}`)
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.join('')
}

/** Reads `0.1%` or `100 %`: 0–100, at most five decimals. Undefined otherwise; a bare number is not one. */
export function parseExposure(text: string): Exposure | undefined {
  const found = /^(\d{1,3}(?:\.\d{1,5})?) ?%$/.exec(text)
  const exposure = Number(found?.[1] ?? Number.NaN)
  return exposure >= 0 && exposure <= 100 ? exposure : undefined
}

/** Formats an exposure: `0.1%`, `25%`. */
export function formatExposure(exposure: Exposure): string {
  return `${Math.round(exposure * 1e5) / 1e5}%`
}

/** Returns the fraction that a percentage is, 0.7 → 0.007: 7 of 1000 are that, and a little more than 0.7 divided by 100. */
export function fractionOf(percent: number): number {
  const [digits, exponent = '0'] = String(percent).split('e')
  return Number(`${digits}e${Number(exponent) - 2}`)
}

/** Formats a fraction for people, with three significant digits, `0.288` → `28.8%`; what is not quite all is not 100%: `99.96%`. */
export function formatFraction(fraction: number): string {
  const percent = fraction * 100
  // Close to all it is told by what is missing.
  const part = percent > 99.5 && percent < 100 ? (100 - percent) * 10 : Math.abs(percent)
  const decimals = Math.max(0, Math.min(5, 2 - Math.floor(Math.log10(part))))
  return `${Number(percent.toFixed(decimals))}%`
}

/** Formats an instant, `2026-11-24 13:30:05Z`: UTC, because a rollout is watched from several zones. */
export function formatInstant(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')}Z`
}
