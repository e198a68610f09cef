import type { Stream } from '../core/values/stream.ts'
import type { Failure } from '../core/values/failure.ts'
import { clean } from './clean.ts'
import { renderFailed, type FailedTarget } from './failed.ts'
import { paint } from './paint.ts'

export interface BreakGlassReport {
  readonly cause: string
  readonly targets: readonly (Omit<FailedTarget, 'error'> & Partial<Failure>)[]
  /** Whether the next command will find a note of it on this machine. */
  readonly recorded: boolean
}

/** Renders which targets hold every default now, what is left to do by hand, and what the journal does not know. */
export function renderBreakGlass({ cause, targets, recorded }: BreakGlassReport, stream: Stream): string {
  const color = paint(stream)
  const lines = targets.flatMap(({ error, ...each }) =>
    error === undefined ? [`  ${clean(each.target)} ${color.green('✓')}`] : renderFailed({ error, ...each }, stream),
  )
  const next = recorded
    ? 'the next command that reaches the journal records it'
    : 'nothing could be noted here: once the journal is back, type rollout rollback --all'
  return `${[`${color.red('↓')} break-glass: every toggle to its default, without the journal`, `  ${clean(cause)}`, ...lines, `  ${next}`].join('\n')}\n`
}
