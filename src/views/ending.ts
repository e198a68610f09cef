import type { Waiting } from '../core/policy/waiting.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Deed, State } from '../core/journal/state.ts'
import { formatInstant } from '../core/values/units.ts'
import { renderByHand, type Moved } from './advance.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { nextCommand, renderWord } from './status.ts'
import { renderWaits } from './waiting.ts'

/** Renders how a run ended: what happened, by whom and why, what it waits for while it goes on, what is left to type by hand, and what to type next. */
export function renderEnding(state: State, waits: readonly Waiting[], left: Moved['left'], stream: Stream): string {
  const color = paint(stream)
  const lines = [
    '',
    renderOutcome(state, stream),
    ...(state.status === 'running' ? renderWaits(waits, stream) : []),
    ...renderByHand(state, left, stream),
    color.dim(`  ${nextCommand(state)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Renders that another command rolls back, and is still at it. */
export function renderOvertaken(state: State, stream: Stream): string {
  const next = 'that command brings the targets back; rollout status says how far it is'
  return `\n${renderOutcome(state, stream)}\n  ${paint(stream).dim(next)}\n`
}

/** Renders that somebody else came first while a step was taken, and what they did. */
export function renderSuperseded(state: State, stream: Stream): string {
  const color = paint(stream)
  return `${color.red('✗')} somebody else came first: ${renderOutcome(state, stream)}\n  ${color.dim(nextCommand(state))}\n`
}

/** Renders `ROLLED BACK  customers call (#12 by ben, 2026-11-28 22:31:19Z)`. */
export function renderOutcome({ status, stopped }: Pick<State, 'status' | 'stopped'>, stream: Stream): string {
  const word = renderWord(status, stream)
  if (!stopped) return word
  const color = paint(stream)
  const { actor, why, seq, at } = stopped
  return `${word}  ${clean(why.text)} ${color.dim(`(#${seq} ${byWhom(actor)}, ${formatInstant(at)})`)}`
}

function byWhom(actor: Deed['actor']): string {
  return actor === 'auto' ? 'by itself' : `by ${clean(actor)}`
}
