interface Served {
  readonly status: number
  readonly toggle: 'on' | 'off'
  readonly seconds: number
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2, 3, 5]

/** Counts requests as an application with a library of its own does, and renders them in the Prometheus text format. */
export function openHttpMeter() {
  const requests = new Map<string, number>()
  const buckets = new Map<string, { readonly counts: number[]; sum: number }>()
  return {
    count: ({ status, toggle, seconds }: Served): void => {
      const key = `status="${status}",toggle="${toggle}"`
      requests.set(key, (requests.get(key) ?? 0) + 1)
      const bucket = buckets.get(toggle) ?? { counts: BOUNDS.map(() => 0).concat(0), sum: 0 }
      const nth = BOUNDS.findIndex((bound) => seconds <= bound)
      const at = nth === -1 ? BOUNDS.length : nth
      bucket.counts[at] = (bucket.counts[at] ?? 0) + 1
      bucket.sum += seconds
      buckets.set(toggle, bucket)
    },
    render: (): string => {
      const lines = [
        '# TYPE http_requests_total counter',
        ...[...requests].map(([key, value]) => `http_requests_total{${key}} ${value}`),
        '# TYPE http_request_duration_seconds histogram',
      ]
      for (const [toggle, { counts, sum }] of buckets) {
        let all = 0
        for (const [nth, count] of counts.entries()) {
          all += count
          lines.push(`http_request_duration_seconds_bucket{toggle="${toggle}",le="${BOUNDS[nth] ?? '+Inf'}"} ${all}`)
        }
        lines.push(
          `http_request_duration_seconds_sum{toggle="${toggle}"} ${sum}`,
          `http_request_duration_seconds_count{toggle="${toggle}"} ${all}`,
        )
      }
      return `${lines.join('\n')}\n`
    },
  }
}
