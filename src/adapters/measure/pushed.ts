import type { Sample } from './exposition.ts'

/** What a Pushgateway says of each group that was pushed to it, and shows for ever (github.com/prometheus/pushgateway). */
export const PUSHED = 'push_time_seconds'

/**
 * Returns what tells when a sample of a scrape was pushed, in milliseconds; undefined for one that was not. Its group is the
 * one with the most labels in common: each is a label of the sample too, or is empty.
 */
export function pushTimesIn(scraped: readonly Sample[]): (sample: Sample) => number | undefined {
  // A group has a job always.
  const groups = scraped.filter(({ name, labels }) => name === PUSHED && 'job' in labels)
  return ({ labels }) => {
    const shared = groups.filter((group) => Object.entries(group.labels).every(([label, value]) => (labels[label] ?? '') === value))
    const [own] = shared.toSorted((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length)
    return own && own.value * 1000
  }
}
