import type { Failure } from '../core/values/failure.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** A target that does not hold what it should, and what to type there. */
export interface FailedTarget extends Failure {
  readonly target: string
  readonly lines: readonly string[]
}

/** Renders why a target has not confirmed, the lines to type by hand, and what helps where that is known. */
export function renderFailed({ target, error, hint, lines }: FailedTarget, stream: Pick<Stream, 'color'>): readonly string[] {
  const color = paint(stream)
  return [
    `  ${color.red('✗')} ${clean(target)}: ${clean(error)}. By hand:`,
    ...lines.map((line) => `      ${clean(line)}`),
    ...(hint === undefined ? [] : [`    ${color.dim(clean(hint))}`]),
  ]
}
