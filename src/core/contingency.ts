import { error, unknown, warning, type Finding } from './finding.ts'
import { after, defaultsOf, dependants, stepsOf, type Exposures, type Plan } from './plan.ts'
import { effective } from './retreat.ts'
import { levelOf, type Contingency, type ContingencyScope } from './risk.ts'
import type { State } from './state.ts'
import { formatExposure } from './units.ts'

/** The contingency of this name; undefined when the plan has none. */
export function contingencyOf(plan: Plan, id: string | undefined): Contingency | undefined {
  return id !== undefined && plan.contingencies && Object.hasOwn(plan.contingencies, id) ? plan.contingencies[id] : undefined
}

/** What it does, for people: `every toggle to its default`. */
export function formatScope(plan: Plan, scope: ContingencyScope): string {
  switch (scope.is) {
    case 'all':
      return 'every toggle to its default'
    case 'phase':
      return 'the phase under way is rolled back'
    case 'to':
      return `the phase under way is reduced to ${formatExposure(scope.to)}`
    case 'toggles': {
      const others = dependants(plan, scope.toggles).filter((name) => !scope.toggles.includes(name) && !plan.toggles[name]?.core)
      const along = others.length > 0 ? `, and with ${scope.toggles.length > 1 ? 'them' : 'it'} ${others.join(', ')}` : ''
      return `${scope.toggles.join(', ')} rolled back${along}`
    }
  }
}

/**
 * The rollout as far on as it can be with something left for this scope to take back: at the end of the last such phase.
 * Undefined when there never is. In a phase exposure rises, and no toggle is in two: what its end does not show no step does.
 */
export function imagine(plan: Plan, baseline: Exposures, scope: ContingencyScope): State | undefined {
  for (const { index } of stepsOf(plan)
    .toReversed()
    .filter(({ last }) => last)) {
    const state = imagined(plan, baseline, index)
    if (effective(state, scope)) return state
  }
  return undefined
}

function imagined(plan: Plan, baseline: Exposures, cursor: number): State {
  const start = {
    seq: 0,
    hash: '',
    digest: '',
    files: {},
    startedAt: 0,
    arrivedAt: 0,
    epoch: 0,
    missing: [],
    approvals: [],
    checked: [],
    authors: [],
  }
  return { ...start, plan, status: 'running', baseline, exposures: after(plan, baseline, cursor), cursor, advanced: true }
}

/**
 * Everything wrong with the risks of a plan, its contingencies, and what names them. What a contingency can take back is
 * asked only where the rest of the plan `isSound`.
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
    const isNever = metric.contingency !== undefined && !metric.critical && !metric.compares && metric.onNoData !== 'rollback'
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

/** A contingency that cannot run is none, whoever names it. */
function checkScope(plan: Plan, id: string, scope: ContingencyScope, isSound: boolean): readonly Finding[] {
  const path = ['contingencies', id]
  const strangers =
    scope.is !== 'toggles' ? [] : scope.toggles.flatMap((name, nth) => (Object.hasOwn(plan.toggles, name) ? [] : [[name, nth] as const]))
  if (strangers.length > 0)
    return strangers.map(([name, nth]) => unknown([...path, 'toggles', nth], name, 'toggle', Object.keys(plan.toggles)))
  if (!isSound || imagine(plan, defaultsOf(plan), scope)) return []
  if (scope.is === 'to') {
    const most = Math.max(0, ...plan.phases.flatMap(({ steps }) => steps.map(({ to }) => to)))
    const message = `${id} cannot run: no step goes further than ${formatExposure(most)}, and it reduces to ${formatExposure(scope.to)}`
    return [error([...path, 'to'], message, 'name less than the exposure a phase ends with')]
  }
  const message = `${id} cannot run: no phase moves what it takes back`
  return [error(scope.is === 'toggles' ? [...path, 'toggles'] : path, message, 'name a toggle that a phase moves, or scope: all')]
}
