import { furthestFor } from '../policy/furthest.ts'
import { error, unknown, warning, type Finding } from './finding.ts'
import { comparedBy } from '../plan/metric.ts'
import { defaultsOf, type Plan } from '../plan/plan.ts'
import { levelOf, type ContingencyScope } from '../values/risk.ts'
import { formatExposure } from '../values/units.ts'

/**
 * Returns everything wrong with the risks of a plan, its contingencies, and what names them. What a contingency can
 * take back is asked only where the rest of the plan `isSound`.
 */
export function checkRisks(plan: Plan, isSound: boolean): readonly Finding[] {
  const known = Object.keys(plan.contingencies ?? {})
  const missing = (path: Finding['path'], id: string | undefined): readonly Finding[] =>
    id === undefined || known.includes(id) ? [] : [unknown([...path], id, 'contingency', known)]
  const risks = Object.entries(plan.risks ?? {}).flatMap(([id, risk]) => {
    const path = ['risks', id]
    const bare = risk.contingency === undefined && levelOf(risk) === 'critical'
    const metrics = (risk.metrics ?? []).flatMap((name, nth) =>
      Object.hasOwn(plan.metrics, name) ? [] : [unknown([...path, 'metrics', nth], name, 'metric', Object.keys(plan.metrics))],
    )
    const hint = known.length > 0 ? `contingency: ${known[0]}` : 'contingencies: { immediate: { do: rollback, scope: all } }'
    const message = `${id} is critical (probability ${risk.probability}, impact ${risk.impact}) and has no contingency`
    return [...missing([...path, 'contingency'], risk.contingency), ...metrics, ...(bare ? [error(path, message, hint)] : [])]
  })
  const contingencies = Object.entries(plan.contingencies ?? {}).flatMap(([id, { scope, notify }]) => [
    ...checkScope(plan, id, scope, isSound),
    ...checkCalled(plan, id, notify),
  ])
  const metrics = Object.entries(plan.metrics).flatMap(([name, metric]) => {
    const path = ['metrics', name, 'contingency']
    const isNever = metric.contingency !== undefined && !metric.critical && !comparedBy(metric) && metric.onNoData !== 'rollback'
    const never = warning(path, `${name} is never critical: its contingency is never carried out`, 'critical: "> 5%"')
    return [...missing(path, metric.contingency), ...(isNever ? [never] : [])]
  })
  const drills = plan.phases.flatMap(({ drill }, nth) => missing(['phases', nth, 'drill'], drill))
  return [...risks, ...contingencies, ...metrics, ...drills]
}

/** A name that is none of a channel may be a person's; where there are channels it is more often a slip. */
function checkCalled({ notify = {} }: Plan, id: string, called: readonly string[]): readonly Finding[] {
  const channels = Object.keys(notify)
  if (channels.length === 0) return []
  return called.flatMap((name, nth) =>
    channels.includes(name)
      ? []
      : [
          warning(
            ['contingencies', id, 'notify', nth],
            `"${name}" is no channel of notify: nobody is told by it`,
            `one of ${channels.join(', ')}`,
          ),
        ],
  )
}

/** A contingency that cannot run is none, whatever names it. */
function checkScope(plan: Plan, id: string, scope: ContingencyScope, isSound: boolean): readonly Finding[] {
  const path = ['contingencies', id]
  const strangers =
    scope.is !== 'toggles' ? [] : scope.toggles.flatMap((name, nth) => (Object.hasOwn(plan.toggles, name) ? [] : [[name, nth] as const]))
  if (strangers.length > 0)
    return strangers.map(([name, nth]) => unknown([...path, 'toggles', nth], name, 'toggle', Object.keys(plan.toggles)))
  if (!isSound || furthestFor(plan, defaultsOf(plan), scope)) return []
  if (scope.is === 'to') {
    const most = Math.max(0, ...plan.phases.flatMap(({ steps }) => steps.map(({ to }) => to)))
    const message = `${id} cannot run: no step goes further than ${formatExposure(most)}, and it reduces to ${formatExposure(scope.to)}`
    return [error([...path, 'to'], message, 'name less than the exposure a phase ends with')]
  }
  const message = `${id} cannot run: no phase moves what it takes back`
  return [error(scope.is === 'toggles' ? [...path, 'toggles'] : path, message, 'name a toggle that a phase moves, or scope: all')]
}
