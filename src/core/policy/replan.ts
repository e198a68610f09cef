import { exposuresAfter, stepsOf, type Step } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import type { State } from '../journal/state.ts'
import { formatExposure } from '../values/units.ts'
import type { Problem } from '../values/errors.ts'

type Underway = Pick<State, 'plan' | 'exposures' | 'baseline' | 'cursor'>

/** What becomes of a toggle under an edited plan. */
export type Fate = 'behind' | 'under way' | 'ahead' | 'new' | 'goes' | 'changed'

/** One toggle of one phase, before and after an edit. */
export interface Replanned {
  readonly phase: string
  readonly toggle: string
  readonly is: Fate
  /** Its steps as they will be; as they were, of one that goes. */
  readonly to: readonly string[]
  /** What else is to be known: where one that goes stays, and what the steps were. */
  readonly note?: string
}

/** Where a rollout stands under an edited plan, or why it cannot go on with it. */
export type Replan = { readonly rows: readonly Replanned[] } & ({ readonly cursor: number } | { readonly refused: Problem })

/**
 * Returns where a rollout under way stands in an edited plan. What is behind stays behind, whatever its number is now: a
 * toggle that is done or was never moved may go, and is left as it is; one that is new may join anywhere ahead, and behind
 * only while no other is half way, because the cursor goes back for it.
 */
export function replan(state: Underway, next: Plan): Replan {
  const [old, now] = [movedBy(state.plan), movedBy(next)]
  const gone = [...old].filter((name) => !now.has(name))
  const refused = [
    ...gone.map((name) => whyKept(state, name)),
    ...Object.keys(state.plan.toggles).map((name) => whyUnlike(state, next, name)),
  ].find((why) => why !== undefined)
  const found = refused ? { refused } : cursorIn(state, next, old, new Set(gone))
  const cursor = 'cursor' in found ? found.cursor : state.cursor
  return { ...found, rows: rowsOf(state, next, cursor, gone) }
}

function movedBy(plan: Plan): ReadonlySet<string> {
  return new Set(stepsOf(plan).flatMap(({ moves }) => moves))
}

/** Returns why a toggle cannot go: it is neither where it was nor where it ends. */
function whyKept({ plan, exposures, baseline, cursor }: Underway, name: string): Problem | undefined {
  const exposure = exposures[name] ?? baseline[name]
  if (exposure === baseline[name]) return undefined
  const isDone = stepsOf(plan).findLastIndex(({ moves }) => moves.includes(name)) <= cursor
  if (isDone && exposure === endsOf(plan, baseline)[name]) return undefined
  return {
    message: `${name} is at ${formatExposure(exposure ?? 0)}, on its way, and would be forgotten`,
    hint: `let it come to its end, or rollout rollback ${name} first`,
  }
}

/** Returns why a toggle that is on cannot be written elsewhere, or turn round: no rollback would find what it is now. */
function whyUnlike({ plan, exposures, baseline }: Underway, next: Plan, name: string): Problem | undefined {
  const [was, is] = [plan.toggles[name], next.toggles[name]]
  const exposure = exposures[name] ?? baseline[name]
  if (!was || !is || exposure === baseline[name]) return undefined
  const hint = `rollout rollback ${name} first`
  const left = was.targets.find((target) => was.variable !== is.variable || !is.targets.includes(target))
  const at = `${name} is at ${formatExposure(exposure ?? 0)}`
  if (left !== undefined) return { message: `${at}, and ${was.variable} on ${left} would be forgotten`, hint }
  if ((was.kind === 'legacy') === (is.kind === 'legacy')) return undefined
  return { message: `${at}, and would go the other way as a ${is.kind} toggle`, hint }
}

function endsOf(plan: Plan, baseline: State['baseline']): State['exposures'] {
  return exposuresAfter(plan, baseline, stepsOf(plan).length - 1)
}

