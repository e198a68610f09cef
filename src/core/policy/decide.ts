import { joinFew } from '../values/join-few.ts'
import { defined } from '../values/defined.ts'
import type { Why } from '../journal/event.ts'
import type { Weighed } from '../judge/comparison.ts'
import { isLost } from '../evidence/gap.ts'
import { isAwaited, isUndecided, type Gate } from './gates.ts'
import type { Situation } from './situation.ts'
import { describe } from '../judge/describe.ts'
import { isPassing, type Track, type Tracked } from '../judge/track.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { contingencyOf, formatScope } from './contingency.ts'
import { effectiveRetreat, type Destination } from './destination.ts'
import { canDoWithout, isEnded, type State } from '../journal/state.ts'
import { formatDuration, formatFraction } from '../values/units.ts'

/** What to do now, and why. */
export type Decision =
  | { readonly do: 'advance' | 'step-back' | 'rollback'; readonly to: Destination; readonly why: Why }
  /** Not yet: at least one gate is closed, or a warning is given time to pass. */
  | { readonly do: 'hold'; readonly why: Why; readonly gates: readonly Gate[] }
  | { readonly do: 'pause'; readonly why: Why }
  | { readonly do: 'complete'; readonly why: Why }
  /** An intent is unfinished: its targets are applied first. */
  | { readonly do: 'finish'; readonly why: Why }
  /** Complete, closed, paused or rolled back: only a person changes that. */
  | { readonly do: 'rest'; readonly why: Why }

/** Tells whether a decision takes something back. */
export function isRetreating(decision: Decision): decision is Decision & { readonly do: 'step-back' | 'rollback' } {
  return decision.do === 'rollback' || decision.do === 'step-back'
}

/** Returns what to do in this situation, and why: the whole policy, and pure. */
export function decide(situation: Situation): Decision {
  const { state, phase } = situation
  if (isEnded(state)) return { do: 'rest', why: state.stopped?.why ?? COMPLETE }

  const critical = state.status === 'rolled back' ? undefined : findCritical(situation)
  if (critical && phase) return respond(state, phase, critical)

  if (state.intent) return { do: 'finish', why: state.intent.why }
  if (state.status !== 'running') return { do: 'rest', why: state.stopped?.why ?? OPERATOR }

  const trouble = phase && findTrouble(situation, phase)
  if (trouble) return trouble

  const { gates, destination: to } = situation
  const closed = gates.filter((gate) => !gate.open)
  if (closed.length > 0) return { do: 'hold', gates, why: { code: 'healthy', text: closed.map(({ text }) => text).join(' · ') } }

  const why: Why = { code: 'healthy', text: gates.map(({ text }) => text).join(' · ') || 'no gate before this step' }
  return to ? { do: 'advance', to, why } : { do: 'complete', why }
}

const COMPLETE: Why = { code: 'healthy', text: 'every phase is complete' }
const OPERATOR: Why = { code: 'operator', text: 'stopped by an operator' }

function findCritical({ state, metrics, weighed }: Situation): Why | undefined {
  // Where both say so, the comparison says more: that it is the change, and not the site.
  if (weighed?.finding.do === 'rollback')
    return defined({ code: 'critical', text: weighed.text, metric: weighed.metric, judge: 'comparison' })
  for (const { name, metric, track } of metrics) {
    if (!track) continue
    if (track.verdict === 'critical')
      return {
        code: 'critical',
        metric: name,
        text: `${name} ${describe(metric, track)}${besideIt(name, weighed)}`,
        judge: track.single?.is === 'above' ? 'one group' : 'threshold',
      }
    if (metric.onNoData === 'rollback' && lost(state, track))
      return { code: 'no-data', metric: name, text: `${name} ${describe(metric, track)}` }
  }
  const { plan, intent } = state
  if (intent?.move !== 'advance') return undefined
  const refused = Object.entries(intent.targets).flatMap(([target, progress]) =>
    progress.is === 'refused' ? [{ target, text: `${target}: ${progress.error}` }] : [],
  )
  const names = refused.map(({ target }) => target)
  return canDoWithout(plan, intent, names)
    ? undefined
    : {
        code: 'refused',
        text: joinFew(
          refused.map(({ text }) => text),
          '; ',
        ),
      }
}

/** Says that everybody fails: what is critical is taken back whoever's fault it is. */
function besideIt(name: string, weighed: Weighed | undefined): string {
  const { finding } = weighed ?? {}
  if (finding?.do !== 'pause' || finding.because !== 'incident' || weighed?.metric !== name) return ''
  return `; those without the change fail too (${formatFraction(finding.rate)}, normally ${formatFraction(finding.normal)})`
}

function respond(state: State, phase: Phase, why: Why): Decision {
  const planned = byContingency(state, why)
  if (planned) return planned
  const to =
    phase.onCritical === 'pause' ? undefined : effectiveRetreat(state, phase.onCritical === 'step-back' ? { is: 'step' } : { is: 'phase' })
  if (to) return { do: phase.onCritical === 'step-back' ? 'step-back' : 'rollback', to, why }
  if (state.status === 'paused')
    return state.intent ? { do: 'finish', why: state.intent.why } : { do: 'rest', why: state.stopped?.why ?? why }
  return { do: 'pause', why }
}

