import { checkInstances } from './check-instances.ts'
import { exposureAt, stepsOf, type Metric, type Phase, type Plan } from './plan.ts'
import { formatRule, type Rule } from './rule.ts'
import { suggest } from './suggest.ts'
import { formatExposure, type Instant } from './units.ts'

const MOST_STEPS = 10_000

/** Something that is wrong with a plan as a whole; the path leads into the document. */
export interface Finding {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint?: string
  readonly severity: 'error' | 'warning'
}

/** Everything wrong with a plan that its shape does not show. Pure: `now` is wall time, for dates. */
export function check(plan: Plan, now: Instant): readonly Finding[] {
  return [
    ...checkToggles(plan, now),
    ...checkRequires(plan),
    ...checkMetrics(plan),
    ...checkPhases(plan),
    ...checkInstances(plan).map(({ path, message, hint }) => error(path, message, hint)),
    ...checkCalendar(plan),
  ]
}

function error(path: Finding['path'], message: string, hint?: string): Finding {
  return { path, message, severity: 'error', ...(hint !== undefined && { hint }) }
}

function warning(path: Finding['path'], message: string, hint?: string): Finding {
  return { ...error(path, message, hint), severity: 'warning' }
}

/** "x is not a toggle", with the nearest name that is. */
function unknown(path: Finding['path'], name: string, what: string, known: readonly string[]): Finding {
  const near = suggest(name, known)
  return error(
    path,
    `"${name}" is not a ${what}`,
    near === undefined ? (known.length > 0 ? `one of ${known.slice(0, 10).join(', ')}` : `there is none yet`) : `did you mean ${near}?`,
  )
}

function checkToggles(plan: Plan, now: Instant): readonly Finding[] {
  const found: Finding[] = []
  const written = new Map<string, string>()
  const today = new Date(now).toISOString().slice(0, 10)
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
    if (toggle.removeBy !== undefined && toggle.removeBy < today)
      found.push(warning([...path, 'removeBy'], `${name} should have been removed by ${toggle.removeBy}`))
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
    const { success, warning: warns, critical, toggle, compares } = metric
    const found: Finding[] = []
    if (toggle !== undefined && !Object.hasOwn(plan.toggles, toggle))
      found.push(unknown([...path, 'toggle'], toggle, 'toggle', Object.keys(plan.toggles)))
    if (!success && !warns && !critical && !compares)
      found.push(warning(path, `${name} has no rule: it is measured and nothing more`, 'critical: "> 5%"'))
    const units = new Set(rulesOf(metric).map(({ unit }) => unit))
    // A ratio against a bare number: is 5 five percent or five hundred?
    if (Object.hasOwn(metric.options, 'ratio') && !units.has('%') && units.size > 0)
      found.push(error(path, `the rules of ${name} are not in percent, but it is a ratio`, 'critical: "> 5%"'))
    else if (units.size > 1)
      found.push(error(path, `the rules of ${name} are in different units`, rulesOf(metric).map(formatRule).join(', ')))
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

function rulesOf({ success, warning: warns, critical }: Metric): readonly Rule[] {
  return [success, warns?.when, critical?.when].filter((each) => each !== undefined)
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

function checkPhases(plan: Plan): readonly Finding[] {
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
    if (phase.metrics.length === 0) found.push(warning(path, `phase ${phase.id} is judged by no metric: a timer, not a gate`))
    const { tolerance = 0, critical = 1 } = phase.evidence?.policy ?? {}
    if (critical <= tolerance)
      found.push(
        error([...path, 'evidence'], `critical ${critical} is no more than tolerance ${tolerance}`, 'tolerance: 1.1, critical: 1.5'),
      )
    return [...found, ...checkSteps(plan, phase, path), ...checkItems(plan, phase, path)]
  })
}

function checkSteps(plan: Plan, phase: Phase, path: Finding['path']): readonly Finding[] {
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
    const group = step.approval && Object.hasOwn(plan.approvers, step.approval.group) ? plan.approvers[step.approval.group] : undefined
    if (step.approval && !group)
      found.push(unknown([...path, 'steps', nth, 'approval'], step.approval.group, 'group of approvers', Object.keys(plan.approvers)))
    if (step.approval && group && new Set(group).size < step.approval.count) {
      found.push(
        error(
          [...path, 'steps', nth, 'approval'],
          `${step.approval.count} approvals are needed, but ${step.approval.group} has ${new Set(group).size} people`,
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
    const other = rulesOf(metric).find(({ unit }) => unit !== rule.unit)
    return other
      ? [error([...path, 'success', nth], `${formatRule(rule)} is in another unit than ${formatRule(other)}, a rule of ${name}`)]
      : []
  })
  return [...items, ...criteria]
}

function checkCalendar(plan: Plan): readonly Finding[] {
  const windows = plan.windows.flatMap((window, nth) => {
    const path = ['windows', nth]
    const found = window.from >= window.to ? [error([...path, 'from'], 'the window never opens: from is not before to')] : []
    return isZone(window.zone)
      ? found
      : [...found, error([...path, 'zone'], `"${window.zone}" is not a time zone`, 'an IANA name: Europe/Berlin')]
  })
  const freezes = plan.freezes.flatMap(({ name, from, to }, nth) =>
    from < to ? [] : [error(['freezes', nth, 'from'], `the freeze ${name} ends before it begins`)],
  )
  return [...windows, ...freezes]
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
