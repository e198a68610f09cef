import type { Stream } from '../core/values/stream.ts'
import type { Lease } from '../core/journal/store.ts'
import { formatInstant } from '../core/values/units.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

export interface StatePage {
  readonly place: string
  readonly events: number
  readonly head: string
  readonly lease?: Lease
  readonly moved?: string
}

/** Renders the page of `rollout state`: where the journal is, how far, and who watches. */
export function renderState({ place, events, head, lease, moved }: StatePage, stream: Stream): string {
  const color = paint(stream)
  const watched = lease
    ? `watched by ${clean(lease.holder.host)} pid ${lease.holder.pid} since ${formatInstant(lease.since)}`
    : 'nobody watches'
  return [
    `journal  ${color.bold(clean(place))}`,
    `events   ${events}, the newest ${head}`,
    `lease    ${watched}`,
    ...(moved === undefined ? [] : [`${color.yellow('!')} it goes on in ${clean(moved)}: name that as state: in rollout.yaml`]),
    '',
  ].join('\n')
}

/** Renders what `rollout state move` has done, and the one line that is left to change. */
export function renderMoved(
  { from, to, events, head }: { readonly from: string; readonly to: string; readonly events: number; readonly head: string },
  written: string,
  stream: Stream,
): string {
  const color = paint(stream)
  // A password that was typed is not printed, and does not belong in the plan.
  const line = written.replace(/(:\/\/[^:/@]*):[^@]+@/, '$1:${STATE_PASSWORD}@')
  return [
    `${color.green('✓')} ${events} events are in ${clean(to)}, every hash holds; the newest is ${head}`,
    `  ${clean(from)} is sealed: nothing follows there`,
    `  one line of rollout.yaml to change: ${color.bold(`state: ${clean(line)}`)}`,
    '',
  ].join('\n')
}
