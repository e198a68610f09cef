import { join } from 'node:path'
import { readNow } from '../adapters/file/disk.ts'
import { digestOfFile } from '../config/outline.ts'
import { RolloutError } from '../core/values/errors.ts'
import { asUnderstood } from '../core/journal/as-understood.ts'
import type { Event } from '../core/journal/event.ts'
import { journalName } from '../core/journal/identity.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Journal } from '../core/journal/store.ts'
import { checkHere, loadState } from '../engine/load-state.ts'
import type { Writer } from '../engine/writer.ts'
import type { State } from '../core/journal/state.ts'
import { clean } from '../views/clean.ts'
import { findMeant, type Meant } from './meant.ts'
import type { Session } from './session.ts'
import { isStoreBeside, openPlanStore, outlineAt } from './store.ts'

/** Opens the journal of the rollout meant. Throws `usage` where several may be, and what reading the plan throws where none says. */
export async function openJournal(session: Session): Promise<Journal> {
  const store = await openPlanStore(session)
  const meant = await session.meant()
  if (meant) return store.open(meant.journal)
  const names = await store.names()
  const named = await loadPlan(session, { withoutChannels: true }).catch(async (thrown: unknown) => {
    throw (await import('./other-rollouts.ts')).among(
      thrown,
      names,
      isStoreBeside(session) && environmentOf(session) === undefined ? typedFor(session) : undefined,
    )
  })
  return store.open(journalName(named.plan))
}

/** Finds the rollout that is meant, and says how where that is not plain. */
export async function findMeantIn(session: Session): Promise<Meant | undefined> {
  const { name, hasEnvironments } = outlineAt(session.place.file)
  const hints = {
    name,
    hasEnvironments,
    isBeside: isStoreBeside(session),
    environment: environmentOf(session),
    typedFor: typedFor(session),
  }
  const meant = await findMeant(hints, await openPlanStore(session))
  if (meant?.note !== undefined) session.err.write(`! ${clean(meant.note)}\n`)
  return meant
}

/** Returns how the command is typed for an environment. */
function typedFor({ typed = 'rollout' }: Session): (environment: string) => string {
  return (environment) => `${typed} -e ${environment === '' ? "''" : environment}`
}

/** Returns the environment that was named, by `-e` or by ROLLOUT_ENV; '' names the plan without one. */
export function environmentOf({ options, env }: Pick<Session, 'options' | 'env'>): string | undefined {
  return options.env ?? (env['ROLLOUT_ENV'] || undefined)
}

/** Returns the state by the journal alone: no plan file, no adapters. Throws `usage` when nothing was started. */
export async function openState(session: Session): Promise<{ readonly journal: Journal; readonly state: State }> {
  try {
    const journal = await session.journal()
    const { state } = await loadState(journal)
    checkHere(state)
    if (state) return { journal, state }
    const readIt = async (): Promise<Plan> => (await loadPlan(session, { withoutChannels: true })).plan
    throw await (await import('./other-rollouts.ts')).nothingHere(session, journal, readIt)
  } catch (thrown) {
    throw (await import('./unheard-beside.ts')).andUnheard(session, environmentOf(session), thrown)
  }
}

/** Reads every event, which checks every hash of the chain. Throws `usage` when nothing was started. */
export async function readEvents(session: Session): Promise<{ readonly journal: Journal; readonly events: readonly Event[] }> {
  const journal = await session.journal()
  const events = await journal.read()
  if (events.length === 0) throw (await import('./nothing-started.ts')).nothingStarted(journal)
  return { journal, events: events.map(asUnderstood) }
}

/** Returns the plan as the file says it now. Throws `config` with every problem found. */
export async function readPlan(session: Session): Promise<Plan> {
  return (await loadPlan(session)).plan
}

/** How a plan is read. */
interface Reading {
  readonly withoutChannels?: boolean
  readonly isRetreat?: boolean
  readonly isOnlyRead?: boolean
  /** Who is about to freeze it. */
  readonly starter?: string
  /** No journal is asked which environment is meant. */
  readonly isNew?: boolean
  /** It is somebody else's: nothing of it is imported, no reference is resolved and no journal asked. */
  readonly isStrangers?: boolean
}

/** Returns the plan with its warnings. Throws `config` with every problem found. */
export async function loadPlan(session: Session, how: Reading = {}) {
  const { clock, place } = session
  const isStrangers = how.isStrangers === true
  const isAlone = isStrangers || how.isNew === true
  const environment = environmentOf(session) ?? (isAlone ? undefined : await environmentMeant(session))
  const [{ loadPlanFile: loadFile }, { adaptersIn }] = await Promise.all([import('../config/load.ts'), import('../adapters/registry.ts')])
  return loadFile(place.file, {
    ...how,
    ...(environment && { environment }),
    ...(isStrangers && { isOnlyRead: true }),
    env: isStrangers ? {} : session.env,
    adapters: adaptersIn(place.folder, isStrangers ? 'no code' : 'own code'),
    now: clock.now(),
  })
}

/** Where none was named it is that of the rollout under way. A plan can be read although its journal cannot. */
async function environmentMeant(session: Session): Promise<string | undefined> {
  if (!outlineAt(session.place.file).hasEnvironments) return undefined
  try {
    return (await session.meant())?.environment
  } catch (thrown) {
    if (thrown instanceof RolloutError && thrown.code !== 'usage') return undefined
    throw thrown
  }
}

/** Returns the plan's files that are no longer as they were frozen, or are gone; compared by their bytes, nothing is parsed. */
export function editedFiles({ place }: Session, { files }: Pick<State, 'files'>): readonly string[] {
  return Object.entries(files).flatMap(([path, hash]) => (hashOf(join(place.folder, path)) === hash ? [] : [path]))
}

function hashOf(path: string): string | undefined {
  try {
    return digestOfFile(readNow(path))
  } catch {
    return undefined
  }
}

/** Opens a writer on the rollout's journal for a command that changes something: a break-glass is recorded first. */
export async function openRollout(session: Session, journal?: Journal): Promise<Writer> {
  const writer = await openForReading(session, journal)
  checkHere(writer.state)
  // Loaded by what changes something, as the writer is.
  const { openHearing } = await import('./glass.ts')
  return openHearing(session, writer)
}

/** Opens a writer on the rollout's journal for a command that only looks. */
export async function openForReading(session: Session, journal?: Journal): Promise<Writer> {
  const { clock, uuid, version } = session
  // Loaded by what may write: who only reads a state does not wait for it.
  const { openWriter } = await import('../engine/writer.ts')
  return openWriter({ journal: journal ?? (await session.journal()), clock, uuid, version })
}
