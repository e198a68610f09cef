import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** What came of a verb at one of many rollouts. */
export interface OfOne {
  readonly name: string
  readonly outcome: Outcome
  /** One line. */
  readonly text: string
}

/** Renders what came of a verb at every rollout it was carried out on, one line each. */
export function renderEvery(rows: readonly OfOne[], stream: Stream): string {
  if (rows.length === 0) return 'no rollout is under way: nothing was done\n'
  const color = paint(stream)
  const width = Math.max(...rows.map(({ name }) => name.length))
  const lines = rows.map(({ name, outcome, text }) => {
    const mark = outcome === 'done' ? color.green('✓') : color.red('✗')
    return `${mark} ${clean(name).padEnd(width)}  ${clean(text)}`
  })
  return `${lines.join('\n')}\n`
}
