import { createHash } from 'node:crypto'
import { basename, dirname, relative, resolve as resolvePath } from 'node:path'
import { check } from '../core/check.ts'
import { RolloutError, type Problem } from '../core/errors.ts'
import type { Files } from '../core/event.ts'
import type { Instant } from '../core/units.ts'
import type { Json, Plan } from '../core/plan.ts'
import type { Schema } from '../core/ports.ts'
import { resolve } from '../core/reference.ts'
import { suggest } from '../core/suggest.ts'
import { assemble } from './assemble.ts'
import { explainIssue, locate, type Issue, type Path } from './place.ts'
import { phaseSchema, planSchema, type PhaseFile, type PlanFile } from './schema.ts'
import { parse, readText, type Source } from './syntax.ts'

/** Looks adapters up, so that their options can be checked before anything is opened. */
export interface Adapters {
  readonly names: { readonly target: readonly string[]; readonly metric: readonly string[] }
  target(use: string): Promise<Schema<unknown> | undefined>
  metric(use: string): Promise<Schema<unknown> | undefined>
}

export interface LoadOptions {
  readonly environment?: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly adapters: Adapters
  /** Wall time, for dates in the plan. */
  readonly now: Instant
}

export interface Loaded {
  readonly plan: Plan
  /** Folder of the plan file. */
  readonly folder: string
  readonly files: Files
  readonly warnings: readonly Problem[]
}

/** Reads and checks a plan with its phase files. Throws `config` with every problem found, each at its place. */
export async function load(file: string, options: LoadOptions): Promise<Loaded> {
  const folder = dirname(file)
  const source = read(file, basename(file))
  const read0 = validate(planSchema, source)
  if (!read0.success) throw new RolloutError('config', read0.problems)
  const written = read0.value
  if (options.environment !== undefined && !Object.hasOwn(written.environments, options.environment)) {
    const known = Object.keys(written.environments)
    throw new RolloutError('usage', {
      message: `there is no environment "${options.environment}"`,
      hint: known.length > 0 ? `one of ${known.join(', ')}` : 'environments: in the plan names them',
    })
  }
  const { phases, sources } = readPhases(written, source, folder)
  const plan = assemble(written, phases, options.environment)
  const findings = check(plan, options.now)
  const place = (path: Path) => placeOf(path, source, sources, options.environment)
  const adapters = await checkAdapters(plan, options, place)
  const errors = [...findings.filter(({ severity }) => severity === 'error').map((each) => problem(each, place)), ...adapters]
  if (errors.length > 0) throw new RolloutError('config', errors)
  return {
    plan,
    folder,
    files: Object.fromEntries(
      [source, ...sources.flatMap((each) => each ?? [])].map(({ name, text }) => [name, createHash('sha256').update(text).digest('hex')]),
    ),
    warnings: findings.filter(({ severity }) => severity === 'warning').map((each) => problem(each, place)),
  }
}

function read(path: string, name: string): Source {
  return parse(readText(path, name), name)
}

type Validated<Value> =
  | { readonly success: true; readonly value: Value }
  | { readonly success: false; readonly problems: readonly Problem[] }

function validate<Value>(
  schema: { safeParse(input: unknown): { success: true; data: Value } | { success: false; error: { issues: readonly Issue[] } } },
  source: Source,
): Validated<Value> {
  const result = schema.safeParse(source.document.toJS({ maxAliasCount: 0 }))
  if (result.success) return { success: true, value: result.data }
  return { success: false, problems: result.error.issues.flatMap((issue) => explainIssue(issue, schema, source)) }
}

