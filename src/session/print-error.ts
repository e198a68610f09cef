import { EXIT, messageOf, RolloutError } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { VERSION, writeJson } from '../views/json.ts'
import { renderBug, renderProblems } from '../views/problem.ts'

/** Prints why a verb came to nothing: on stderr for people, and with `--json` as the one value on stdout. */
export function printError({ out, err, version }: Pick<Shell, 'out' | 'err' | 'version'>, isJson: boolean, thrown: unknown): void {
  const isKnown = thrown instanceof RolloutError
  const code = isKnown ? thrown.code : 'bug'
  const problems = isKnown ? thrown.problems : [{ message: messageOf(thrown) }]
  err.write(isKnown ? renderProblems(thrown, err) : renderBug(thrown, version, err))
  if (isJson) writeJson({ kind: 'error', version: VERSION, code, exit: EXIT[code], message: messageOf(thrown), problems }, out)
}
