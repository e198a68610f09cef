import { DEFAULTS, type WrittenPolicy } from '../evidence/policy.ts'
import { checkEarly } from './early.ts'
import { checkRisks } from './risks.ts'
import { checkCalendar } from './calendar.ts'
import { checkApprovals, checkApprovers } from './approvals.ts'
import { error, unknown, warning, type Finding } from './finding.ts'
import { checkInstances } from './instances.ts'
import { checkLookBacks } from './look-backs.ts'
import { checkShadows } from './shadows.ts'
import { checkTimers } from './timers.ts'
import { checkUnused } from './unused.ts'
import { checkUnits } from './units.ts'
import { exposureAt, stepsOf } from '../plan/steps.ts'
import { comparedBy, thresholdsOf } from '../plan/metric.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { formatRule, type Rule } from '../values/rule.ts'
import { formatExposure, type Instant } from '../values/units.ts'

const MOST_STEPS = 10_000

/**
 * Returns everything wrong with a plan that its shape does not show. `now` is wall time, for dates; `starter` is who is
 * about to freeze it, where that is known.
 */
export function check(plan: Plan, now: Instant, starter?: string): readonly Finding[] {
  const found = [
    ...checkToggles(plan),
    ...checkEarly(plan),
    ...checkRequires(plan),
    ...checkMetrics(plan),
    ...checkPhases(plan, starter),
    ...checkShadows(plan),
    ...checkApprovers(plan),
    ...checkInstances(plan).map(({ path, message, hint }) => error(path, message, hint)),
    ...checkCalendar(plan, now),
  ]
  return [...found, ...checkRisks(plan, !found.some(({ severity }) => severity === 'error'))]
}

function checkToggles(plan: Plan): readonly Finding[] {
  const found: Finding[] = []
  const written = new Map<string, string>()
  for (const [name, toggle] of Object.entries(plan.toggles)) {
    const path = ['toggles', name]
    if (toggle.targets.length === 0)
      found.push(error([...path, 'targets'], `${name} has no target`, `targets: [${Object.keys(plan.targets)[0] ?? 'web'}]`))
    for (const [nth, target] of toggle.targets.entries()) {
      if (!Object.hasOwn(plan.targets, target)) found.push(unknown([...path, 'targets', nth], target, 'target', Object.keys(plan.targets)))
      const other = written.get(`${target} ${toggle.variable}`)
      if (other !== undefined)
        found.push(
          error(path, `${name} and ${other} are both written to ${toggle.variable} on ${target}`, 'give one of them another variable:'),
        )
      written.set(`${target} ${toggle.variable}`, name)
    }
    for (const [nth, required] of toggle.requires.entries()) {
      if (!Object.hasOwn(plan.toggles, required))
        found.push(unknown([...path, 'requires', nth], required, 'toggle', Object.keys(plan.toggles)))
    }
    if (toggle.targets.length > 0 && toggle.targets.length <= plan.maxUnavailable)
      found.push(
        warning(
          [...path, 'targets'],
          `${name} would count as moved where nothing was written: maxUnavailable is ${plan.maxUnavailable}, and it has ${toggle.targets.length} target${toggle.targets.length > 1 ? 's' : ''}`,
          `maxUnavailable: ${toggle.targets.length - 1}`,
        ),
      )
    if (toggle.words.on === toggle.words.off) found.push(error([...path, 'words'], 'on and off are the same word'))
    if (!plan.phases.some((phase) => phase.toggles.includes(name)))
      found.push(warning(path, `${name} is in no phase`, 'it is inventoried, and reverted by rollback --all, but never moved'))
  }
  if (Object.keys(plan.toggles).length === 0) found.push(error(['toggles'], 'there is no toggle to roll out'))
  return found
}

