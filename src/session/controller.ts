import { join } from 'node:path'
import { isProvenController, proveController, type Proven } from '../adapters/state/watch-proof.ts'
import type { Controller } from '../core/journal/event.ts'
import type { Session } from './session.ts'

/** Returns this process as a controller that others can tell from a stranger of the same pid, until it is withdrawn. */
export function becomeController(session: Session): Proven {
  return proveController(folderOf(session), session.self, session.alive)
}

/**
 * Ends the controller that the journal names; resolves to whether it is surely gone. Whoever may write the journal may name
 * any process: only one that proves to be a controller is ended.
 */
export async function endController(session: Session, controller: Controller): Promise<boolean> {
  if (isProvenController(folderOf(session), controller, session.uid)) return session.end(controller)
  return session.alive(controller) === false
}

function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
