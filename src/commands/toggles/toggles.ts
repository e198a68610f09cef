import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { inventory } from './inventory.ts'

/** Lists the inventory; with `references` where the code asks for it, with `remove` takes a toggle out of it. */
export default async function toggles(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { verb } = session.options
  if (verb === 'references') return (await import('./references.ts')).references(session)
  return verb === 'remove' ? (await import('./remove.ts')).remove(session) : inventory(session)
}
