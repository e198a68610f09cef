import { join } from 'node:path'
import { messageOf, RolloutError } from '../core/values/errors.ts'

/**
 * Returns what to say where a file of this program, below `home`, is gone or cannot be read; undefined for any other
 * error. Somebody replaces the package while a command runs, or the disk fails.
 */
export function withoutProgram(thrown: unknown, home: string): RolloutError | undefined {
  if (!(thrown instanceof Error)) return undefined
  // Of a file that cannot be read Node.js tells the path, of a module that is gone who wanted it.
  const { path, requireStack }: Error & { readonly path?: unknown; readonly requireStack?: readonly unknown[] } = thrown
  const from = path ?? requireStack?.[0]
  if (typeof from !== 'string' || !from.startsWith(join(home, 'dist'))) return undefined
  const [message = ''] = messageOf(thrown).split('\n')
  return new RolloutError('unreachable', {
    message: `a file of rollout itself cannot be read: ${message}`,
    hint: 'is the package being replaced, or was it removed? nothing is lost: type it again once it is there',
  })
}
