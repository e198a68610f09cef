import { messageOf, type Problem, type RolloutError, type Where } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** Renders every problem of an error: its place, what is wrong, what to do. */
export function renderProblems(error: RolloutError, stream: Stream): string {
  return error.problems.map((problem) => renderProblem(problem, paint(stream).red('✗'), stream)).join('')
}

/** Problems that stop nothing. */
export function renderWarnings(problems: readonly Problem[], stream: Stream): string {
  return problems.map((problem) => renderProblem(problem, paint(stream).yellow('!'), stream)).join('')
}

function renderProblem({ message, where, hint }: Problem, mark: string, stream: Stream): string {
  const color = paint(stream)
  const place = where ? placeOf(where) : ''
  const first = `${mark} ${place === '' ? '' : `${color.bold(place)} `}${clean(message)}\n`
  return hint === undefined ? first : `${first}  ${color.dim(clean(hint))}\n`
}

/** Returns `rollout.yaml:12:5 toggles.FEATURE_X`. */
export function placeOf({ file, line, column, path }: Where): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(':')
  return clean([position, path].filter((part) => part !== undefined && part !== '').join(' '))
}

/** Renders an error nobody foresaw, with what a report of it needs. */
export function renderBug(thrown: unknown, version: string, stream: Stream): string {
  const color = paint(stream)
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  return [
    `${color.red('✗')} This is a bug in rollout ${version}: ${clean(messageOf(thrown))}`,
    '  Nothing is lost: every change is in the journal, and the next command goes on from there.',
    '  Please report it with the lines below.',
    ...stack.split('\n').map((line) => `  ${clean(line)}`),
    '',
  ].join('\n')
}
