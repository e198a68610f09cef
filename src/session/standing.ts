import { canonical } from '../adapters/state/canonical.ts'
import type { LookUp } from '../adapters/refuse-unnamed.ts'
import { once } from '../core/values/once.ts'

/** Returns what looks an adapter up in the plan file at this path, which is read when it is first asked. */
export function standingIn(path: string): LookUp {
  const named = once(async () => {
    const { readNamed } = await import('../config/named.ts')
    const { all, isWhole } = readNamed(path)
    return { isWhole, keys: new Set(all.map(({ kind, use, instances, options }) => keyOf(kind, use, instances, options))) }
  })
  return async (kind, { use, instances, options }) => {
    const { keys, isWhole } = await named()
    if (keys.has(keyOf(kind, use, instances, options))) return 'named'
    return isWhole ? 'not named' : 'no plan'
  }
}

function keyOf(kind: string, use: string, instances: readonly string[] = [], options: object = {}): string {
  return canonical({ kind, use, instances, options })
}
