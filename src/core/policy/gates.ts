import { defined } from '../values/defined.ts'
import type { Weighed } from '../judge/comparison.ts'
import { describeStanding, missingOf, standingOf, commandFor, type ToDo } from './approval.ts'
import { approvalsOf } from '../plan/approvals.ts'
import { frozenBy, isOpen, opensAt, thawsAt } from '../plan/calendar.ts'
import { describe } from '../judge/describe.ts'
import { settleLeft } from '../judge/settle.ts'
import { isPassing, type Track, type Tracked, type Watch } from '../judge/track.ts'
import type { Step } from '../plan/steps.ts'
import type { Metric } from '../plan/metric.ts'
import type { ChecklistItem, Phase, Plan } from '../plan/plan.ts'
import { formatRule } from '../values/rule.ts'
import type { State } from '../journal/state.ts'
import { formatDuration, formatInstant, type Duration, type Instant } from '../values/units.ts'
import { criterionKey } from '../plan/plan.ts'

export const GATES = [
  'version',
  'evidence',
  'hold',
  'bake',
  'samples',
  'metrics',
  'approval',
  'unused',
  'checklist',
  'success',
  'drill',
  'window',
  'freeze',
  'drift',
] as const
export type GateName = (typeof GATES)[number]

/** Anything that must be open before a step up. */
export interface Gate {
  readonly name: GateName
  readonly open: boolean
  /** The measurement beside what is needed: `hold 12m of 30m`. */
  readonly text: string
  /** Watched time until it may open, when that can be foretold. */
  readonly opensIn?: Duration
  /** What people can do about it. */
  readonly missing?: readonly ToDo[]
}

/**
 * Returns the gate that an event of a newer version closes: what is not understood stops going up, and nothing else.
 */
export function versionGates({ unknown }: State): readonly Gate[] {
  if (!unknown) return []
  const { seq, kind, version } = unknown
  const text = `version #${seq} "${kind}" is not known to this one: rollout ${version} wrote it, and knows what comes next`
  return [{ name: 'version', open: false, text }]
}

/**
 * Returns the gate of the comparison. With `pace: clock` it says when something is wrong, and when it is enough only
 * where the next step reaches everybody.
 */
export function evidenceGates(weighed: Weighed, next: Step | undefined): readonly Gate[] {
  const { finding, text, opensIn } = weighed
  const isEnough = finding.do === 'advance' || finding.do === 'complete'
  const open = isEvidenceOpen(weighed, next)
  const opened = isEnough ? 'enough' : 'not waited for here'
  const eta = !open && opensIn !== undefined && { opensIn }
  return [{ name: 'evidence', open, text: open ? `evidence ${opened} (${text})` : `evidence ${text}`, ...eta }]
}

/** Tells whether the gate of the comparison is open. */
export function isEvidenceOpen(weighed: Weighed, next: Step | undefined): boolean {
  const { finding } = weighed
  return finding.do === 'advance' || finding.do === 'complete' || (!isAwaited(weighed, next) && isUndecided(finding))
}

/** Tells whether the step waits for evidence: by the clock the one that reaches everybody does, and no other. */
export function isAwaited({ pace }: Weighed, next: Step | undefined): boolean {
  return pace === 'evidence' || next?.to === 100
}

/** Tells whether nothing is wrong and too little is known, for however long. */
export function isUndecided(finding: Weighed['finding']): boolean {
  return finding.do === 'hold' || (finding.do === 'pause' && finding.because === 'inconclusive' && finding.instead === 'hold')
}

/** Returns the gates that proven hold time opens: the hold of the step, and the bake after the last one of a phase. */
export function holdGates(step: Step, phase: Phase | undefined, watch: Watch | undefined): readonly Gate[] {
  const bake = step.last ? (phase?.after ?? 0) : 0
  const settling = phase ? settleLeft(phase, watch?.watched ?? 0) : 0
  const gates = [timer('hold', watch, step.hold, settling), timer('bake', watch, bake, settling)]
  return gates.filter((gate) => gate !== undefined)
}

const UNCOUNTED = 'no time counts since the poll before'

function timer(name: 'hold' | 'bake', watch: Watch | undefined, needed: Duration, settling: Duration): Gate | undefined {
  if (needed === 0) return undefined
  const { credit, isSevered = false, gap } = watch ?? { credit: 0 }
  const open = credit >= needed
  const text = `${name} ${formatDuration(Math.min(credit, needed))} of ${formatDuration(needed)}`
  if (!open && isSevered) return { name, open, text: `${text} (${UNCOUNTED}, which was on another machine or boot)` }
  if (!open && gap !== undefined) return { name, open, text: `${text} (${UNCOUNTED}, ${formatDuration(gap)} ago; rollout run watches)` }
  return defined({ name, open, text, opensIn: open ? undefined : settling + needed - credit })
}

/** Returns one gate of all metrics, and one for each that has had too little time or too few samples to say anything. */
export function metricGates(metrics: readonly Tracked[], credit: Duration): readonly Gate[] {
  const samples: Gate[] = []
  const [closed, healthy, ignored]: [string[], string[], string[]] = [[], [], []]
  const settling = metrics.find(({ track }) => track?.missing?.reason === 'settling')?.track?.missing
  if (settling) return [{ name: 'metrics', open: false, text: `metrics settling: ${settling.detail}` }]
  for (const { name, metric, track } of metrics) {
    const isPassed = track !== undefined && isPassing(track)
    if (track?.met && !isPassed) healthy.push(name)
    else if (metric.onNoData === 'ignore' && (track?.verdict ?? 'unknown') === 'unknown') ignored.push(name)
    else if (isPassed) samples.push(passingGate(name, metric, track, credit))
    else closed.push(`${name} ${track ? describe(metric, track) : 'not measured yet'}`)
  }
  const open = closed.length === 0 && samples.length === 0
  const all: Gate = { name: 'metrics', open, text: `metrics ${open ? sayOpen(healthy, ignored) : closed.join('; ')}` }
  return metrics.length === 0 ? [] : closed.length > 0 || open ? [...samples, all] : samples
}

