import { messageOf, RolloutError, type Problem } from '../core/values/errors.ts'
import { redactor } from '../core/values/redact.ts'
import type { Json } from '../core/values/json.ts'
import type { Contracts, Fault, Kind, Schema, Surroundings } from '../core/ports.ts'
import { namesInstance, ofInstance } from '../core/plan/instances.ts'
import { resolveReferences } from '../core/plan/reference.ts'
import { suggest } from '../core/values/suggest.ts'
import { explainIssues, pathOf } from './issue.ts'
import type { About } from './issue.ts'
import type { Path } from './place.ts'

/** Looks adapters up, so that their options can be checked before anything is opened. */
export interface Adapters {
  names(kind: Kind): readonly string[]
  find<K extends Kind>(kind: K, use: string): Promise<Contracts[K] | undefined>
  /** Whether it is the user's own and must not be imported: nothing is known of it then. */
  isLeftOut(use: string): boolean
}

/** A target, a metric or a channel of the plan: its options, and where they stand. */
export interface Used {
  readonly kind: Kind
  readonly path: Path
  readonly use: string
  readonly instances?: readonly string[]
  /** Variables that are written to a target, where the plan is sound enough to know them. */
  readonly variables?: readonly string[]
  readonly options: { readonly [key: string]: Json }
}

export interface OptionsParts {
  readonly adapters: Adapters
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the plan: where paths begin, and what they stay in. */
  readonly folder: string
  /** References need not be answered here. */
  readonly isOnlyRead?: boolean
  readonly place: About['place']
}

/** Returns everything wrong with the options of one target, metric or channel. Values from the environment are never shown. */
export async function checkOptions(
  { kind, path, use, instances, variables, options: written }: Used,
  parts: OptionsParts,
): Promise<readonly Problem[]> {
  if (parts.adapters.isLeftOut(use)) return []
  const place: About['place'] = (inside, onKey) => parts.place([...path, ...inside], onKey)
  const wrong = (inside: Path, message: string, hint?: string): Problem => ({
    message,
    where: place(inside),
    ...(hint !== undefined && { hint }),
  })
  const misplaced = checkPlaceholder(instances, written).map(({ at, message, hint }) => wrong(at, message, hint))
  if (misplaced.length > 0) return misplaced
  const raw = instances?.[0] === undefined ? written : ofInstance(written, instances[0])
  const adapter = await find(kind, use, parts.adapters)
  if ('problem' in adapter) return [wrong(['use'], adapter.problem.message, adapter.problem.hint)]
  const schema = adapter.found.options
  const { value, secrets, unresolved, malformed } = resolveReferences(raw, parts.env)
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
  const result = await validate(schema, value)
  if (typeof result === 'string') return [wrong(['use'], `${use} cannot check its options: ${redact(result)}`)]
  const { issues = [] } = result
  const about: About = { schema, input: raw, place }
  const own = issues.filter((issue) => !references.some(({ at }) => at.every((part, nth) => pathOf(issue)[nth] === part)))
  const explained = explainIssues(own, about).map((each) => ({
    ...each,
    message: redact(each.message),
    ...(each.hint !== undefined && { hint: redact(each.hint) }),
  }))
  const around: Surroundings = { folder: parts.folder, ...(variables && { variables }) }
  const asked = references.length === 0 && !result.issues ? ask(adapter.found, result.value, around) : []
  if (typeof asked === 'string') return [wrong(['use'], `${use}: ${redact(asked)}`)]
  const misplacedOptions = asked.map(({ path: at, message, hint, isKey }) => ({
    message: redact(message),
    where: place(at, isKey),
    ...(hint !== undefined && { hint: redact(hint) }),
  }))
  const faults = parts.isOnlyRead === true ? references.slice(unresolved.length) : references
  return [...faults.map(({ problem }) => problem), ...explained, ...misplacedOptions]
}

/** Instances that all are the same place, and a placeholder that stands for nothing. */
function checkPlaceholder(instances: Used['instances'], options: Used['options']) {
  const named = Object.keys(options).find((key) => namesInstance(options[key] ?? null))
  if (instances && named === undefined)
    return [{ at: ['instances'], message: 'no option says which instance is meant', hint: 'path: deploy/{{instance}}.env' }]
  if (instances || named === undefined) return []
  return [{ at: [named], message: '{{instance}} stands for nothing: the target has no instances', hint: 'instances: [web-1, web-2]' }]
}

/** Resolves to the adapter, or to why there is none. */
async function find(kind: Kind, use: string, adapters: Adapters) {
  try {
    const found = await adapters.find(kind, use)
    if (found) return { found }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    return { problem: thrown.problems[0] ?? { message: thrown.message } }
  }
  const names = adapters.names(kind)
  const near = suggest(use, names)
  const hint = near === undefined ? `one of ${names.join(', ')}, or the path of your own: ./mine.mjs` : `did you mean ${near}?`
  return { problem: { message: `there is no adapter "${use}"`, hint } }
}

/**
 * Returns what an adapter says is wrong with its options, or what is wrong with what it says of them: what is asked in the
 * middle of a move is asked here first.
 */
function ask(adapter: Contracts[Kind], options: unknown, around: Surroundings): readonly Fault[] | string {
  try {
    if ('write' in adapter) {
      adapter.settle?.(options)
      adapter.lag?.(options)
      adapter.deadline?.(options, around.variables?.length ?? 1)
      adapter.effect?.(options)
      adapter.advise?.(options, [])
    } else if ('read' in adapter) {
      adapter.asks?.(options)
      adapter.advise?.(options)
    }
    return adapter.check?.(options, around) ?? []
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** An adapter of the user's own may throw: that is a fault of theirs, not of this program. */
async function validate(schema: Schema<unknown>, value: unknown) {
  try {
    return await schema['~standard'].validate(value)
  } catch (thrown) {
    return messageOf(thrown)
  }
}
