import { KINDS, type Kind } from '../core/ports.ts'
import { isSlip, suggest } from '../core/values/suggest.ts'
import { isCheck } from './check.ts'

/** The functions of any kind: none of them is a slip for another. */
const WORDS = new Set<string>(Object.values(KINDS).flatMap(({ needs, may }) => ['options', ...needs, ...may]))

/** Returns what a value lacks to be an adapter of a kind, part by part; each begins with the name of the part. */
export function faultsOf(kind: Kind, adapter: unknown): readonly string[] {
  if (typeof adapter === 'function') return ['default is a function or a class, and no object: export what it makes']
  if (typeof adapter !== 'object' || adapter === null) return ['default is missing, or no object']
  const part = (name: string): unknown => Reflect.get(adapter, name)
  const { needs, may } = KINDS[kind]
  const stray = Object.keys(adapter).filter((name) => !WORDS.has(name))
  const slips = stray.filter((name) => typeof part(name) === 'function')
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
    ...may.flatMap((name) => {
      if (part(name) !== undefined) return typeof part(name) === 'function' ? [] : [`${name} must be a function`]
      // A slip in what may be left out would go unnoticed.
      return slips.some((slip) => isSlip(slip, name)) ? [missing(name)] : []
    }),
  ]
}
