import type { State } from '../journal/state.ts'
import { commandFor } from './approval.ts'
import { exposureAt, stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import { formatDuration, formatExposure, type Duration, type Instant } from '../values/units.ts'
import type { Problem } from '../values/errors.ts'

/** The side of a toggle that the code keeps when the toggle goes. */
export type KeptSide = 'on' | 'off'

/** What a toggle that is to go is judged by. */
export interface Ending {
  readonly plan: Plan
  readonly toggle: string
  /** Every rollout of the plan, one an environment; none where nothing was started. */
  readonly states: readonly State[]
  /** The side that somebody wants to keep; absent: the one its rollout has led to. */
  readonly keep?: KeptSide
  /** When its sides were last answered, as far as applications tell. */
  readonly answered?: { readonly on?: Instant; readonly off?: Instant }
  readonly now: Instant
}

/** How long the side that goes must not have been answered, where the plan does not say. */
const UNUSED_FOR: Duration = 7 * 86_400_000

/**
 * Returns the side that is kept, and everything that speaks against taking the toggle out of the code: what the journals say, and
 * what applications tell of the side that goes.
 */
export function removable(ending: Ending): { readonly keep: KeptSide; readonly problems: readonly Problem[] } {
  const { plan, toggle, states } = ending
  const keep = ending.keep ?? sideOf(ending)
  const requiring = Object.entries(plan.toggles).flatMap(([name, { requires }]) => (requires.includes(toggle) ? [name] : []))
  const problems = [
    ...requiring.map((name) => ({ message: `${name} requires ${toggle}`, hint: `remove ${name} first, or take it out of its requires:` })),
    ...answeredLately(ending, keep),
    ...(states.length === 0 ? notStarted(ending, keep) : states.flatMap((state) => problemsIn(state, ending, keep))),
  ]
  return { keep, problems }
}

function answeredLately({ plan, toggle, answered, now }: Ending, side: KeptSide): readonly Problem[] {
  const other = side === 'on' ? 'off' : 'on'
  const [last, wait] = [answered?.[other], plan.cleanup?.unused ?? UNUSED_FOR]
  if (last === undefined || now - last >= wait) return []
  const ago = formatDuration(Math.max(0, now - last))
  return [
    {
      message: `${toggle} was answered ${other} ${ago} ago: somebody still runs with what would go`,
      hint: `it goes once nobody was for ${formatDuration(wait)} (cleanup: { unused: ${formatDuration(wait)} })`,
    },
  ]
}

/** Where its last step leads to, from wherever it began. */
function sideOf({ plan, toggle }: Ending): KeptSide {
  return plan.toggles[toggle]?.kind === 'legacy' ? 'off' : 'on'
}

function notStarted({ plan, toggle, keep }: Ending, side: KeptSide): readonly Problem[] {
  const isSo = plan.toggles[toggle]?.default === (side === 'on' ? 100 : 0)
  if (keep !== undefined && isSo) return []
  const message = `nothing was started yet: nobody knows that ${toggle} is ${side} everywhere`
  return [{ message, ...(keep === undefined && { hint: `--keep off gives it up` }) }]
}

function problemsIn(state: State, { toggle, keep }: Ending, side: KeptSide): readonly Problem[] {
  const where = state.plan.environment === undefined ? '' : ` in ${state.plan.environment}`
  const frozen = state.plan.toggles[toggle]
  const exposure = (state.intent ?? state).exposures[toggle] ?? frozen?.default ?? 0
  const wanted = side === 'on' ? 100 : 0
  if (exposure !== wanted || state.intent) {
    const under = state.intent ? ', and a move is not finished' : ''
    const other =
      keep === undefined && side === 'on' && exposure === 0 ? `--keep off gives it up` : `${formatExposure(wanted)} is what is kept`
    return [{ message: `${toggle} is at ${formatExposure(exposure)}${where}${under}`, hint: other }]
  }
  const ahead = stepsAhead(state, toggle)
  if (ahead.length > 0 && isMoving(state))
    return [
      {
        message: `step ${ahead[0]} is still to move ${toggle}${where}`,
        hint: `${commandFor(state.plan, 'run')} goes on; ${commandFor(state.plan, 'close')} ends it`,
      },
    ]
  if (keep !== undefined || !frozen) return []
  return isBaked(state, toggle)
    ? []
    : [{ message: `the phase of ${toggle} is not complete${where}`, hint: `${commandFor(state.plan, 'status')} says what it waits for` }]
}

/** Something may still be advanced. */
function isMoving({ status }: Pick<State, 'status'>): boolean {
  return status === 'running' || status === 'paused'
}

/** The numbers of the steps that are to change its exposure. */
function stepsAhead({ plan, cursor, baseline, exposures }: State, toggle: string): readonly number[] {
  const written = plan.toggles[toggle]
  if (!written) return []
  return stepsOf(plan).flatMap(({ index, moves, to }) => {
    const next = exposureAt(written, baseline[toggle] ?? written.default, to)
    return index > cursor && moves.includes(toggle) && next !== exposures[toggle] ? [index + 1] : []
  })
}

/** Its last phase lies behind: its bake, its checklist and its success are what let the rollout go on or complete. */
function isBaked({ plan, cursor, status }: State, toggle: string): boolean {
  if (status === 'complete') return true
  const phase = stepsOf(plan)[cursor]?.phase ?? -1
  return isMoving({ status }) && plan.phases.every(({ toggles }, nth) => !toggles.includes(toggle) || nth < phase)
}
