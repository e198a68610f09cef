import { basename, dirname } from 'node:path'
import { check } from '../core/check/check.ts'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import type { Files } from '../core/journal/event.ts'
import type { Finding } from '../core/check/finding.ts'
import type { Instant } from '../core/values/units.ts'
import type { Json } from '../core/values/json.ts'
import type { Metric } from '../core/plan/metric.ts'
import type { Channel, Plan, Target } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { withShadows } from '../core/plan/shadow.ts'
import { kinds } from '../core/ports.ts'
import { suggest } from '../core/values/suggest.ts'
import { checkAnswering } from './answering.ts'
import { assemble } from './assemble.ts'
import { readPhases, validate } from './include.ts'
import { checkOptions, type Adapters, type OptionsParts, type Used } from './options.ts'
import { readLists } from './lists.ts'
import { askWhatIsMeasured } from './measured.ts'
import { readSigners } from './signers.ts'
import { checkRefusals } from './refusals.ts'
import { digestOfFile, outlineOf } from './outline.ts'
import { placeInText, type Path } from './place.ts'
import { ownOptions } from './own-options.ts'
import { planSchema, type PlanFile } from './schema.ts'
import { readText } from './read-text.ts'
import { retreatOf, setAside } from './retreat.ts'
import { parse, type YamlSource } from './syntax.ts'

/** Nobody reads more problems than this at once. */
const MOST = 100

export interface LoadOptions {
  readonly environment?: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly adapters: Adapters
  /** Wall time, for dates in the plan. */
  readonly now: Instant
  /** Nothing is opened: a reference that only the machine of a rollout can answer is no fault. */
  readonly isOnlyRead?: boolean
  /** Channels whose options do not fit are no reason to refuse: a rollback must not depend on who is told of it. */
  readonly withoutChannels?: boolean
  /** Only toggles and targets are a reason to refuse, and of these not their options: whatever else is wrong is a warning. */
  readonly isRetreat?: boolean
  /** Who is about to freeze the plan, where somebody is. */
  readonly starter?: string
}

export interface Loaded {
  readonly plan: Plan
  /** Folder of the plan file. */
  readonly folder: string
  readonly files: Files
  readonly warnings: readonly Problem[]
}

/**
 * Reads and checks a plan with its phase files. Throws `config` with every problem of every file, each at its place:
 * first those of their shape and of the adapters' options, and only when the shape is right those of the plan as a whole.
 */
export async function loadPlanFile(file: string, options: LoadOptions): Promise<Loaded> {
  const folder = dirname(file)
  const name = basename(file)
  const source = parse(readText(file, name), name)
  const whole = validate(planSchema, source)
  const included = readPhases(whole.input, source, folder)
  const parts = { adapters: options.adapters, env: options.env, folder, isOnlyRead: options.isOnlyRead === true }
  const shape = [...(whole.success ? [] : whole.problems), ...included.problems]
  const retreat = shape.length > 0 && options.isRetreat === true ? retreatOf(whole.input) : undefined
  const written = whole.success ? whole.value : retreat
  if (!written || (shape.length > 0 && !retreat)) {
    const place: OptionsParts['place'] = (path, onKey) => placeInText(source, path, onKey)
    const further = await checkAdapters(usedIn(whole.input), { ...parts, place })
    const known = new Set(shape.map(({ where }) => where?.path))
    throw new RolloutError(
      'config',
      inOrder([...shape, ...further.filter(({ where }) => !known.has(where?.path))], [source, ...included.sources]),
    )
  }
  const { environment } = options
  if (environment !== undefined && !Object.hasOwn(written.environments, environment)) throw noEnvironment(environment, written)
  const place = placing(source, included.sources, environment)
  const strays = [...checkEnvironments(written), ...checkOutline(written, source.text)].map((each) =>
    problem(each, (path) => placeInText(source, path, true)),
  )
  const phases = written.phases.flatMap((entry, nth) => (typeof entry === 'string' ? (included.phases[nth] ?? []) : [entry]))
  const lists = readLists(written, folder, place)
  const measured = await askWhatIsMeasured(assemble(written, phases, lists.ids, environment), { ...parts, place })
  const { plan } = measured
  const signers = readSigners(plan.signers, folder)
  const complete = withShadows(plan)
  const findings = check(plan, options.now, options.starter)
  const errors = [
    ...shape,
    ...findings.filter(({ severity }) => severity === 'error').map((each) => problem(each, place)),
    ...measured.problems,
    ...lists.problems,
    ...(await checkAdapters(usedBy(options.withoutChannels === true ? { ...complete, notify: {} } : complete), { ...parts, place })),
    ...signers.problems.map((each) => problem(each, place)),
    ...(await checkRefusals(plan, { ...parts, place })),
    ...(await checkAnswering(plan, { ...parts, place })),
  ]
  const sources = [source, ...included.sources.flatMap((each) => each ?? []), ...lists.sources]
  const refusing = options.isRetreat === true ? strays : [...strays, ...errors]
  if (refusing.length > 0) throw new RolloutError('config', inOrder(refusing, sources))
  return {
    plan: complete,
    folder,
    files: { ...Object.fromEntries(sources.map((each) => [each.name, digestOfFile(each.text)])), ...signers.files },
    warnings: inOrder(
      options.isRetreat === true
        ? errors.map(setAside)
        : findings.filter(({ severity }) => severity === 'warning').map((each) => problem(each, place)),
      sources,
    ),
  }
}

