import { confirmedBy, type Event } from '../core/journal/event.ts'
import type { Clock } from '../core/ports.ts'
import { FEW, formatCount, joinFew } from '../core/values/join-few.ts'
import type { Stream, TerminalSize } from '../core/values/stream.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import { clean } from './clean.ts'
import type { Moved } from './advance.ts'
import { firstThatFit, fitText } from './fit-text.ts'
import { paint } from './paint.ts'

/** After this long a target that has not confirmed is named, with what to type instead of waiting for it. */
const SOON: Duration = 1000
/** After this long they are named although they are many. */
const LATE: Duration = 5000
/** Where nobody watches, in characters. */
const LOG: TerminalSize = { columns: 100, rows: 40 }
/** Rows of a terminal that are left to what has been said before. */
const REST = 4
/** Takes back the line that lives. */
const CLEARED = '\r\u001b[K'

/** The lines of a move while it goes. */
export interface MoveProgress {
  /** Told of every event as soon as it is durable. */
  readonly tell: (event: Event) => void
  /** Writes a text of its own among the lines. */
  readonly say: (text: string) => void
  /** Targets that have confirmed the newest move. */
  readonly confirmed: ReadonlySet<string>
  /** Names those that are waited for, where nothing has been said of them yet, and throws on what ends the wait. */
  readonly cut: (thrown: unknown) => never
  readonly end: () => void
}

/** The view's source: the targets of the move, and how soon they are told of. */
export interface Shown {
  /** Returns the targets that have not confirmed. */
  readonly left: () => Moved['left']
  /** Targets are told of at once, with what to type; otherwise only where it takes longer than a second. */
  readonly isUrgent: boolean
}

/**
 * Shows a move while it goes, a line for each target as soon as something is known of it: that it has confirmed, that it
 * was given up, or after a second that it is waited for. Many targets are counted, a line a second. On a terminal one
 * more line lives.
 */
export function openMoveProgress(to: Stream, clock: Pick<Clock, 'monotonic' | 'timer'>, { left, isUrgent }: Shown): MoveProgress {
  const color = paint(to)
  const confirmed = new Set<string>()
  const refused = new Set<string>()
  let began = clock.monotonic()
  let [counted, of] = [0, 0]
  let [isShown, isNamed, isLiving] = [isUrgent, false, false]
  let stop = (): void => undefined
  const passed = (): Duration => clock.monotonic() - began
  const say = (text: string): void => {
    to.write(`${isLiving ? CLEARED : ''}${text}`)
    isLiving = false
  }
  const line = (text: string): unknown => isShown && say(`  ${text}\n`)
  const count = (): void => {
    if (passed() - counted < SOON && confirmed.size + refused.size < of) return
    counted = passed()
    const failed = refused.size === 0 ? '' : `, ${formatCount(refused.size)} ${color.red('✗')}`
    line(`${formatCount(confirmed.size)} of ${formatCount(of)} targets ${color.green('✓')}${failed} ${formatDuration(counted)}`)
  }
  const linesOf = ({ target, lines }: Moved['left'][number]): readonly string[] => [
    `${clean(target)} ${color.yellow('…')} has not confirmed yet${isUrgent ? '. By hand:' : ''}`,
    ...(isUrgent ? lines.map((each) => `    ${clean(each)}`) : []),
  ]
  const name = (waiting: Moved['left']): void => {
    const { shown, more } = firstThatFit(waiting, linesOf, roomIn(to))
    for (const text of shown.flatMap(linesOf)) line(text)
    if (more > 0) line(`${color.yellow('…')} and ${formatCount(more)} more have not confirmed yet`)
    isNamed = true
  }
  const live = (waiting: Moved['left']): void => {
    if (!to.tty || !to.size || waiting.length === 0) return
    const names = waiting.map(({ target }) => clean(target))
    const [text = ''] = fitText(`  … ${formatDuration(passed())}: waits for ${joinFew(names, ', ', 3)}`, { ...to.size(), rows: 2 })
    say(text)
    isLiving = true
  }
  const ring = (): void => {
    isShown = true
    const waiting = left()
    if (!isNamed && (waiting.length <= FEW || passed() >= LATE)) name(waiting)
    else if (of > FEW) count()
    live(waiting)
    if (!isNamed || to.tty) stop = clock.timer(SOON, ring)
  }
  const begin = (): void => {
    stop()
    ;[began, counted, isNamed] = [clock.monotonic(), 0, false]
    stop = clock.timer(SOON, ring)
  }
  // A move that was left unfinished has no event of its own.
  if (isUrgent) {
    of = left().length
    begin()
  }
  return {
    tell: (event) => {
      if (event.type === 'intended') {
        confirmed.clear()
        refused.clear()
        of = event.targets?.length ?? 0
        begin()
      } else if (event.type === 'applied') {
        const names = confirmedBy(event)
        for (const each of names) confirmed.add(each)
        if (of > FEW) count()
        else for (const each of names) line(`${clean(each)} ${color.green('✓')} ${formatDuration(passed())}`)
      } else if (event.type === 'refused') {
        refused.add(event.target)
        if (refused.size > FEW) count()
        else line(`${clean(event.target)} ${color.red('✗')} ${clean(event.error)}`)
      } else if (event.type === 'arrived') stop()
    },
    say,
    confirmed,
    cut: (thrown) => {
      isShown = true
      if (!isNamed) name(left())
      throw thrown
    },
    end: () => {
      stop()
      if (isLiving) say('')
    },
  }
}

function roomIn({ size }: Stream): TerminalSize {
  if (!size) return LOG
  const { columns, rows } = size()
  return { columns: Math.max(1, columns - 2), rows: Math.max(1, rows - REST) }
}
