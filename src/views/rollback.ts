import { FEW, formatCount, joinFew } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Toggle } from '../core/plan/plan.ts'
import { isForward } from '../core/plan/steps.ts'
import type { State } from '../core/journal/state.ts'
import type { Change } from '../core/report/changes.ts'
import { formatDuration, formatExposure, type Duration } from '../core/values/units.ts'
import { renderByHand, type Moved } from './advance.ts'
import { renderChanges } from './event.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { nextCommand } from './status.ts'

export interface RollbackView {
  readonly did: 'moved' | 'nothing to do' | 'dry run'
  readonly changes: readonly Change[]
  /** The targets that held something else than the journal says, or were not known to hold it. */
  readonly differing: readonly string[]
  /** The targets that had not confirmed the rollback which this one went on with. */
  readonly unfinished: readonly string[]
  readonly state: State
  readonly left: Moved['left']
  /** The targets that have confirmed it: no other was asked. */
  readonly confirmed: readonly string[]
  readonly phase: string
}

/** Says that every target has confirmed, and is looked at again: a request that was under way may still land. */
export function renderSettling(wait: Duration): string {
  return `every target confirmed; looking again in ${formatDuration(wait)}, because a request may still be under way (Ctrl-C is safe)\n`
}

/** Renders what went back, target by target, and what is left to do by hand. */
export function renderRollback(view: RollbackView, stream: Stream): string {
  const { did, changes, state, left, confirmed: done } = view
  const color = paint(stream)
  const open = `not taken back yet at ${joinFew(left.map(({ target }) => clean(target)))}`
  const moves = renderChanges(changes) || (left.length > 0 ? open : renderUnmoved(view))
  if (did === 'dry run') return `would roll back: ${moves}\n`
  if (did === 'nothing to do')
    return [
      `${color.green('✓')} rolled back already; every target confirms it`,
      ...renderStaying(state),
      `  ${color.dim(nextCommand(state))}`,
      '',
    ].join('\n')
  const all = formatCount(new Set([...done, ...left.map(({ target }) => target)]).size)
  const tick = color.green('✓')
  const confirmed =
    done.length > FEW ? `${formatCount(done.length)} of ${all} targets ${tick}` : done.map((name) => `${clean(name)} ${tick}`).join('   ')
  const lines = [
    `${color.red('↓')} ${moves}`,
    ...(confirmed === '' ? [] : [`  ${confirmed}`]),
    ...renderByHand(state, left, stream),
    `  ${color.dim(nextCommand(state))}`,
  ]
  return `${lines.join('\n')}\n`
}

/** Says what there was to do where no toggle went back any further. */
function renderUnmoved({ differing, unfinished }: RollbackView): string {
  if (differing.length > 0) return `put back at ${joinFew(differing.map(clean))}: something else was there`
  if (unfinished.length > 0) return `finished at ${joinFew(unfinished.map(clean))}, which had not confirmed yet`
  return 'every toggle is there already'
}

/** Names the toggles that are further on than before the rollout: taken back in part, or moved by a phase before. */
function renderStaying({ plan, baseline, exposures }: State): readonly string[] {
  const isOn = ([name, toggle]: [string, Toggle]): boolean =>
    isForward(toggle, baseline[name] ?? toggle.default, exposures[name] ?? toggle.default)
  const staying = Object.entries(plan.toggles)
    .filter(isOn)
    .map(([name, toggle]) => `${clean(name)} ${formatExposure(exposures[name] ?? toggle.default)}`)
  if (staying.length === 0) return []
  const stays = staying.length === 1 ? 'stays as it is' : 'stay as they are'
  return [`  ${joinFew(staying)} ${stays}; rollout rollback --all takes back every toggle`]
}
