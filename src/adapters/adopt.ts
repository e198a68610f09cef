import { KINDS, type Contracts, type Kind } from '../core/ports.ts'
import { heldTo } from './answers.ts'
import { schemaOf } from './check.ts'

/**
 * Returns an adapter of somebody else's with its functions bound, because it may be an object of a class, and its options
 * as a schema. What they answer is held to their contract. It must be without faults but for `spares`: of those one that
 * is missing throws when it is called, and one that answers amiss answers nothing.
 */
export function adopt<K extends Kind>(kind: K, adapter: object, spares: readonly string[] = []): Contracts[K] {
  const { needs, may } = KINDS[kind]
  const functions = [...needs, ...may].flatMap((name) => {
    const own = Reflect.get(adapter, name)
    const isSpare = spares.includes(name)
    if (typeof own !== 'function') return isSpare && needs.some((each) => each === name) ? [[name, () => absent(name)]] : []
    const call = heldTo(kind, name, own.bind(adapter))
    return [[name, isSpare ? sparing(call) : call]]
  })
  return { ...Object.fromEntries(functions), options: schemaOf(Reflect.get(adapter, 'options')) }
}

function absent(name: string): never {
  throw new Error(`there is no ${name}`)
}

function sparing(call: ReturnType<typeof heldTo>): ReturnType<typeof heldTo> {
  return (...given) => {
    try {
      return call(...given)
    } catch {
      return undefined
    }
  }
}