/** What says nothing and is ignored is not healthy. */
function sayOpen(healthy: readonly string[], ignored: readonly string[]): string {
  const silent = ignored.length > 0 ? [`${ignored.join(', ')} silent, and ignored`] : []
  return [...(healthy.length > 0 ? [`healthy (${healthy.join(', ')})`] : []), ...silent].join('; ')
}

function passingGate(name: string, metric: Metric, track: Track, credit: Duration): Gate {
  const { reason, detail } = track.missing ?? { reason: 'first-poll', detail: '' }
  const closed = { name: 'metrics', open: false, text: `metrics ${name} ${reason}: ${detail}` } as const
  if (reason === 'looks-back') return { ...closed, opensIn: Math.max(0, (metric.looksBack ?? 0) - credit) }
  // Of a number without counts nobody waits for requests.
  const isFirst = reason === 'first-poll'
  if (reason === 'reset' || (isFirst && metric.measures.what === 'gauge')) return closed
  const gate = sampleGate(name, track, metric.minSamples, credit)
  return isFirst && detail !== '' ? { ...gate, text: `${gate.text}: ${detail}` } : gate
}

function sampleGate(metric: string, track: Track, needed: number, credit: Duration): Gate {
  const have = Math.round(track.samples ?? 0)
  const text = `samples ${have} of ${needed} (${metric})`
  if (have === 0 || credit === 0) return { name: 'samples', open: false, text }
  return { name: 'samples', open: false, text, opensIn: Math.max(0, ((needed - have) * credit) / have) }
}

/** Returns a gate for each approval the next step needs. `mover` types the step, if somebody does. */
export function approvalGates(state: State, next: Step, now: Instant, mover?: string): readonly Gate[] {
  return approvalsOf(next).map((needed) => {
    const standing = standingOf(state, next, needed, now, mover)
    const open = standing.given.length >= needed.count
    return { name: 'approval', open, text: describeStanding(standing), ...(!open && { missing: [missingOf(state.plan, standing)] }) }
  })
}

/** Returns what must be true before a phase is complete: its checklist, its success criteria, its drill. */
export function phaseGates(state: State, phase: Phase): readonly Gate[] {
  const undone = phase.checklist.filter(({ id }) => !state.checked.some((each) => each.phase === phase.id && each.item === id))
  const done = phase.checklist.length - undone.length
  const list: Gate = {
    name: 'checklist',
    open: undone.length === 0,
    text: `checklist ${done} of ${phase.checklist.length}${undone.map(({ id, owner }) => `, missing ${id}${owner ? ` (${owner})` : ''}`).join('')}`,
    ...(undone.length > 0 && { missing: undone.map((item) => missingItem(state.plan, item)) }),
  }
  const criteria = phase.success.map((criterion, nth): Gate => {
    const held = state.watch?.criteria[criterionKey(phase, nth)] ?? 0
    const open = held >= criterion.over
    const text = `success ${criterion.metric} ${formatRule(criterion.rule)} for ${formatDuration(Math.min(held, criterion.over))} of ${formatDuration(criterion.over)}`
    return defined({ name: 'success', open, text, opensIn: open ? undefined : criterion.over - held })
  })
  return [...(phase.checklist.length > 0 ? [list] : []), ...criteria, ...drillGates(state, phase)]
}

function drillGates({ drilled, plan }: State, { drill: contingency }: Phase): readonly Gate[] {
  if (contingency === undefined) return []
  const last = drilled?.[contingency]
  if (last?.passed)
    return [{ name: 'drill', open: true, text: `drill ${contingency} passed in ${formatDuration(last.took)} (#${last.seq})` }]
  const how = plan.drill
    ? `rollout drill ${contingency} --apply -e ${plan.environment}`
    : `rollout drill ${contingency} --proof ENVIRONMENT`
  return [{ name: 'drill', open: false, text: `drill ${contingency} ${last ? `failed (#${last.seq})` : 'not done'}: ${how}` }]
}

function missingItem(plan: Plan, { id, text, owner, kind, evidence }: ChecklistItem): ToDo {
  const command = commandFor(plan, `approve ${id}${evidence === true ? ' --evidence URL' : ''} --reason "…"`)
  return defined({ text: `${id}: ${text}${kind ? ` (${kind})` : ''}`, command, owner })
}

/** Returns the gates of the calendar: windows, and the freezes there are at this wall time. */
export function calendarGates({ windows, freezes }: Plan, now: Instant): readonly Gate[] {
  const gates: Gate[] = []
  if (windows.length > 0) {
    const open = isOpen(windows, now)
    const at = opensAt(windows, now)
    const closed = at === undefined ? 'window never opens' : `window closed until ${formatInstant(at)}`
    gates.push({ name: 'window', open, text: open ? 'window open' : closed, ...(!open && at !== undefined && { opensIn: at - now }) })
  }
  const held = frozenBy(freezes, now)
  if (held.length > 0) {
    const thaws = thawsAt(freezes, now)
    const last = freezes.find(({ name, to }) => to === thaws && !held.some((each) => each.name === name))
    const then = last ? `, then ${last.name}: until ${formatInstant(thaws)}` : ''
    const text = `freeze ${held.map(({ name, to }) => `${name} until ${formatInstant(to)}`).join(' and ')}${then}`
    gates.push({ name: 'freeze', open: false, text, opensIn: thaws - now })
  }
  return gates
}
