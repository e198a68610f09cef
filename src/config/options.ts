import { isAbsolute, relative, resolve as resolvePath, sep } from 'node:path'
import { messageOf, RolloutError, type Problem } from '../core/values/errors.ts'
import { redactor } from '../core/values/redact.ts'
import type { Json } from '../core/values/json.ts'
import type { Schema, TargetAdapter } from '../core/ports.ts'
import { namesInstance, ofInstance } from '../core/plan/instances.ts'
import { resolve } from '../core/plan/reference.ts'
import { suggest } from '../core/values/suggest.ts'
import { explainIssue, pathOf } from './issue.ts'
import type { About } from './issue.ts'
import type { Path } from './place.ts'

/** Looks adapters up, so that their options can be checked before anything is opened. */
export interface Adapters {
  readonly names: { readonly [kind in Used['kind']]: readonly string[] }
  target(use: string): Promise<Schema<unknown> | undefined>
  metric(use: string): Promise<Schema<unknown> | undefined>
  notify(use: string): Promise<Schema<unknown> | undefined>
  /** The whole of a target's adapter, for what it says of a plan. */
  adapter(use: string): Promise<TargetAdapter<unknown> | undefined>
}

/** A target, a metric or a channel of the plan: whose options, and where they stand. */
export interface Used {
  readonly kind: 'target' | 'metric' | 'notify'
  readonly path: Path
  readonly use: string
  readonly instances?: readonly string[]
  readonly options: { readonly [key: string]: Json }
}

export interface OptionsParts {
  readonly adapters: Adapters
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the plan: where paths begin, and what they stay in. */
  readonly folder: string
  /** What a reference stands for need not be known here. */
  readonly isOnlyRead?: boolean
  readonly place: About['place']
}

/** Everything wrong with the options of one target, metric or channel. Values from the environment are never shown. */
export async function checkOptions(
  { kind, path, use, instances, options: written }: Used,
  parts: OptionsParts,
): Promise<readonly Problem[]> {
  const place: About['place'] = (inside, onKey) => parts.place([...path, ...inside], onKey)
  const wrong = (inside: Path, message: string, hint?: string): Problem => ({
    message,
    where: place(inside),
    ...(hint !== undefined && { hint }),
  })
  const misplaced = checkPlaceholder(instances, written).map(({ at, message, hint }) => wrong(at, message, hint))
  if (misplaced.length > 0) return misplaced
  const raw = instances?.[0] === undefined ? written : ofInstance(written, instances[0])
  const schema = await find(kind, use, parts.adapters)
  if ('problem' in schema) return [wrong(['use'], schema.problem.message, schema.problem.hint)]
  const { value, secrets, unresolved, malformed } = resolve(raw, parts.env)
  const references = [
    ...unresolved.map(({ path: at, name }) => ({
      at,
      problem: wrong(at, `${name} is not set`, `set it, or give a default: \${${name}:-value}`),
    })),
    ...malformed.map(({ path: at, name }) => ({
      at,
      problem: wrong(at, `${name} is not a reference`, 'write ${NAME} or ${NAME:-default}; $${ stands for ${ itself'),
    })),
  ]
  const redact = redactor(secrets)
  const result = await validate(schema.found, value)
  if (typeof result === 'string') return [wrong(['use'], `${use} cannot check its options: ${redact(result)}`)]
  const { issues = [] } = result
  const about: About = { schema: schema.found, input: raw, place }
  const explained = issues
    .filter((issue) => !references.some(({ at }) => at.every((part, nth) => pathOf(issue)[nth] === part)))
    .flatMap((issue) => explainIssue(issue, about))
    .map((each) => ({ ...each, message: redact(each.message), ...(each.hint !== undefined && { hint: redact(each.hint) }) }))
  const isOutside = references.length === 0 && result.issues === undefined && leaves(result.value, parts.folder)
  const escaped = isOutside
    ? [wrong(['path'], `${JSON.stringify(raw['path'])} lies outside the plan's folder`, 'allowOutside: true in the target allows it')]
    : []
  const faults = parts.isOnlyRead === true ? references.slice(unresolved.length) : references
  return [...faults.map(({ problem }) => problem), ...explained, ...escaped]
}

/** Instances that all are the same place, and a placeholder that stands for nothing. */
function checkPlaceholder(instances: Used['instances'], options: Used['options']) {
  const named = Object.keys(options).find((key) => namesInstance(options[key] ?? null))
  if (instances && named === undefined)
    return [{ at: ['instances'], message: 'no option says which instance is meant', hint: 'path: deploy/{{instance}}.env' }]
  if (instances || named === undefined) return []
  return [{ at: [named], message: '{{instance}} stands for nothing: the target has no instances', hint: 'instances: [web-1, web-2]' }]
}

/** The adapter's schema, or why there is none. */
async function find(kind: Used['kind'], use: string, { names, ...adapters }: Adapters) {
  try {
    const found = await adapters[kind](use)
    if (found) return { found }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    return { problem: thrown.problems[0] ?? { message: thrown.message } }
  }
  const near = suggest(use, names[kind])
  const hint = near === undefined ? `one of ${names[kind].join(', ')}, or the path of your own: ./mine.mjs` : `did you mean ${near}?`
  return { problem: { message: `there is no adapter "${use}"`, hint } }
}

/** An adapter of the user's own may throw: that is a fault of theirs, not of this program. */
async function validate(schema: Schema<unknown>, value: unknown) {
  try {
    return await schema['~standard'].validate(value)
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** An adapter whose options are `path` and `allowOutside` stays in the plan's folder; symbolic links it must look through itself. */
function leaves(options: unknown, folder: string): boolean {
  if (typeof options !== 'object' || options === null || !('path' in options) || !('allowOutside' in options)) return false
  if (typeof options.path !== 'string' || options.allowOutside === true) return false
  const inside = relative(folder, resolvePath(folder, options.path))
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
}
