import { defined } from '../values/defined.ts'
import { decide } from '../policy/decide.ts'
import { situationOf } from '../policy/situation.ts'
import { unitOf } from '../judge/describe.ts'
import type { Track, Watch } from '../judge/track.ts'
import { exposuresAfter, stepsOf } from '../plan/steps.ts'
import type { Metric } from '../plan/metric.ts'
import { defaultsOf, type Plan } from '../plan/plan.ts'
import type { Past } from '../ports.ts'
import { absent, type Reading } from '../values/reading.ts'
import type { Unit } from '../values/rule.ts'
import type { State } from '../journal/state.ts'
import type { Duration, Instant } from '../values/units.ts'
import { poll } from '../judge/watch.ts'
import { ANSWERS, openTrials, type Reaction, type RunningTrial } from './trial.ts'

/** One time the plan would have acted, from when it would have until the metric was well again. */
export interface Episode {
  readonly metric: string
  /** The hardest answer any phase would have given, and when it would first have given it. */
  readonly does: Reaction
  readonly at: Instant
  /** When it would last have given any. */
  readonly until: Instant
  /** The value and the comparison at `at`, as a decision says them. */
  readonly text: string
  readonly unit: Unit
  readonly value?: number
  readonly bad?: number
  readonly total?: number
  /** The worst value until it was well; absent where nothing was measured. */
  readonly worst?: number
  /** What each phase that is judged by this metric would have done; those that would only have held are not here. */
  readonly phases: { readonly [phase: string]: Reaction }
}

const UNREAD = absent('unreachable', 'it was not read')

/** One metric on its way through the past. */
export interface Replay {
  readonly metric: string
  /** One for every phase judged by it: running, at its last step, judged by nothing else. */
  readonly states: readonly State[]
  readonly watch?: Watch
  /** The steps at which only the few who have the change are looked at. */
  readonly trials: readonly RunningTrial[]
  /** When something was first recorded. Before that nobody knows, and that is no silence. */
  readonly since?: Instant
  readonly open?: Episode
  readonly episodes: readonly Episode[]
}

/** Begins a replay; undefined when no phase is judged by the metric. `step` stands for the plan's interval. */
export function openReplay(plan: Plan, metric: string, step: Duration): Replay | undefined {
  const states = plan.phases
    .filter(({ metrics }) => metrics.includes(metric))
    .map((phase) => held({ ...plan, interval: step, windows: [], freezes: [], phases: [{ ...phase, metrics: [metric], success: [] }] }))
  return states.length === 0 ? undefined : { metric, states, trials: openTrials(plan, metric, states), episodes: [] }
}

/** The state as if the last step had been reached and nothing else ever happened. */
function held(plan: Plan): State {
  const [cursor, baseline] = [stepsOf(plan).length - 1, defaultsOf(plan)]
  const start = {
    seq: 0,
    hash: '',
    lineage: '',
    digest: '',
    files: {},
    startedAt: 0,
    arrivedAt: 0,
    decidedAt: 0,
    epoch: 0,
    cursor,
    missing: [],
    unsettled: [],
  }
  return {
    ...start,
    plan,
    status: 'running',
    baseline,
    exposures: exposuresAfter(plan, baseline, cursor),
    advanced: true,
    approvals: [],
    checked: [],
    authors: [],
  }
}

/** Replays one more poll, by the judge and the policy of a real rollout. Polls come oldest first. */
export function replay(before: Replay, { at, reading }: Past): Replay {
  const [first] = before.states
  const phase = first?.plan.phases[0]
  if (!first || !phase || (before.since === undefined && reading.is === 'missing')) return before
  const tick = { monotonic: at, domain: 'past', now: at }
  const { watch, counted } = poll(
    first.plan,
    { phase, cursor: first.cursor },
    before.watch,
    { [before.metric]: ofEverybody(reading) },
    tick,
  )
  for (const trying of before.trials) trying.poll(at, counted[before.metric] ?? UNREAD)
  const now = { ...before, watch, since: before.since ?? at }
  const [metric, track] = [first.plan.metrics[before.metric], watch.tracks[before.metric]]
  if (!metric || !track) return now
  // A healthy metric moves nothing, and most are healthy most of the time.
  const answers = track.verdict === 'healthy' ? [] : before.states.flatMap((state) => answerOf({ ...state, watch }, at))
  const open = answers.length > 0 ? grown(before, answers, metric, track, at) : before.open && worsened(before.open, metric, track)
  return answers.length === 0 && track.verdict !== 'warning' && track.verdict !== 'critical' ? closed(now) : defined({ ...now, open })
}

/** Returns what happened, with the episode that was still going on at the end. */
export function episodesOf(replayed: Replay): readonly Episode[] {
  return closed(replayed).episodes
}

interface Answered {
  readonly phase: string
  readonly does: Reaction
  readonly text: string
}

/** Nobody had the change then: there are no two groups to compare. */
function ofEverybody(reading: Reading): Reading {
  if (reading.is !== 'ratio' && reading.is !== 'quantile') return reading
  const { groups: _, ...rest } = reading
  return rest
}

function answerOf(state: State, at: Instant): readonly Answered[] {
  const decision = decide(situationOf(state, at))
  const does = ANSWERS.find((each) => each === decision.do)
  const [phase] = state.plan.phases
  return does && phase ? [{ phase: phase.id, does, text: decision.why.text }] : []
}

function grown({ metric: name, open }: Replay, answers: readonly Answered[], metric: Metric, track: Track, at: Instant): Episode {
  const hardest = answers.reduce((most, each) => (isHarder(each.does, most.does) ? each : most), answers[0] ?? NONE)
  const before = open && worsened(open, metric, track)
  const phases = { ...before?.phases }
  for (const { phase, does } of answers) {
    const known = phases[phase]
    if (known === undefined || isHarder(does, known)) phases[phase] = does
  }
  if (before && !isHarder(hardest.does, before.does)) return { ...before, phases, until: at }
  const { value, bad, total } = track
  const worst = before?.worst ?? value
  return defined({
    metric: name,
    does: hardest.does,
    at,
    until: at,
    text: hardest.text,
    unit: unitOf(metric),
    value,
    bad,
    total,
    worst,
    phases,
  })
}

const NONE: Answered = { phase: '', does: 'pause', text: '' }

function isHarder(one: Reaction, other: Reaction): boolean {
  return ANSWERS.indexOf(one) > ANSWERS.indexOf(other)
}

function worsened(open: Episode, { critical, warning }: Metric, { value }: Track): Episode {
  const op = (critical ?? warning)?.when.op
  if (value === undefined || op === undefined) return open
  const worst = op.startsWith('>') ? Math.max(open.worst ?? value, value) : Math.min(open.worst ?? value, value)
  return { ...open, worst }
}

function closed({ open, ...rest }: Replay): Replay {
  return open ? { ...rest, episodes: [...rest.episodes, open] } : rest
}
