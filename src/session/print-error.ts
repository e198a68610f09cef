import { EXIT, messageOf, RolloutError, type Problem } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { annotation } from './github.ts'
import { VERSION, writeJson } from '../views/json.ts'
import { renderBug, renderProblems } from '../views/problem.ts'

/** Prints why a verb came to nothing: on stderr for people, as an annotation of a GitHub job, and with `--json` as the one value on stdout. */
export function printError(
  { out, err, env, version }: Pick<Shell, 'out' | 'err' | 'env' | 'version'>,
  isJson: boolean,
  thrown: unknown,
): void {
  const isKnown = thrown instanceof RolloutError
  const code = isKnown ? thrown.code : 'bug'
  const problems = isKnown ? thrown.problems : [{ message: messageOf(thrown) }]
  err.write(isKnown ? renderProblems(thrown, err) : renderBug(thrown, version, err))
  const [first] = problems
  if (first && env['GITHUB_ACTIONS'] === 'true')
    err.write(annotation({ level: 'error', title: 'rollout', text: sentencesOf(first), where: first.where }))
  if (isJson) writeJson({ kind: 'error', version: VERSION, code, exit: EXIT[code], message: messageOf(thrown), problems }, out)
}

function sentencesOf({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message}\n${hint}`
}
