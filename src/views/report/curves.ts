import { unitOf } from '../../core/judge/describe.ts'
import type { Metric } from '../../core/plan/metric.ts'
import type { Report } from '../../core/report/report.ts'
import { formatRule, formatValue } from '../../core/values/rule.ts'
import { formatDuration, formatExposure } from '../../core/values/units.ts'
import { paragraph, type Block } from '../document/block.ts'
import type { Limit, ChartMark } from '../document/chart.ts'

/** Returns how much of each toggle was on. A toggle that never moved says nothing. */
export function exposureChart(report: Report): Block {
  const { exposures, from, to } = report
  const moved = Object.entries(exposures).filter(([, points]) => points.length > 1)
  if (moved.length === 0) return paragraph('Nothing moved.')
  const lines = moved.map(([name, points]) => ({ name, stepped: true, points: points.map(({ at, value }) => ({ at: at - from, value })) }))
  const title = `Exposure of each toggle over ${formatDuration(to - from)}`
  return {
    is: 'chart',
    chart: {
      is: 'curves',
      axis: 'time',
      title,
      lines,
      until: to - from,
      top: 100,
      format: formatExposure,
      limits: [],
      marks: marksOf(report),
    },
  }
}

/** Returns one chart a metric: what was measured, the limits it was held to, and what was taken back. */
export function metricCharts(report: Report): readonly Block[] {
  const { metrics, from, to } = report
  return Object.entries(metrics).flatMap(([name, { rules, points }]): readonly Block[] => {
    const values = points.flatMap(({ value }) => value ?? [])
    if (values.length === 0) return []
    const unit = unitOf(rules)
    const limits = limitsOf(rules)
    const highest = Math.max(...values)
    // A limit that nothing came near would make a flat line of what was measured.
    const near = limits.map(({ value }) => value).filter((value) => value <= highest * 4)
    const top = Math.max(highest, ...near) * 1.1
    const line = { name, stepped: false, points: points.map(({ at, value }) => ({ at: at - from, value })) }
    const chart = {
      is: 'curves',
      axis: 'time',
      title: `${name}: ${rangeOf(values, (value) => formatValue(value, unit))}`,
      lines: [line],
      until: to - from,
      top,
    } as const
    return [{ is: 'chart', chart: { ...chart, format: (value: number) => formatValue(value, unit), limits, marks: marksOf(report) } }]
  })
}

function rangeOf(values: readonly number[], format: (value: number) => string): string {
  return `between ${format(Math.min(...values))} and ${format(Math.max(...values))}`
}

function limitsOf({ warning, critical }: Metric): readonly Limit[] {
  return [
    ...(warning ? [{ tone: 'warning' as const, value: warning.when.threshold, label: `warning ${formatRule(warning.when)}` }] : []),
    ...(critical ? [{ tone: 'critical' as const, value: critical.when.threshold, label: `critical ${formatRule(critical.when)}` }] : []),
  ]
}

function marksOf({ setbacks, from }: Report): readonly ChartMark[] {
  return setbacks.map(({ at, move, seq }) => ({ at: at - from, label: `${move} #${seq}` }))
}
