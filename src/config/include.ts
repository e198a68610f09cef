import { readdirSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import type { Json } from '../core/values/json.ts'
import { suggest } from '../core/values/suggest.ts'
import { explainIssues, type Issue } from './issue.ts'
import { placeInText } from './place.ts'
import { phaseSchema, type PhaseFile } from './schema.ts'
import { readText } from './read-text.ts'
import { parse, type YamlSource } from './syntax.ts'

type Validated<Value> =
  | { readonly success: true; readonly input: Json; readonly value: Value }
  | { readonly success: false; readonly input: Json; readonly problems: readonly Problem[] }

interface Parser<Value> {
  safeParse(input: unknown): { success: true; data: Value } | { success: false; error: { issues: readonly Issue[] } }
}

/** Holds a file to a schema: the value, or what is wrong with it at its place. `input` is what the file says. */
export function validate<Value>(schema: Parser<Value>, source: YamlSource): Validated<Value> {
  const input: Json = source.document.toJS({ maxAliasCount: 0 })
  if (input === null) return { success: false, input, problems: [{ message: 'is empty', where: { file: source.name } }] }
  const result = schema.safeParse(input)
  if (result.success) return { success: true, input, value: result.data }
  const about = { schema, input, place: placeInText.bind(undefined, source) }
  return { success: false, input, problems: explainIssues(result.error.issues, about) }
}

/** By position in `phases:`, for those that have a file of their own. */
export interface Included {
  readonly sources: readonly (YamlSource | undefined)[]
  readonly phases: readonly (PhaseFile | undefined)[]
  readonly problems: readonly Problem[]
}

/** Reads every phase file a plan names, whatever else may be wrong with that plan. Never throws what the user can mend. */
export function readPhases(input: Json, plan: YamlSource, folder: string): Included {
  const entries = typeof input === 'object' && input !== null && 'phases' in input && Array.isArray(input.phases) ? input.phases : []
  const read = entries.map((entry: Json, nth) => (typeof entry === 'string' && entry !== '' ? readPhase(entry, nth, plan, folder) : {}))
  return {
    sources: read.map(({ source }) => source),
    phases: read.map(({ phase }) => phase),
    problems: read.flatMap(({ problems = [] }) => problems),
  }
}

interface Read {
  readonly source?: YamlSource
  readonly phase?: PhaseFile
  readonly problems?: readonly Problem[]
}

function readPhase(entry: string, nth: number, plan: YamlSource, folder: string): Read {
  const path = resolve(folder, entry)
  const name = relative(folder, path)
  const where = placeInText(plan, ['phases', nth])
  if (name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)) {
    return { problems: [{ message: `${entry} lies outside the plan's folder`, where, hint: 'a phase file stands beside its plan' }] }
  }
  try {
    const source = parse(readText(path, name), name)
    const result = validate(phaseSchema, source)
    return { source, ...(result.success ? { phase: result.value } : { problems: result.problems }) }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    // What concerns the file as a whole is shown where the plan names it.
    return { problems: thrown.problems.map((each) => (each.where?.line === undefined ? absent(entry, path, folder, each, where) : each)) }
  }
}

function absent(entry: string, path: string, folder: string, { message, hint }: Problem, where: Problem['where']): Problem {
  const near = message === 'does not exist' ? neighbour(entry, path, folder) : undefined
  const advice = message === 'does not exist' ? near && `did you mean ${near}?` : hint
  return { message: `${entry} ${message}`, ...(where && { where }), ...(advice !== undefined && { hint: advice }) }
}

/** The file in the same folder whose name is nearest. */
function neighbour(entry: string, path: string, folder: string): string | undefined {
  try {
    const files = readdirSync(dirname(path)).map((file) => relative(folder, join(dirname(path), file)))
    return suggest(entry, files)
  } catch {
    return undefined
  }
}
