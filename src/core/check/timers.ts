import { warning, type Finding } from './finding.ts'
import { comparedBy } from '../plan/metric.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { joinFew } from '../values/join-few.ts'

/** Returns a warning of a phase that goes on although nothing was measured: a timer, not a gate. */
export function checkTimers({ metrics }: Plan, { id, metrics: names }: Phase, path: Finding['path']): readonly Finding[] {
  if (names.length === 0) return [warning(path, `phase ${id} is judged by no metric: a timer, not a gate`)]
  // What tells both groups apart is waited for by the evidence gate.
  const isIgnored = (name: string): boolean => {
    const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined
    return metric?.onNoData === 'ignore' && comparedBy(metric) === undefined
  }
  if (!names.every(isIgnored)) return []
  const silent = `while ${joinFew(names)} ${names.length > 1 ? 'are' : 'is'} silent`
  return [warning(path, `phase ${id} is judged by nothing ${silent}: a timer, not a gate`, 'onNoData: hold, or pause, for one of them')]
}
