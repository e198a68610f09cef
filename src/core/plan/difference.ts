import type { Json } from '../values/json.ts'

/** One place in which two documents differ; undefined stands for absent. */
export interface Difference {
  readonly path: string
  readonly before: Json | undefined
  readonly after: Json | undefined
}

/** Returns where two JSON values differ, leaf by leaf, in the order of the keys. */
export function differences(before: Json | undefined, after: Json | undefined, path = ''): readonly Difference[] {
  if (before === after) return []
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }]
  const [left, right] = [entries(before), entries(after)]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  return keys.flatMap((key) => differences(left.get(key), right.get(key), path === '' ? key : `${path}.${key}`))
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } | readonly Json[] {
  return typeof value === 'object' && value !== null
}

function entries(value: { readonly [key: string]: Json } | readonly Json[]): ReadonlyMap<string, Json> {
  return new Map(Object.entries(value))
}