function checkRequires(plan: Plan): readonly Finding[] {
  const cycle = findCycle(plan)
  if (cycle) return [error(['toggles', cycle[0] ?? '', 'requires'], `${cycle.join(' requires ')}: a circle`)]
  const count = plan.phases.reduce((sum, { order, toggles, steps }) => sum + (order === 'together' ? 1 : toggles.length) * steps.length, 0)
  if (count > MOST_STEPS) return [error(['phases'], `the phases make ${count} steps; at most ${MOST_STEPS} can be kept in view`)]
  // Steps that fall are an error of their own; what follows from them is none of the toggles'.
  if (plan.phases.some(({ steps }) => steps.some(({ to }, nth) => to <= (steps[nth - 1]?.to ?? -1)))) return []
  const found = new Map<string, Finding>()
  const exposures = new Map(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
  for (const step of stepsOf(plan)) {
    const moves = step.moves.flatMap((name) => (Object.hasOwn(plan.toggles, name) ? [[name, plan.toggles[name]] as const] : []))
    for (const [name, toggle] of moves) if (toggle) exposures.set(name, exposureAt(toggle, toggle.default, step.to))
    for (const [name, toggle] of moves) {
      const short =
        toggle?.kind === 'legacy' ? undefined : toggle?.requires.find((each) => (exposures.get(each) ?? 100) < (exposures.get(name) ?? 0))
      if (short === undefined || found.has(name)) continue
      const message = `at step ${step.index + 1} ${name} is at ${formatExposure(exposures.get(name) ?? 0)} but ${short}, which it requires, at ${formatExposure(exposures.get(short) ?? 0)}`
      const nth = plan.phases[step.phase]?.toggles.indexOf(name) ?? 0
      found.set(name, error(['phases', step.phase, 'toggles', nth], message, `move ${short} first`))
    }
  }
  return [...found.values()]
}

/** Each toggle is looked at once: where many require many, the ways through them are countless. */
function findCycle(plan: Plan): readonly string[] | undefined {
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name]
    if (done.has(name) || !Object.hasOwn(plan.toggles, name)) return undefined
    for (const required of plan.toggles[name]?.requires ?? []) {
      const cycle = visit(required, [...trail, name])
      if (cycle) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of Object.keys(plan.toggles)) {
    const cycle = visit(name, [])
    if (cycle) return cycle
  }
  return undefined
}

function checkMetrics(plan: Plan): readonly Finding[] {
  return Object.entries(plan.metrics).flatMap(([name, metric]) => {
    const path = ['metrics', name]
    const { success, warning: warns, critical, toggle, measures } = metric
    const isCompared = comparedBy(metric) !== undefined
    const found: Finding[] = []
    if (toggle !== undefined && !Object.hasOwn(plan.toggles, toggle))
      found.push(unknown([...path, 'toggle'], toggle, 'toggle', Object.keys(plan.toggles)))
    if (!success && !warns && !critical && !isCompared)
      found.push(warning(path, `${name} has no rule: it is measured and nothing more`, 'critical: "> 5%"'))
    if (metric.evidence && !isCompared && measures.what !== 'failures')
      found.push(warning([...path, 'evidence'], `${name} counts nothing: it is judged by its thresholds alone`, 'a ratio, or on: and off:'))
    const misfits = checkUnits(name, metric)
    if (misfits.length > 0) found.push(...misfits)
    else {
      if (success && warns && overlap(success, warns.when))
        found.push(error([...path, 'success'], `success ${formatRule(success)} and warning ${formatRule(warns.when)} can both hold`))
      if (success && critical && overlap(success, critical.when))
        found.push(error([...path, 'success'], `success ${formatRule(success)} and critical ${formatRule(critical.when)} can both hold`))
      if (warns && critical && beyond(warns.when, critical.when))
        found.push(error([...path, 'warning'], `warning ${formatRule(warns.when)} comes after critical ${formatRule(critical.when)}`))
    }
    return found
  })
}

function isUpper(rule: Rule): boolean {
  return rule.op === '>' || rule.op === '>='
}

/** Whether some value satisfies both a good and a bad rule. */
function overlap(good: Rule, bad: Rule): boolean {
  if (isUpper(good) === isUpper(bad)) return true
  if (good.threshold === bad.threshold) return good.op.length === 2 && bad.op.length === 2
  return isUpper(good) ? good.threshold < bad.threshold : good.threshold > bad.threshold
}

function beyond(warns: Rule, critical: Rule): boolean {
  if (isUpper(warns) !== isUpper(critical)) return true
  return isUpper(warns) ? warns.threshold > critical.threshold : warns.threshold < critical.threshold
}

