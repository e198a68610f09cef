import type { Lender } from '../adapters/open.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import { journalName } from '../core/journal/identity.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Engine } from '../engine/engine.ts'
import { GRACE } from '../engine/write-verified.ts'
import { withGrace } from '../adapters/deadline.ts'
import { checkHere, loadState, openWriter, type Writer } from '../engine/writer.ts'
import type { State } from '../core/journal/state.ts'
import type { Shell } from '../shell.ts'
import { deadline, MACHINE, text, type Input } from './input.ts'
import { openHearing } from './glass.ts'
import { locate } from './place.ts'
import { openPlanStore, outlineAt } from './store.ts'

/**
 * The journal of the rollout meant: `NAME`, or `NAME@ENVIRONMENT` with `--env`. A shared store has those of others too,
 * so the plan says which; a folder of one's own is asked first. The plan is parsed only when that leaves a choice.
 */
export async function openJournal(shell: Shell, input: Input): Promise<Journal> {
  const place = locate(shell, input)
  const store = await openPlanStore(shell, input, place)
  const environment = text(input, 'env')
  const { name, state } = outlineAt(place.file)
  if (state !== undefined && name !== undefined) return store.open(journalName({ name, ...(environment !== undefined && { environment }) }))
  const names = await store.names()
  const fitting = names.filter((each) => (environment === undefined ? !each.includes('@') : each.endsWith(`@${environment}`)))
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return store.open(only)
  const named = await loadPlan(shell, input, { withoutChannels: true }).catch((thrown: unknown) => Promise.reject(among(thrown, fitting)))
  return store.open(journalName(named.plan))
}

/** A plan that cannot be read does not say which of several is meant. */
function among(thrown: unknown, names: readonly string[]): unknown {
  if (!(thrown instanceof RolloutError) || names.length === 0) return thrown
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  const hint = 'a plan with nothing but its name: and state: lines is enough'
  return new RolloutError(thrown.code, [...thrown.problems, { message: `there are the journals ${shown}`, hint }], { cause: thrown })
}

/** State by the journal alone: no plan file, no adapters. Throws `usage` when nothing was started. */
export async function openState(shell: Shell, input: Input): Promise<{ readonly journal: Journal; readonly state: State }> {
  const journal = await openJournal(shell, input)
  const { state } = await loadState(journal)
  checkHere(state)
  if (!state) throw new RolloutError('usage', { message: `nothing was started yet (${journal.place})`, hint: 'rollout start' })
  return { journal, state }
}

/** The plan as the file says it now. Throws `config` with every problem found. */
export async function readPlan(shell: Shell, input: Input): Promise<Plan> {
  return (await loadPlan(shell, input)).plan
}

/** Likewise, with its warnings; `starter` is who is about to freeze it. */
export async function loadPlan(
  shell: Shell,
  input: Input,
  how: { readonly withoutChannels?: boolean; readonly isOnlyRead?: boolean; readonly starter?: string } = {},
) {
  const [{ loadPlanFile: loadFile }, { adaptersIn }] = await Promise.all([import('../config/load.ts'), import('../adapters/registry.ts')])
  const { file, folder } = locate(shell, input)
  const environment = text(input, 'env')
  return loadFile(file, {
    ...how,
    ...(environment !== undefined && { environment }),
    env: shell.env,
    adapters: adaptersIn(folder),
    now: shell.clock.now(),
  })
}

/** A writer on the rollout's journal, for a command that changes something: a break-glass is recorded first. */
export async function openRollout(shell: Shell, input: Input, journal?: Journal): Promise<Writer> {
  const writer = await openForReading(shell, input, journal)
  checkHere(writer.state)
  return openHearing(shell, input, writer)
}

/** Likewise, for a command that only looks. */
export async function openForReading(shell: Shell, input: Input, journal?: Journal): Promise<Writer> {
  return openWriter({ journal: journal ?? (await openJournal(shell, input)), clock: shell.clock, uuid: shell.uuid, version: shell.version })
}

/** The engine of a rollback: no metric is needed for it, and a target whose options do not fit must not stop the others. */
export async function openRollbackEngine(shell: Shell, input: Input, writer: Writer, plan: Plan): Promise<Engine> {
  const { openTargetsAnyway } = await import('../adapters/open.ts')
  const targets = await openTargetsAnyway(plan, lenderOf(shell, input))
  return { ...partsOf(shell, input), writer, targets, metrics: [], tell: () => undefined }
}

/** The engine on a plan: its adapters found, their options checked. */
export async function openEngine(shell: Shell, input: Input, writer: Writer, plan: Plan, tell: (event: Event) => void): Promise<Engine> {
  const { openMetrics, openTargets } = await import('../adapters/open.ts')
  const lender = lenderOf(shell, input)
  const [targets, metrics] = await Promise.all([openTargets(plan, lender), openMetrics(plan, Object.keys(plan.metrics), lender)])
  return { ...partsOf(shell, input), writer, targets, metrics, tell }
}

export function lenderOf(shell: Shell, input: Input): Lender {
  return { clock: shell.clock, env: shell.env, folder: locate(shell, input).folder }
}

function partsOf(shell: Shell, input: Input): Pick<Engine, 'clock' | 'signal' | 'grace' | 'random' | 'signature' | 'refute'> {
  const refute: Engine['refute'] = async (state, approved) => {
    // Loaded where a signature is asked for: it starts processes.
    const { refuteApproval } = await import('./signing.ts')
    return refuteApproval(shell, input, state, approved)
  }
  const signal = deadline(shell, input)
  const grace = withGrace(shell.clock, signal, GRACE)
  return { clock: shell.clock, signal, grace, random: shell.random, signature: { actor: MACHINE }, refute }
}