/**
 * Decides by the metric's own contingency, for as long as it has something to take back. What it has taken back is
 * given `patience`: a metric that looks back over minutes is critical for as long. After that, undefined: the phase's
 * onCritical.
 */
function byContingency(state: State, why: Why): Decision | undefined {
  const { plan, intent, stopped, watch } = state
  const id = why.metric === undefined ? undefined : plan.metrics[why.metric]?.contingency
  const planned = contingencyOf(plan, id)
  if (!planned || id === undefined || why.metric === undefined) return undefined
  const to = effectiveRetreat(state, planned.scope)
  // What the evidence says ends with a full stop.
  const said = `${why.text.replace(/\.$/, '')}; contingency ${id}`
  // A toggle that is only reduced must still be watched.
  const move = planned.scope.is === 'to' ? 'step-back' : 'rollback'
  if (to) return { do: move, to, why: { ...why, contingency: id, text: `${said}: ${formatScope(plan, planned.scope)}` } }
  if (state.status !== 'paused' || stopped?.why.contingency !== id) return undefined
  if (intent) return Object.values(intent.targets).some(({ is }) => is === 'refused') ? undefined : { do: 'finish', why: intent.why }
  const track = watch?.tracks[why.metric]
  const lasted = track?.criticalFor ?? 0
  if (track?.verdict !== 'critical' || lasted >= plan.patience) return undefined
  const left = formatDuration(plan.patience - lasted)
  return { do: 'rest', why: { ...why, text: `${said} has done what it can, and is given ${left} more` } }
}

/** Warnings and missing data: hold first, and when they stay, pause. */
function findTrouble(situation: Situation, phase: Phase): Decision | undefined {
  const { state, metrics, weighed } = situation
  const found = metrics.flatMap((each) => troubleOf(state, phase, each) ?? [])
  if (weighed && isForPeople(state.plan, weighed.finding) && !isLeftToTheClock(situation, weighed))
    found.push({ do: 'pause', why: { code: 'evidence', text: weighed.text, judge: 'comparison' } })
  // One metric that may still be waited for must not hide another that may not.
  return found.find((each) => each.do === 'step-back') ?? found.find((each) => each.do === 'pause') ?? found[0]
}

/** Tells whether no further poll settles it. A metric that cannot be read at all is waited for as every other is. */
export function isForPeople({ metrics }: Pick<Plan, 'metrics'>, finding: Weighed['finding']): boolean {
  if (finding.do !== 'pause') return false
  if (finding.because !== 'missing') return finding.because === 'inconclusive' || finding.because === 'share'
  const { gap, metric } = finding
  const isUnreadable = gap.group === 'both' && gap.reason === 'unread'
  return isLost(gap) && !isUnreadable && metrics[metric]?.onNoData !== 'ignore'
}

/** By the clock nothing need be decided before the hold is over, and then only where the next step reaches everybody. */
function isLeftToTheClock({ state, step, next }: Situation, weighed: Weighed): boolean {
  return (
    isUndecided(weighed.finding) &&
    weighed.pace === 'clock' &&
    (!isAwaited(weighed, next) || (state.watch?.credit ?? 0) < (step?.hold ?? 0))
  )
}

function troubleOf(state: State, phase: Phase, { name, metric, track }: Tracked): Decision | undefined {
  if (!track) return undefined
  const { patience } = state.plan
  // Of most there is nothing to say.
  const say = (): string => `${name} ${describe(metric, track)}`
  if (track.verdict === 'warning') {
    const why: Why = { code: 'warning', metric: name, text: say(), judge: 'threshold' }
    const lasted = Math.max(track.warningFor ?? 0, track.criticalFor ?? 0)
    if (phase.onWarning === 'hold' || lasted < patience)
      return { do: 'hold', gates: [], why: waiting(why, lasted, patience, phase.onWarning !== 'hold') }
    const to = phase.onWarning === 'step-back' ? effectiveRetreat(state, { is: 'step' }) : undefined
    return to ? { do: 'step-back', to, why } : { do: 'pause', why }
  }
  if ((track.unmetFor ?? 0) >= patience)
    return { do: 'pause', why: { code: 'warning', metric: name, text: unmet(say(), track), judge: 'threshold' } }
  if (lost(state, track) && metric.onNoData !== 'ignore') return { do: 'pause', why: { code: 'no-data', metric: name, text: say() } }
  if (metric.onNoData === 'pause' && isGone(track)) return { do: 'pause', why: { code: 'no-data', metric: name, text: say() } }
  return undefined
}

function unmet(text: string, { unmetFor = 0 }: Track): string {
  return `${text} for ${formatDuration(unmetFor)}: nothing is wrong, and nothing is proven`
}

function waiting(why: Why, lasted: number, patience: number, ends: boolean): Why {
  return ends ? { ...why, text: `${why.text}; pauses in ${formatDuration(patience - lasted)} unless it recovers` } : why
}

/** Nothing was measured for longer than patience allows. Samples that still trickle in are not silence. */
function lost(state: State, track: Track): boolean {
  return track.verdict === 'unknown' && (track.unknownFor ?? 0) >= state.plan.patience
}

function isGone(track: Track): boolean {
  return track.verdict === 'unknown' && track.missing !== undefined && !isPassing(track)
}
