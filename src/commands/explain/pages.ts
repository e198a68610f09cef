import { defined } from '../../core/values/defined.ts'
import { environment } from '../../core/plan/environment.ts'
import type { Event } from '../../core/journal/event.ts'
import { nameOf } from '../../core/evidence/ledger.ts'
import { worstOf } from '../../core/evidence/finding.ts'
import { harmOf, totalOf } from '../../core/evidence/stream.ts'
import { describe } from '../../core/judge/describe.ts'
import { exposureAt, stepsOf } from '../../core/plan/steps.ts'
import type { Metric } from '../../core/plan/metric.ts'
import type { Toggle } from '../../core/plan/plan.ts'
import { currentPhase } from '../../core/policy/destination.ts'
import { situationOf } from '../../core/policy/situation.ts'
import { judgeOf } from '../../core/judge/single.ts'
import { currentStep, type State } from '../../core/journal/state.ts'
import { otherCausesOf } from '../../core/report/other-causes.ts'
import { changesBetween } from '../../core/report/changes.ts'
import { summarize, summarizeStep } from '../../core/report/summary.ts'
import { formatExposure, type Instant } from '../../core/values/units.ts'
import type { Recent } from '../../engine/recent.ts'
import { happenings, type Happening } from '../../views/event.ts'
import type { DecisionPage, EventPage, MetricEvidence, Retreat, TogglePage, WordChange } from '../../views/explain.ts'
import type { MetricPage } from '../../views/explain-metric.ts'

/** Returns where it is and why. What it was stopped by is taken from the moment of the stop: afterwards the watch begins anew. */
export function decisionPage(state: State, all: readonly Happening[], now: Instant): DecisionPage {
  const stop = state.stopped && happeningAt(all, state.stopped.seq)
  return defined({
    ...summarize(situationOf(state, now)),
    retreat: stop?.event.type === 'intended' ? retreatOf(all.slice(0, all.indexOf(stop) + 1)) : undefined,
    evidence: stop?.before && evidenceOf(stop.before),
  })
}

/** Returns an event by its number, with what it happened to; all of them, or the newest, are at hand. */
export function happeningAt(all: readonly Happening[], seq: number): Happening | undefined {
  return all[seq - (all[0]?.event.seq ?? 1)]
}

/** Tells whether the newest events say why it is where it is: what stopped it is among them, and where it came back from. */
export function isTold({ stopped }: State, { from, events }: Recent): boolean {
  if (!stopped) return true
  const all = happenings(events, from)
  const stop = happeningAt(all, stopped.seq)
  if (!stop) return false
  const before = all.slice(0, all.indexOf(stop) + 1)
  return (
    stop.event.type !== 'intended' ||
    before.some(({ event }) => event.type === 'intended' && event.move === 'advance') ||
    retreatOf(before) !== undefined
  )
}

/** One that only makes sure of the one before has taken nothing back itself. */
function retreatOf(all: readonly Happening[]): Retreat | undefined {
  for (const { event, before } of all.toReversed()) {
    if (event.type !== 'intended' || !before) continue
    if (event.move === 'advance') return undefined
    const { plan, intent } = before
    const changes = changesBetween(plan, (intent ?? before).exposures, event.exposures)
    const from = intent ? stepsOf(plan)[intent.cursor] : currentStep(before)
    if (changes.length > 0) return defined({ from: from && summarizeStep(plan, from), changes })
  }
  return undefined
}

/** Returns the track a stop was based on, else the newest one. */
export function metricPage(state: State, all: readonly Happening[], name: string, metric: Metric): MetricPage {
  const stop = state.stopped?.why.metric === name ? happeningAt(all, state.stopped.seq) : undefined
  const at = stop?.before ?? state
  const track = at.watch?.tracks[name]
  const step = at.intent ? stepsOf(at.plan)[at.intent.cursor] : currentStep(at)
  const changes = all.flatMap(({ event, before }) => {
    const [was, is] = event.type === 'observed' ? [before?.watch?.tracks[name], event.watch.tracks[name]] : []
    const rules = before?.plan.metrics[name]
    return is && rules && is.verdict !== was?.verdict
      ? [{ seq: event.seq, at: event.at, verdict: is.verdict, text: describe(rules, is) }]
      : []
  })
  return {
    name,
    metric: at.plan.metrics[name] ?? metric,
    ...(track && { track }),
    ...(step && { step: { number: step.index + 1, toggles: step.moves, to: formatExposure(step.to) } }),
    ...(stop && state.stopped && { stopped: state.stopped }),
    judge: judgeIn(at, name),
    groups: groupsOf(at, name),
    changes: changes.slice(-8),
    otherCauses: otherCausesOf(stop ? all.slice(0, all.indexOf(stop) + 1) : all, at, name, bucketOf(at, name)),
  }
}

