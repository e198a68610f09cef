import { KINDS, type Contracts, type Kind } from '../core/ports.ts'
import { schemaOf } from './check.ts'

/**
 * Returns an adapter of somebody else's with its functions bound, because it may be an object of a class, and its options
 * as a schema. It must be without faults but for `spares`: those throw when they are called.
 */
export function adopt<K extends Kind>(kind: K, adapter: object, spares: readonly string[] = []): Contracts[K] {
  const { needs, may } = KINDS[kind]
  const functions = [...needs, ...may].flatMap((name) => {
    const own = Reflect.get(adapter, name)
    if (typeof own === 'function') return [[name, own.bind(adapter)]]
    return spares.includes(name) ? [[name, () => absent(name)]] : []
  })
  return { ...Object.fromEntries(functions), options: schemaOf(Reflect.get(adapter, 'options')) }
}

function absent(name: string): never {
  throw new Error(`there is no ${name}`)
}
