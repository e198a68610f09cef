import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Fault, Surroundings } from '../../core/ports.ts'

/** Returns what is wrong with a path that leaves the plan's folder; symbolic links are looked through where it is opened. */
export function checkInside(
  { path, allowOutside }: { readonly path: string; readonly allowOutside: boolean },
  { folder }: Surroundings,
): readonly Fault[] {
  if (allowOutside) return []
  const inside = relative(folder, resolve(folder, path))
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return []
  return [
    {
      path: ['path'],
      message: `${JSON.stringify(path)} lies outside the plan's folder`,
      hint: 'allowOutside: true in the target allows it',
    },
  ]
}
