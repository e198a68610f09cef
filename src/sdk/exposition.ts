import type { Family, FamilyPoint } from './families.ts'

/** The `content-type` of a page of metrics. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** One line of a page. */
export interface ExpositionSample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Renders the text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), with the start of the process, by
 * which a restart is known.
 */
export function renderFamilies(families: readonly Family[]): string {
  const began = [
    '# HELP process_start_time_seconds When the process began',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${performance.timeOrigin / 1000}`,
  ]
  const lines = families.flatMap((family) => [
    `# HELP ${family.name} ${family.help}`,
    `# TYPE ${family.name} ${family.type}`,
    ...samplesOf(family).map(({ metricName, labels, value }) => `${metricName}{${labelsText(labels)}} ${value}`),
  ])
  return `${[...began, ...lines].join('\n')}\n`
}

/** Returns the samples of a metric: of a histogram its buckets, cumulative, its sum and its count. */
export function samplesOf({ name, points }: Family): readonly ExpositionSample[] {
  return points.flatMap(({ labels, value, bounds, counts }) =>
    bounds && counts ? histogramSamples(name, { labels, value, bounds, counts }) : [{ metricName: name, labels: { ...labels }, value }],
  )
}

function histogramSamples(name: string, { labels, value, bounds, counts }: Required<FamilyPoint>): readonly ExpositionSample[] {
  let all = 0
  const buckets = counts.map((count, nth) => {
    all += count
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bounds[nth] ?? '+Inf') }, value: all }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { ...labels }, value },
    { metricName: `${name}_count`, labels: { ...labels }, value: all },
  ]
}

function labelsText(labels: ExpositionSample['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`)
    .join(',')
}
