import { join } from 'node:path'
import { isProvenController, proveController, type Proven } from '../adapters/state/watch-proof.ts'
import type { Controller } from '../core/journal/event.ts'
import type { Shell } from '../shell.ts'
import type { Input } from './input.ts'
import { locate } from './place.ts'

/** Returns this process as a controller that others can tell from a stranger of the same pid, until it is withdrawn. */
export function becomeController(shell: Shell, input: Input): Proven {
  return proveController(folderOf(shell, input), shell.self, shell.alive)
}

/**
 * Ends the controller that the journal names; resolves to whether it is surely gone. Whoever may write the journal may name
 * any process: only one that proves to be a controller is ended.
 */
export async function endController(shell: Shell, input: Input, controller: Controller): Promise<boolean> {
  if (isProvenController(folderOf(shell, input), controller, shell.uid)) return shell.end(controller)
  return shell.alive(controller) === false
}

function folderOf(shell: Shell, input: Input): string {
  return join(locate(shell, input).folder, '.rollout')
}
