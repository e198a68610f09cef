import type { Where } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { placeOf } from './problem.ts'

export interface DoctorFinding {
  readonly what: string
  readonly level: 'ok' | 'warning' | 'failed'
  readonly text: string
  readonly hint?: string
  readonly where?: Where
  /** Nothing is wrong with what is here: something did not answer. */
  readonly isUnreachable?: true
}

/** Renders one line a finding, and what to do about it. */
export function renderDoctor(rows: readonly DoctorFinding[], stream: Stream): string {
  const color = paint(stream)
  const marks = { ok: color.green('✓'), warning: color.yellow('!'), failed: color.red('✗') }
  const lines = rows.flatMap(({ what, level, text, hint, where }) => {
    const place = where ? `${color.bold(placeOf(where))} ` : ''
    return [`${marks[level]} ${clean(what)}: ${place}${clean(text)}`, ...(hint === undefined ? [] : [`  ${color.dim(clean(hint))}`])]
  })
  return `${lines.join('\n')}\n`
}
