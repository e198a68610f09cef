import type { Waiting } from '../core/policy/waiting.ts'
import { FEW, formatCount } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatInstant } from '../core/values/units.ts'
import { clean } from './clean.ts'
import { opensIn } from './gate.ts'
import { paint } from './paint.ts'
import { renderMissing } from './missing.ts'

/** Renders what a rollout waits for, each with since when and what people can do: the same lines wherever it is shown; of many the first ones. */
export function renderWaits(waits: readonly Waiting[], stream: Pick<Stream, 'color'>): readonly string[] {
  const color = paint(stream)
  const more = waits.length - FEW
  const named = waits.slice(0, FEW).flatMap((each) => {
    const mark = WRONG.has(each.name) ? color.red('✗') : color.yellow('…')
    return [
      `  ${mark} ${clean(each.text).replace(/\.$/, '')}${color.dim(`${opensIn(each)}, since ${formatInstant(each.since)}`)}`,
      ...renderMissing(each, stream),
    ]
  })
  return more > 0 ? [...named, `  ${color.yellow('…')} and ${formatCount(more)} more`] : named
}

/** What no passing of time under watch mends. */
const WRONG: ReadonlySet<Waiting['name']> = new Set(['drift', 'target', 'turn'])
