import { Unreadable, type Series } from '../../core/values/reading.ts'

/** Upper bound (`le`) → the series up to it. */
type Buckets = { readonly [le: string]: Series }

interface Bucket {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Returns the buckets among these samples of the histogram `of`; `seriesOf` names a sample without its bound. Throws
 * `Unreadable`: `malformed` for a bound that is no number, and for one series with the same bound twice.
 */
export function bucketsOf<Sample extends Bucket>(found: readonly Sample[], of: string, seriesOf: (sample: Sample) => string): Buckets {
  const buckets: Record<string, Record<string, number>> = {}
  for (const sample of found) {
    const { le } = sample.labels
    if (le === undefined) continue
    // Bounds are written in several ways (`1`, `1.0`); the judge needs one.
    const bound = le === '+Inf' ? le : String(Number(le))
    if (le.trim() === '' || bound === 'NaN') throw new Unreadable('malformed', `${of} has a bucket up to ${le}`)
    const bucket = (buckets[bound] ??= {})
    const id = seriesOf(sample)
    // While a library or Prometheus learns to write 1 as 1.0 there may be both, of the same requests.
    if (Object.hasOwn(bucket, id)) throw new Unreadable('malformed', `${of} has the same bucket up to ${bound} twice`)
    bucket[id] = sample.value
  }
  return buckets
}

/** Returns the buckets of a whole histogram. Throws `Unreadable` where there are none, or not the one of all. */
export function wholeOf(buckets: Buckets, of: string): Buckets {
  if (Object.keys(buckets).length === 0) throw new Unreadable('empty', `${of} matches no buckets`)
  if (!buckets['+Inf']) throw new Unreadable('malformed', `${of} has no +Inf bucket`)
  return buckets
}