function cursorIn(
  state: Underway,
  next: Plan,
  old: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): { readonly cursor: number } | { readonly refused: Problem } {
  const kept = stepsOf(state.plan)
    .slice(0, state.cursor + 1)
    .map((step) => ({ ...step, moves: step.moves.filter((name) => !gone.has(name)) }))
    .filter(({ moves }) => moves.length > 0)
  const begun = new Set(kept.map((step) => phaseOf(state.plan, step)))
  // A shadow comes before its phase, or not at all.
  const isOver = ({ phase }: Step): boolean => begun.has(next.phases[phase]?.shadows?.phase)
  let [matched, joins]: [number, Step | undefined] = [0, undefined]
  let at = -1
  for (const step of stepsOf(next)) {
    const was = kept[matched]
    if (!was) break
    at = step.index
    const known = step.moves.filter((name) => old.has(name))
    if (known.length < step.moves.length && !isOver(step)) joins ??= { ...step, moves: step.moves.filter((name) => !old.has(name)) }
    if (known.length === 0) continue
    const isSame = was.to === step.to && was.moves.join() === known.join() && phaseOf(state.plan, was) === phaseOf(next, step)
    if (!isSame) return { refused: changedBehind(was) }
    matched += 1
  }
  const lost = kept[matched]
  if (lost) return { refused: changedBehind(lost) }
  if (!joins) return { cursor: at }
  const half = [...old].find((name) => !gone.has(name) && isHalfWay(state, name))
  return half === undefined ? { cursor: joins.index - 1 } : { refused: joinsBehind(state, next, joins, half) }
}

function phaseOf(plan: Plan, step: Step): string | undefined {
  return plan.phases[step.phase]?.id
}

function isHalfWay({ plan, exposures, baseline }: Underway, name: string): boolean {
  const exposure = exposures[name] ?? baseline[name]
  return exposure !== baseline[name] && exposure !== endsOf(plan, baseline)[name]
}

function changedBehind({ index, moves, to }: Step): Problem {
  return {
    message: `step ${index + 1} (${moves.join(', ')} to ${formatExposure(to)}) is behind the cursor and cannot change`,
    hint: 'roll back first, or change only what is still ahead',
  }
}

function joinsBehind({ exposures }: Underway, next: Plan, { moves, phase }: Step, half: string): Problem {
  return {
    message: `${moves.join(', ')} would join ${next.phases[phase]?.id ?? ''} behind the cursor while ${half} is at ${formatExposure(exposures[half] ?? 0)}`,
    hint: `put it into a phase that is still ahead, or accept the plan when ${half} has come to its end`,
  }
}

function rowsOf(state: Underway, next: Plan, cursor: number, gone: readonly string[]): readonly Replanned[] {
  const [before, after] = [rampsOf(state.plan), rampsOf(next)]
  const rows = [...after.values()].map(({ phase, toggle, steps, first, last }): Replanned => {
    const to = steps.map(formatExposure)
    const was = [...before.values()].find((each) => each.toggle === toggle)
    if (last <= cursor) return { phase, toggle, is: 'behind', to }
    if (!was) return { phase, toggle, is: 'new', to }
    const notes = [
      ...(was.phase === phase ? [] : [`was in ${was.phase}`]),
      ...(was.steps.join() === steps.join() ? [] : [`was ${was.steps.map(formatExposure).join(' ')}`]),
    ]
    if (notes.length > 0) return { phase, toggle, is: 'changed', to, note: notes.join(', ') }
    return { phase, toggle, is: first <= cursor ? 'under way' : 'ahead', to }
  })
  const leaving = gone.flatMap((toggle): readonly Replanned[] => {
    const was = [...before.values()].find((each) => each.toggle === toggle)
    if (!was) return []
    const targets = state.plan.toggles[toggle]?.targets.join(', ') ?? ''
    const rest = Object.hasOwn(next.toggles, toggle) ? 'moved no more' : 'not written any more'
    const note = `stays at ${formatExposure(state.exposures[toggle] ?? state.baseline[toggle] ?? 0)} on ${targets}, and is ${rest}`
    return [{ phase: was.phase, toggle, is: 'goes', to: was.steps.map(formatExposure), note }]
  })
  return [...rows, ...leaving]
}

interface Ramp {
  readonly phase: string
  readonly toggle: string
  readonly steps: readonly number[]
  /** Indices of its first and last step. */
  readonly first: number
  readonly last: number
}

/** Every toggle of every phase, in the order of the steps. */
function rampsOf(plan: Plan): ReadonlyMap<string, Ramp> {
  const ramps = new Map<string, Ramp>()
  for (const step of stepsOf(plan)) {
    const phase = phaseOf(plan, step) ?? ''
    for (const toggle of step.moves) {
      const key = `${phase}/${toggle}`
      const { steps, first } = ramps.get(key) ?? { steps: [], first: step.index }
      ramps.set(key, { phase, toggle, steps: [...steps, step.to], first, last: step.index })
    }
  }
  return ramps
}
