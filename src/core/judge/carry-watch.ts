import { isSame } from '../values/is-same.ts'
import type { Criterion, Plan } from '../plan/plan.ts'
import type { Watch } from './track.ts'

/** Returns what of a watch means the same under another plan. */
export function carryWatch({ answers, ...watch }: Watch, before: Plan, now: Plan): Watch {
  const same = (name: string): boolean => isSame(before.metrics[name], now.metrics[name])
  const criterion = (plan: Plan, key: string): Criterion | undefined =>
    plan.phases.flatMap((phase) => phase.success.filter((_, nth) => `${phase.id}/${nth}` === key))[0]
  const holds = (key: string): boolean => {
    const [old, fresh] = [criterion(before, key), criterion(now, key)]
    return old !== undefined && fresh !== undefined && same(fresh.metric) && old.metric === fresh.metric && isSame(old.rule, fresh.rule)
  }
  const judged = (plan: Plan): readonly (readonly string[])[] => plan.phases.map(({ metrics }) => metrics)
  const isProven = isSame(before.metrics, now.metrics) && isSame(judged(before), judged(now))
  // Another variable, or another source, is asked anew.
  const isAskedAlike = isSame(before.toggles, now.toggles) && isSame(before.metrics, now.metrics)
  return {
    ...watch,
    ...(answers && isAskedAlike && { answers }),
    credit: isProven ? watch.credit : 0,
    ...(watch.counting && { counting: Object.fromEntries(Object.entries(watch.counting).filter(([name]) => same(name))) }),
    tracks: Object.fromEntries(Object.entries(watch.tracks).filter(([name]) => same(name))),
    criteria: Object.fromEntries(Object.entries(watch.criteria).filter(([key]) => holds(key))),
  }
}
