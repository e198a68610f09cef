import { canonical } from '../adapters/state/canonical.ts'
import type { LookUp, NamedAdapter } from '../adapters/refuse-unnamed.ts'
import type { Extent } from '../config/named.ts'
import { once } from '../core/values/once.ts'

/** Returns what looks an adapter up in the plan file at this path, which is read when it is first asked. */
export function standingIn(path: string): LookUp {
  const read = async (extent: Extent) => {
    const { readNamed } = await import('../config/named.ts')
    const { all, isWhole } = await readNamed(path, extent)
    return { isWhole, keys: new Set(all.map((each) => keyOf(each.kind, each))) }
  }
  const [plain, parts, whole] = [once(async () => read('plain targets')), once(async () => read('parts')), once(async () => read('whole'))]
  return async (kind, used) => {
    const key = keyOf(kind, used)
    if ((await plain()).keys.has(key) || (await parts()).keys.has(key)) return 'named'
    const { keys, isWhole } = await whole()
    if (keys.has(key)) return 'named'
    return isWhole ? 'not named' : 'no plan'
  }
}

/** Reads the targets that the plan file at this path names; none where it cannot be read. */
export async function targetsNamedIn(path: string): Promise<readonly NamedAdapter[]> {
  const { readNamed } = await import('../config/named.ts')
  const { all } = await readNamed(path, 'whole')
  return all.filter(({ kind }) => kind === 'targets')
}

function keyOf(kind: string, { use, instances = [], options }: NamedAdapter): string {
  return canonical({ kind, use, instances, options })
}
