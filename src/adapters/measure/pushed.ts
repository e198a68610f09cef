import type { Sample } from './exposition.ts'

/** What a Pushgateway says of each group that was pushed to it, and shows for ever (github.com/prometheus/pushgateway). */
export const PUSHED = 'push_time_seconds'

/**
 * Returns when a sample of a scrape was pushed, in milliseconds; undefined for one that was not. Its group is the one with
 * the most labels in common: each is a label of the sample too, or is empty.
 */
export function pushedAt({ labels }: Sample, scraped: readonly Sample[]): number | undefined {
  const groups = scraped.filter(
    ({ name, labels: group }) =>
      // A group has a job always.
      name === PUSHED && 'job' in group && Object.entries(group).every(([label, value]) => (labels[label] ?? '') === value),
  )
  const [own] = groups.toSorted((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length)
  return own && own.value * 1000
}
