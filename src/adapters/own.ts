import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import { KINDS, type Contracts, type Kind } from '../core/ports.ts'
import type { Duration } from '../core/values/units.ts'
import { adopt } from './adopt.ts'
import { REAL, withDeadline } from './deadline.ts'
import { faultsOf } from './faults.ts'

/** The page that tells the contract. */
const PAGE = 'docs/adapters.md'
/** A module may await at its top level what never comes. */
const LOADED_WITHIN: Duration = 10_000

/**
 * Imports an adapter of the user's own. Throws `config` when the file is missing, does not run, or lacks a part of the
 * contract, named: all of that is the user's to mend. A rollback does without what it can: `spares` names that.
 */
export async function importOwn<K extends Kind>(
  kind: K,
  use: string,
  folder: string,
  spares: readonly string[] = [],
): Promise<Contracts[K]> {
  const { one, needs } = KINDS[kind]
  const { adapter, lacks } = await load(kind, use, folder)
  const faults = lacks.filter((fault) => !spares.some((name) => fault.startsWith(`${name} `)))
  if (faults.length > 0 || typeof adapter !== 'object' || adapter === null)
    throw new RolloutError('config', {
      message: `${use} is not a ${one}: ${faults.join('; ')}`,
      hint: `its default export needs { options, ${needs.join(', ')} }: ${PAGE}`,
    })
  return adopt(kind, adapter, spares)
}

/** What TypeScript and Babel make of `export default` for CommonJS. */
function unwrapped(adapter: unknown): unknown {
  const isMade = typeof adapter === 'object' && adapter !== null && '__esModule' in adapter && 'default' in adapter
  return isMade ? adapter.default : adapter
}

async function load(kind: Kind, use: string, folder: string): Promise<{ readonly adapter: unknown; readonly lacks: readonly string[] }> {
  try {
    const { href } = pathToFileURL(resolve(folder, use))
    const { default: made } = await withDeadline(REAL, LOADED_WITHIN, new AbortController().signal, async () => import(href))
    const adapter = unwrapped(made)
    return { adapter, lacks: faultsOf(kind, adapter) }
  } catch (thrown) {
    const isTyped = messageOf(thrown).startsWith('Unknown file extension') && /\.[cm]?ts$/.test(use)
    const hint = isTyped
      ? 'Node.js reads TypeScript from 22.18 on; compile it for this one'
      : `a module whose default export is an adapter: ${PAGE}`
    throw new RolloutError('config', { message: `${use} cannot be loaded: ${messageOf(thrown).split('\n')[0]}`, hint }, { cause: thrown })
  }
}