function checkPhases(plan: Plan, starter: string | undefined): readonly Finding[] {
  const claimed = new Map<string, string>()
  const ids = new Set<string>()
  return plan.phases.flatMap((phase, index) => {
    const path = ['phases', index]
    const found: Finding[] = []
    if (ids.has(phase.id)) found.push(error([...path, 'phase'], `there are two phases "${phase.id}"`))
    ids.add(phase.id)
    for (const [nth, name] of phase.toggles.entries()) {
      const toggle = Object.hasOwn(plan.toggles, name) ? plan.toggles[name] : undefined
      if (!toggle) found.push(unknown([...path, 'toggles', nth], name, 'toggle', Object.keys(plan.toggles)))
      const other = claimed.get(name)
      if (other !== undefined) found.push(error([...path, 'toggles', nth], `${name} is in phase ${other} already`))
      claimed.set(name, phase.id)
      const partial = toggle?.exposure === 'all' ? phase.steps.findIndex(({ to }) => to !== 100) : -1
      if (partial >= 0)
        found.push(
          error(
            [...path, 'steps', partial],
            `${name} is for everybody or nobody; it has no ${formatExposure(phase.steps[partial]?.to ?? 0)}`,
            'steps: [100%], or exposure: users',
          ),
        )
    }
    for (const [nth, name] of phase.metrics.entries()) {
      if (!Object.hasOwn(plan.metrics, name)) found.push(unknown([...path, 'metrics', nth], name, 'metric', Object.keys(plan.metrics)))
    }
    return [
      ...found,
      ...checkTimers(plan, phase, path),
      ...checkBounds(plan, phase, path),
      ...checkLookBacks(plan, phase, path),
      ...checkSteps(phase, path),
      ...checkUnused(plan, phase, path),
      ...checkApprovals(plan, phase, path, starter),
      ...checkItems(plan, phase, path),
    ]
  })
}

/** Checks that less is tolerated than is critical, for the phase and for metrics with bounds of their own. */
function checkBounds(plan: Plan, phase: Phase, path: Finding['path']): readonly Finding[] {
  const policy = phase.evidence?.policy ?? DEFAULTS
  const hint = `tolerance: ${DEFAULTS.tolerance}, critical: ${DEFAULTS.critical}`
  const wrong = ({ tolerance, critical }: WrittenPolicy, where: Finding['path'], of: string): readonly Finding[] =>
    critical <= tolerance ? [error(where, `critical ${critical} is no more than tolerance ${tolerance}${of}`, hint)] : []
  const metrics = phase.metrics.flatMap((name) => {
    const own = Object.hasOwn(plan.metrics, name) ? plan.metrics[name]?.evidence : undefined
    return own ? wrong({ ...policy, ...own }, ['metrics', name, 'evidence'], ` in phase ${phase.id}`) : []
  })
  return [...wrong(policy, [...path, 'evidence'], ''), ...metrics]
}

function checkSteps(phase: Phase, path: Finding['path']): readonly Finding[] {
  return phase.steps.flatMap((step, nth) => {
    const found: Finding[] = []
    const before = phase.steps[nth - 1]
    if (step.to === 0) found.push(error([...path, 'steps', nth], 'a step to 0% goes nowhere'))
    if (before && before.to >= step.to) {
      found.push(
        error(
          [...path, 'steps', nth],
          `steps must rise: ${formatExposure(step.to)} comes after ${formatExposure(before.to)}`,
          'a legacy toggle rises too: 25% means it is taken away from 25% of the users',
        ),
      )
    }
    return found
  })
}

function checkItems(plan: Plan, phase: Phase, path: Finding['path']): readonly Finding[] {
  const seen = new Set<string>()
  const items = phase.checklist.flatMap(({ id }, nth) => {
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [error([...path, 'checklist', nth, 'id'], `there are two items "${id}"`)]
  })
  const criteria = phase.success.flatMap(({ metric: name, rule }, nth) => {
    const metric = Object.hasOwn(plan.metrics, name) ? plan.metrics[name] : undefined
    if (!metric) return [unknown([...path, 'success', nth, 'metric'], name, 'metric', Object.keys(plan.metrics))]
    const other = thresholdsOf(metric).find(({ unit }) => unit !== rule.unit)
    return other
      ? [error([...path, 'success', nth], `${formatRule(rule)} is in another unit than ${formatRule(other)}, a rule of ${name}`)]
      : []
  })
  return [...items, ...criteria]
}
