import type { Decision } from '../core/policy/decide.ts'
import type { Step } from '../core/plan/steps.ts'
import { formatCount } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { currentStep, type State } from '../core/journal/state.ts'
import type { Change } from '../core/report/changes.ts'
import { formatExposure } from '../core/values/units.ts'
import { renderChanges } from './event.ts'
import { clean, listed } from './clean.ts'
import { renderFailed } from './failed.ts'
import { opensIn } from './gate.ts'
import { paint } from './paint.ts'
import { renderMissing } from './missing.ts'
import { nextCommand, renderWord } from './status.ts'

export interface Moved {
  readonly changes: readonly Change[]
  readonly state: State
  readonly decision: Decision
  /** The lines left to type by hand, target by target. */
  readonly left: readonly { readonly target: string; readonly lines: readonly string[] }[]
  readonly overrides: readonly string[]
}

/** Renders what moved, which targets confirmed it, and what is left to do by hand. */
export function renderAdvance({ changes, state, decision, left, overrides }: Moved, stream: Stream): string {
  const color = paint(stream)
  const failed = left.length > 0
  const up = decision.do === 'advance' || decision.do === 'hold' || decision.do === 'finish'
  const mark = failed ? color.red('✗') : up ? color.green('✓') : color.red('↓')
  const lines = [`${mark} ${renderChanges(changes) || renderWord(state.status, stream)}`]
  if (overrides.length > 0) lines.push(color.yellow(`  overriding ${listed(overrides)}`))
  if (!up) lines.push(`  ${clean(decision.why.text)}`)
  lines.push(...renderByHand(state, left, stream))
  lines.push(color.dim(`  ${nextCommand(state)}`))
  return `${lines.join('\n')}\n`
}

/** A line to type is what is left where nothing else works: they are counted only where nobody would type them all. */
const MOST_BY_HAND = 100

/** Renders why targets have not confirmed, and the lines to type. */
export function renderByHand(state: State, left: Moved['left'], stream: Stream): readonly string[] {
  const color = paint(stream)
  const more = left.length - MOST_BY_HAND
  const named = left.slice(0, MOST_BY_HAND).flatMap(({ target, lines }) => {
    const progress = state.intent?.targets[target]
    return renderFailed({ target, lines, ...(progress?.is === 'refused' ? progress : { error: 'not confirmed' }) }, stream)
  })
  return more > 0 ? [...named, `  ${color.red('✗')} and ${formatCount(more)} more: --json has the lines of each`] : named
}

/** Behind the last step there is nothing to go on to: what is not proven by then is for a person to end. */
const END = 'It is the last step, and no override proves it. To end it as it is: rollout close --keep'

/** Renders why it stays: what was measured, what is needed, when it may change, and how to go anyway. */
export function renderRefusal(state: State, decision: Decision, next: Step | undefined, stream: Stream): string {
  const color = paint(stream)
  const step = currentStep(state)
  const at = step ? formatExposure(step.to) : 'the baseline'
  if (decision.do === 'advance') return `${color.green('✓')} would go to step ${decision.to.cursor + 1}: ${clean(decision.why.text)}\n`
  if (decision.do === 'complete' && state.status !== 'complete') return `${color.green('✓')} would complete: ${clean(decision.why.text)}\n`
  const mark = state.status === 'complete' ? color.green('✓') : color.red('✗')
  if (decision.do !== 'hold')
    return `${mark} ${renderWord(state.status, stream)} at ${at}: ${clean(decision.why.text)}\n  ${nextCommand(state)}\n`
  const closed = decision.gates.filter((gate) => !gate.open)
  const texts = closed.map((gate) => `${gate.text}${opensIn(gate)}`)
  const lines = [`${color.red('✗')} stays at ${at}: ${clean(texts.length > 0 ? texts.join(' · ') : decision.why.text)}`]
  const names = [...new Set(closed.map(({ name }) => name))]
  if (names.length > 0)
    lines.push(color.dim(`  ${next ? `To go anyway: rollout advance --override ${names.join(',')}` : END} --reason "…"`))
  lines.push(...closed.flatMap((gate) => renderMissing(gate, stream)))
  return `${lines.join('\n')}\n`
}
