import { confirmedBy, type Event } from '../core/journal/event.ts'
import type { Clock } from '../core/ports.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import { clean } from './clean.ts'
import type { Moved } from './advance.ts'
import { paint } from './paint.ts'

/** After this long a target that has not confirmed is named, with what to type instead of waiting for it. */
const SOON: Duration = 1000

/** The lines of a rollback while it goes. */
export interface RollbackProgress {
  /** Told of every event as soon as it is durable. */
  readonly tell: (event: Event) => void
  /** Targets that have confirmed the newest rollback. */
  readonly confirmed: ReadonlySet<string>
  readonly end: () => void
}

/**
 * Shows a rollback while it goes, a line for each target as soon as something is known of it: that it has confirmed, that
 * it was given up, or after a second that it is waited for. `left` returns the targets that have not confirmed.
 */
export function openRollbackProgress(to: Stream, clock: Pick<Clock, 'monotonic' | 'timer'>, left: () => Moved['left']): RollbackProgress {
  const color = paint(to)
  const confirmed = new Set<string>()
  let began = clock.monotonic()
  const line = (target: string, text: string): unknown => to.write(`  ${clean(target)} ${text}\n`)
  const wait = (): void => {
    for (const { target, lines } of left()) {
      line(target, `${color.yellow('…')} has not confirmed yet. By hand:`)
      for (const each of lines) to.write(`      ${clean(each)}\n`)
    }
  }
  let stop = clock.timer(SOON, wait)
  return {
    tell: (event) => {
      if (event.type === 'intended') {
        confirmed.clear()
        began = clock.monotonic()
        stop()
        stop = clock.timer(SOON, wait)
      } else if (event.type === 'applied')
        for (const target of confirmedBy(event)) {
          confirmed.add(target)
          line(target, `${color.green('✓')} ${formatDuration(clock.monotonic() - began)}`)
        }
      else if (event.type === 'refused') line(event.target, `${color.red('✗')} ${clean(event.error)}`)
    },
    confirmed,
    end: () => stop(),
  }
}