/** The bucket whose evidence is worst, of latencies. */
function bucketOf({ watch }: State, name: string): string | undefined {
  return worstOf(watch?.comparison?.ledger.entries.filter(({ metric }) => metric === name) ?? [])?.le
}

function judgeIn(state: State, name: string): MetricPage['judge'] {
  const phase = currentPhase(state)
  return phase ? judgeOf(state.plan, phase, state.cursor, name) : 'threshold'
}

function groupsOf(state: State, name: string): MetricPage['groups'] {
  const entries = state.watch?.comparison?.ledger.entries.filter(({ metric }) => metric === name) ?? []
  return entries.map((entry) => ({ stream: nameOf(entry), ...totalOf(entry.stream), harm: harmOf(entry.stream) }))
}

/** Returns one event: what it happened to, what it rested on, what it wrote where, and what came of it. */
export function eventPage(all: readonly Happening[], { event, before }: Happening): EventPage {
  const isDecision = 'why' in event
  const step = before && currentStep(before)
  return {
    event,
    ...(before && { before: { status: before.status, exposures: before.exposures, ...(step && { step: step.index + 1 }) } }),
    evidence: isDecision && before ? evidenceOf(before) : [],
    writes: writesOf(all, event),
    results: all.flatMap(({ event: other }) => ('intent' in other && other.intent === event.seq ? [other] : [])),
  }
}

/** Returns where a toggle is, every move that brought it there, and the steps that are still to move it. */
export function togglePage(state: State, all: readonly Happening[], name: string, toggle: Toggle): TogglePage {
  const { plan, cursor } = state
  const baseline = state.baseline[name] ?? toggle.default
  const arrived = new Set(all.flatMap(({ event }) => (event.type === 'arrived' ? [event.intent] : [])))
  const moves = all.flatMap(({ event, before }) => {
    if (event.type !== 'intended' || !before) return []
    const [from, to] = [(before.intent ?? before).exposures[name], event.exposures[name]]
    if (from === undefined || to === undefined || from === to) return []
    const { seq, at, move, actor, why } = event
    return [{ seq, at, move, from: formatExposure(from), to: formatExposure(to), actor, why: why.text, confirmed: arrived.has(seq) }]
  })
  const ahead = stepsOf(plan).flatMap(({ index, phase, to, moves: moved, approval, unused }) => {
    if (index <= cursor || !moved.includes(name)) return []
    return [
      {
        number: index + 1,
        phase: plan.phases[phase]?.id ?? '',
        to: formatExposure(exposureAt(toggle, baseline, to)),
        ...(approval && { approval }),
        ...(unused !== undefined && { unused }),
      },
    ]
  })
  return { name, toggle, exposure: formatExposure(state.exposures[name] ?? baseline), baseline: formatExposure(baseline), moves, ahead }
}

function evidenceOf({ plan, watch }: State): readonly MetricEvidence[] {
  return Object.entries(watch?.tracks ?? {}).flatMap(([name, track]) => {
    const metric = plan.metrics[name]
    return metric ? [{ name, verdict: track.verdict, met: track.met, text: describe(metric, track) }] : []
  })
}

/** The words an intent changes, target by target; of an event that belongs to an intent, those of its own target. */
function writesOf(all: readonly Happening[], event: Event): readonly WordChange[] {
  const intent = event.type === 'applied' || event.type === 'refused' ? happeningAt(all, event.intent) : undefined
  const { event: intended, before } = intent ?? happeningAt(all, event.seq) ?? {}
  if (intended?.type !== 'intended' || !before) return []
  const { plan } = before
  const own = 'target' in event ? [event.target] : Object.keys(plan.targets)
  return own.flatMap((target) => {
    const was = environment(plan, target, { ...before, exposures: (before.intent ?? before).exposures })
    return Object.entries(environment(plan, target, { ...before, exposures: intended.exposures })).flatMap(([variable, to]) =>
      was[variable] === to ? [] : [{ target, variable, from: was[variable] ?? '', to }],
    )
  })
}
