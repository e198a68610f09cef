import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { inventory } from './inventory.ts'

/** Lists the inventory, or with `references` where the code asks for it. */
export default async function toggles(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { verb } = session.options
  return verb === undefined ? inventory(session) : (await import('./references.ts')).references(session)
}