/** Phases in their order; those in files of their own come with their source. Problems of all files are thrown together. */
function readPhases(written: PlanFile, plan: Source, folder: string) {
  const problems: Problem[] = []
  const sources: (Source | undefined)[] = []
  const phases: PhaseFile[] = []
  for (const [nth, entry] of written.phases.entries()) {
    sources[nth] = undefined
    if (typeof entry !== 'string') {
      phases[nth] = entry
      continue
    }
    try {
      const path = resolvePath(folder, entry)
      const name = relative(folder, path)
      if (name.startsWith('..'))
        throw new RolloutError('config', { message: `${entry} lies outside the plan's folder`, where: locate(plan, ['phases', nth]) })
      const source = read(path, name)
      const result = validate(phaseSchema, source)
      sources[nth] = source
      if (result.success) phases[nth] = result.value
      else problems.push(...result.problems)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError)) throw thrown
      problems.push(...thrown.problems)
    }
  }
  if (problems.length > 0) throw new RolloutError('config', problems)
  return { phases, sources }
}

/** A path into the plan → file, line and column, be it in rollout.yaml or in a phase's own file. */
function placeOf(path: Path, plan: Source, sources: readonly (Source | undefined)[], environment: string | undefined) {
  const [head, nth, ...rest] = path
  const own = head === 'phases' && typeof nth === 'number' ? sources[nth] : undefined
  if (own) return locate(own, rest)
  const special = environment === undefined ? undefined : ['environments', environment, ...path]
  return locate(plan, special && plan.document.hasIn(special) ? special : path)
}

function problem(
  { message, path, hint }: { readonly message: string; readonly path: Path; readonly hint?: string },
  place: (path: Path) => Problem['where'],
): Problem {
  const where = place(path)
  return { message, ...(where && { where }), ...(hint !== undefined && { hint }) }
}

async function checkAdapters(plan: Plan, options: LoadOptions, place: (path: Path) => Problem['where']): Promise<readonly Problem[]> {
  const { adapters } = options
  const looked = [
    ...Object.entries(plan.targets).map(async ([name, { use, options: raw }]) =>
      checkOptions(['targets', name], use, raw, await adapters.target(use), adapters.names.target, options),
    ),
    ...Object.entries(plan.metrics).map(async ([name, { use, options: raw }]) =>
      checkOptions(['metrics', name], use, raw, await adapters.metric(use), adapters.names.metric, options),
    ),
  ]
  return (await Promise.all(looked)).flat().map((each) => problem(each, place))
}

interface Wrong {
  readonly path: Path
  readonly message: string
  readonly hint?: string
}

async function checkOptions(
  path: Path,
  use: string,
  raw: { readonly [key: string]: Json },
  schema: Schema<unknown> | undefined,
  names: readonly string[],
  { env }: LoadOptions,
): Promise<readonly Wrong[]> {
  if (!schema) {
    const near = suggest(use, names)
    return [
      {
        path: [...path, 'use'],
        message: `there is no adapter "${use}"`,
        hint: near === undefined ? `one of ${names.join(', ')}, or the path of your own: ./mine.mjs` : `did you mean ${near}?`,
      },
    ]
  }
  const { value, secrets, unresolved } = resolve(raw, env)
  if (unresolved.length > 0) {
    return unresolved.map((each) => ({
      path: [...path, ...each.path],
      message: `${each.name} is not set`,
      hint: `set it, or give a default: \${${each.name}:-value}`,
    }))
  }
  const result = await schema['~standard'].validate(value)
  const hide = (text: string): string =>
    [...secrets].reduce((all, [secret, reference]) => (secret === '' ? all : all.replaceAll(secret, reference)), text)
  return (result.issues ?? []).map((issue) => {
    const inside = (issue.path ?? [])
      .map((part) => (typeof part === 'object' ? part.key : part))
      .map((key) => (typeof key === 'number' ? key : String(key)))
    const wrong = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : []
    return {
      path: [...path, ...inside, ...wrong.slice(0, 1)],
      message: wrong.length > 0 ? `${use} has no option ${wrong.join(', ')}` : `${[...inside].join('.')} ${hide(issue.message)}`.trim(),
    }
  })
}
