import { basename } from 'node:path'
import { RolloutError } from '../core/values/errors.ts'
import { kinds, type Kind } from '../core/ports.ts'
import type { Json } from '../core/values/json.ts'
import { ownOptions } from './own-options.ts'
import { plainTargets } from './plain-targets.ts'
import { readText } from './read-text.ts'

type JsonMap = { readonly [key: string]: Json }

interface Named {
  readonly kind: Kind
  readonly use: string
  readonly instances?: readonly string[]
  readonly options: JsonMap
}

/** The adapters that a plan names. */
interface NamedAdapters {
  readonly all: readonly Named[]
  /** Nothing in the text hides others: it is YAML, and has targets. */
  readonly isWhole: boolean
}

/** How much of a plan is read: its targets where they are plainly written, the parts that mostly name adapters, or all of it. */
export type Extent = 'plain targets' | 'parts' | 'whole'

/** Reads which adapters the plan file at this path names; none where it cannot be read. */
export async function readNamed(path: string, extent: Extent): Promise<NamedAdapters> {
  try {
    const text = readText(path, basename(path))
    if (extent === 'plain targets') return { all: namedBy({ targets: plainTargets(partsOf(text, 'targets')) ?? {} }), isWhole: false }
    return await namedIn(extent === 'whole' ? text : partsOf(text, 'targets|metrics|notify|environments'))
  } catch (thrown) {
    if (thrown instanceof RolloutError) return { all: [], isWhole: false }
    throw thrown
  }
}

/**
 * Reads which adapters a plan names, with their options, by itself and in any of its environments, whatever else may be wrong
 * with it. References are not resolved.
 */
export async function namedIn(text: string): Promise<NamedAdapters> {
  // Loaded where it is needed: that takes long.
  const { parseAnyway } = await import('./syntax.ts')
  const { value, isWhole } = parseAnyway(text)
  return { all: namedBy(value), isWhole: isWhole && isMap(mapOf(value)['targets']) }
}

function namedBy(value: Json): readonly Named[] {
  const environments = Object.values(mapAt(value, 'environments'))
  return kinds().flatMap((kind) =>
    Object.entries(mapAt(value, kind)).flatMap(([name, written]) => {
      const specials = environments.map((each) => mapAt(mapAt(each, kind), name))
      return [{}, ...specials].flatMap((special) => namedOf(kind, mapOf(written), special) ?? [])
    }),
  )
}

/** Of hundreds of toggles and phases nothing is asked here: what begins at the margin with another key is left out. */
function partsOf(text: string, keys: string): string {
  const isPart = new RegExp(String.raw`^(["']?)(?:${keys})\1[ \t]*:`)
  return text
    .split(/(?<=\n)(?=[\w"'])/)
    .filter((part) => isPart.test(part))
    .join('')
}

/** As in `assemble`: the options of another adapter mean nothing to the one an environment names. */
function namedOf(kind: Kind, own: JsonMap, special: JsonMap): Named | undefined {
  const isSame = special['use'] === undefined || special['use'] === own['use']
  const { instances, ...given } = { ...(isSame ? own : {}), ...special }
  const use = given['use']
  if (typeof use !== 'string') return undefined
  const options = ownOptions(kind, given)
  if (kind !== 'targets') return { kind, use, options: { ...options, ...(instances !== undefined && { instances }) } }
  const names = Array.isArray(instances) ? instances.filter((each) => typeof each === 'string') : undefined
  return { kind, use, options, ...(names && { instances: names }) }
}

function mapAt(value: Json, key: string): JsonMap {
  return mapOf(mapOf(value)[key] ?? null)
}

function mapOf(value: Json): JsonMap {
  return isMap(value) ? value : {}
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
