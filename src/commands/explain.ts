import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { currentStep, type State } from '../core/state.ts'
import { suggest } from '../core/suggest.ts'
import { summarize } from '../core/summary.ts'
import { describe, type Track } from '../core/judge.ts'
import { exposureAt, stepsOf } from '../core/plan.ts'
import { formatExposure } from '../core/units.ts'
import type { Shell } from '../shell.ts'
import { happenings } from '../views/event.ts'
import { renderDecision, renderEventPage, renderMetric, renderToggle, type MetricPage, type TogglePage } from '../views/explain.ts'
import { writeJson } from '../views/json.ts'
import { flag, type Input } from './input.ts'
import { openState } from './project.ts'

/** Why: the decision now, a metric, an event by its number, or a toggle. From the journal alone. */
export default async function explain(shell: Shell, input: Input): Promise<Outcome> {
  const { journal, state } = await openState(shell, input)
  const [subject] = input.args
  const json = flag(input, 'json')
  if (subject === undefined) {
    const summary = summarize(state, shell.clock.now())
    if (json) writeJson(summary, shell.out)
    else shell.out.write(renderDecision(summary, shell.out))
    return 'done'
  }
  const events = await journal.read()
  const number = /^#?(\d+)$/.exec(subject)?.[1]
  if (number !== undefined) return showEvent(shell, events, Number(number), json)
  if (state.plan.metrics[subject]) {
    const page = metricPage(state, events, subject)
    if (json) writeJson(page, shell.out)
    else shell.out.write(renderMetric(page, shell.out))
    return 'done'
  }
  if (state.plan.toggles[subject]) {
    const page = togglePage(state, events, subject)
    if (json) writeJson(page, shell.out)
    else shell.out.write(renderToggle(page, shell.out))
    return 'done'
  }
  const near = suggest(subject, [...Object.keys(state.plan.metrics), ...Object.keys(state.plan.toggles)])
  const hint = near === undefined ? `a metric (${Object.keys(state.plan.metrics).join(', ')}), a toggle, or a number of rollout history` : `did you mean ${near}?`
  throw new RolloutError('usage', { message: `"${subject}" is neither a metric, a toggle nor a number of the history`, hint })
}

function showEvent(shell: Shell, events: readonly Event[], seq: number, json: boolean): Outcome {
  const all = happenings(events)
  const happening = all[seq - 1]
  if (!happening) throw new RolloutError('usage', { message: `there is no event #${seq}`, hint: `the newest is #${events.length}; rollout history lists them` })
  const results = events.filter((event) => 'intent' in event && event.intent === seq)
  if (json) writeJson({ event: happening.event, results }, shell.out)
  else shell.out.write(renderEventPage(happening, results, shell.out))
  return 'done'
}

/** The track a stop was based on, else the newest one: after a rollback nothing is measured any more. */
function metricPage(state: State, events: readonly Event[], name: string): MetricPage {
  const all = happenings(events)
  const stop = state.stopped?.why.metric === name ? all.find(({ event }) => event.seq === state.stopped?.seq) : undefined
  const at = stop?.before ?? state
  const metric = at.plan.metrics[name] ?? state.plan.metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  const track: Track | undefined = at.watch?.tracks[name]
  const step = at.intent ? stepsOf(at.plan)[at.intent.cursor] : currentStep(at)
  const changes = all.flatMap(({ event, before }) => {
    if (event.type !== 'observed' && event.type !== 'arrived') return []
    const now = event.watch.tracks[name]
    return now && event.type === 'observed' && now.verdict !== before?.watch?.tracks[name]?.verdict ? [{ seq: event.seq, at: event.at, verdict: now.verdict, text: describe(metric, now) }] : []
  })
  return {
    name,
    metric,
    ...(track && { track }),
    ...(step && { step: { number: step.index + 1, toggles: step.moves, to: formatExposure(step.to) } }),
    ...(stop && state.stopped && { stopped: state.stopped }),
    changes: changes.slice(-8),
  }
}

function togglePage(state: State, events: readonly Event[], name: string): TogglePage {
  const toggle = state.plan.toggles[name]
  if (!toggle) throw new Error(`no toggle ${name}`)
  const baseline = state.baseline[name] ?? toggle.default
  const moves = happenings(events).flatMap(({ event, before }) => {
    if (event.type !== 'intended' || !before) return []
    const [from, to] = [(before.intent ?? before).exposures[name], event.exposures[name]]
    return from === undefined || to === undefined || from === to ? [] : [{ seq: event.seq, at: event.at, move: event.move, from: formatExposure(from), to: formatExposure(to), actor: event.actor, why: event.why.text }]
  })
  const ahead = stepsOf(state.plan)
    .filter((step) => step.index > state.cursor && step.moves.includes(name))
    .map((step) => ({ number: step.index + 1, phase: state.plan.phases[step.phase]?.id ?? '', to: formatExposure(exposureAt(toggle, baseline, step.to)) }))
  return { name, toggle, exposure: formatExposure(state.exposures[name] ?? baseline), baseline: formatExposure(baseline), moves, ahead }
}
