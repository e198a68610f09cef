import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import { KINDS, type Contracts, type Kind } from '../core/ports.ts'
import { suggest } from '../core/values/suggest.ts'
import { isCheck, schemaOf } from './check.ts'

/** The functions of any kind: none of them is a slip for another. */
const WORDS = new Set<string>(Object.values(KINDS).flatMap(({ needs, may }) => ['options', ...needs, ...may]))
/** The page that tells the contract. */
const PAGE = 'docs/adapters.md'

/**
 * Imports an adapter of the user's own. Throws `config` when the file is missing, does not run, or lacks a part of the
 * contract, named: all of that is the user's to mend. A rollback does without what it can: `spares` names that.
 */
export async function importOwn<K extends Kind>(
  kind: K,
  use: string,
  folder: string,
  spares: readonly string[] = [],
): Promise<Contracts[K]> {
  const { one, needs, may } = KINDS[kind]
  const adapter = await load(use, folder)
  const faults = faultsOf(kind, adapter).filter((fault) => !spares.some((name) => fault.startsWith(`${name} `)))
  if (faults.length > 0)
    throw new RolloutError('config', {
      message: `${use} is not a ${one}: ${faults.join('; ')}`,
      hint: `its default export needs { options, ${needs.join(', ')} }: ${PAGE}`,
    })
  const functions = [...needs, ...may].flatMap((name) => {
    // Bound, because it may be an object of a class.
    if (typeof adapter[name] === 'function') return [[name, adapter[name].bind(adapter)]]
    return spares.includes(name) ? [[name, () => absent(use, name)]] : []
  })
  return { ...Object.fromEntries(functions), options: schemaOf(adapter.options) }
}

function absent(use: string, name: string): never {
  throw new RolloutError('config', { message: `${use} has no ${name}` })
}

/** Returns what a value lacks to be an adapter of a kind, part by part; each begins with the name of the part. */
export function faultsOf(kind: Kind, adapter: unknown): readonly string[] {
  if (typeof adapter !== 'object' || adapter === null) return ['default is missing, or no object']
  const part = (name: string): unknown => Reflect.get(adapter, name)
  const { needs, may } = KINDS[kind]
  const stray = Object.keys(adapter).filter((name) => !WORDS.has(name))
  const missing = (name: string): string => {
    const near = suggest(name, stray)
    return `${name} is missing${near === undefined ? '' : ` (there is "${near}")`}`
  }
  return [
    ...(isCheck(part('options'))
      ? []
      : [part('options') === undefined ? missing('options') : 'options must be a function, or a Standard Schema such as one of zod']),
    ...needs.flatMap((name) =>
      typeof part(name) === 'function' ? [] : [part(name) === undefined ? missing(name) : `${name} must be a function`],
    ),
    ...may.flatMap((name) => (['function', 'undefined'].includes(typeof part(name)) ? [] : [`${name} must be a function`])),
  ]
}

async function load(use: string, folder: string) {
  try {
    const { default: adapter } = await import(pathToFileURL(resolve(folder, use)).href)
    return adapter
  } catch (thrown) {
    const hint = `a module whose default export is an adapter: ${PAGE}`
    throw new RolloutError('config', { message: `${use} cannot be loaded: ${messageOf(thrown).split('\n')[0]}`, hint }, { cause: thrown })
  }
}