function noEnvironment(environment: string, { environments }: PlanFile): RolloutError {
  const known = Object.keys(environments)
  const near = suggest(environment, known)
  const among = known.length > 0 ? `one of ${known.join(', ')}` : 'environments: in the plan names them'
  return new RolloutError('usage', {
    message: `there is no environment "${environment}"`,
    hint: near === undefined ? among : `did you mean ${near}?`,
  })
}

/** An override of a target that is not there would leave the real one as it is: staging would write to production. */
function checkEnvironments({ environments, targets, notify }: PlanFile): readonly Pick<Finding, 'path' | 'message' | 'hint'>[] {
  const kinds = [
    ['targets', 'target', Object.keys(targets)],
    ['notify', 'channel', Object.keys(notify)],
  ] as const
  return Object.entries(environments).flatMap(([environment, special]) =>
    kinds.flatMap(([key, what, known]) =>
      Object.keys(special[key] ?? {})
        .filter((name) => !known.includes(name))
        .map((name) => {
          const near = suggest(name, known)
          return {
            path: ['environments', environment, key, name],
            message: `"${name}" is not a ${what}`,
            hint: near === undefined ? `one of ${known.join(', ')}` : `did you mean ${near}?`,
          }
        }),
    ),
  )
}

/** Every command finds the journal by these lines alone, without the parser: what they cannot find must not be there. */
function checkOutline({ name, state }: PlanFile, text: string): readonly Pick<Finding, 'path' | 'message' | 'hint'>[] {
  if (state === undefined) return []
  const outline = outlineOf(text)
  return Object.entries({ name, state }).flatMap(([key, value]) =>
    outline[key === 'name' ? 'name' : 'state'] === value
      ? []
      : [{ path: [key], message: `${key} must be found without a parser`, hint: `write it on a line of its own: ${key}: ${value}` }],
  )
}

/** A path into the plan → file, line and column, be it in rollout.yaml or in a phase's own file. */
function placing(plan: YamlSource, sources: readonly (YamlSource | undefined)[], environment: string | undefined): OptionsParts['place'] {
  return (path, onKey) => {
    const [head, nth, ...rest] = path
    const own = head === 'phases' && typeof nth === 'number' ? sources[nth] : undefined
    if (own) return placeInText(own, rest, onKey)
    const special = environment === undefined ? undefined : ['environments', environment, ...path]
    return placeInText(plan, special && plan.document.hasIn(special) ? special : path, onKey)
  }
}

function problem({ message, path, hint }: Pick<Finding, 'path' | 'message' | 'hint'>, place: (path: Path) => Problem['where']): Problem {
  const where = place(path)
  return { message, ...(where && { where }), ...(hint !== undefined && { hint }) }
}

/** Sorts problems as a reader meets them: file by file, line by line. */
function inOrder(problems: readonly Problem[], sources: readonly (Pick<YamlSource, 'name'> | undefined)[]): readonly Problem[] {
  const files = sources.map((each) => each?.name)
  const nth = ({ where }: Problem): number => files.indexOf(where?.file)
  // A file that could not be parsed is not among the sources; it comes last.
  const rank = (each: Problem): readonly number[] => [
    nth(each) === -1 ? files.length : nth(each),
    each.where?.line ?? 0,
    each.where?.column ?? 0,
  ]
  const sorted = problems.toSorted(
    (a, b) =>
      rank(a)
        .map((each, nth) => each - (rank(b)[nth] ?? 0))
        .find((difference) => difference !== 0) ?? 0,
  )
  return sorted.length <= MOST ? sorted : [...sorted.slice(0, MOST), { message: `and ${sorted.length - MOST} more` }]
}

async function checkAdapters(used: readonly Used[], parts: OptionsParts): Promise<readonly Problem[]> {
  return (await Promise.all(used.map(async (each) => checkOptions(each, parts)))).flat()
}

function usedBy(plan: Plan): readonly Used[] {
  return kinds().flatMap((kind) =>
    Object.entries<Target | Metric | Channel>(plan[kind] ?? {}).map(([name, { use, options, ...rest }]): Used => {
      const used = { kind, path: [kind, name], use, options }
      if (kind !== 'targets') return used
      const variables = togglesOf(plan, name).flatMap((toggle) => plan.toggles[toggle]?.variable ?? [])
      return { ...used, variables, ...('instances' in rest && { instances: rest.instances }) }
    }),
  )
}

/** Returns what can be made out in a plan whose shape is wrong somewhere. */
function usedIn(input: Json): readonly Used[] {
  return kinds().flatMap((kind) =>
    Object.entries(isObject(input) ? mapAt(input, kind) : {}).flatMap(([name, entry]): readonly Used[] => {
      if (!isObject(entry) || typeof entry['use'] !== 'string' || entry['use'] === '') return []
      const { instances: named } = entry
      const instances = kind === 'targets' && Array.isArray(named) ? named.filter((each) => typeof each === 'string') : []
      const used: Used = { kind, path: [kind, name], use: entry['use'], options: ownOptions(kind, entry) }
      return [instances.length > 0 ? { ...used, instances } : used]
    }),
  )
}

function mapAt(map: { readonly [key: string]: Json }, key: string): { readonly [key: string]: Json } {
  const found = map[key]
  return isObject(found) ? found : {}
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
