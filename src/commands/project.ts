import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Lender } from '../adapters/open.ts'
import { openStore } from '../adapters/state/file.ts'
import { discardRecord, readRecord } from '../adapters/state/break-glass.ts'
import { RolloutError } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { defaultsOf, type Plan } from '../core/plan.ts'
import type { Journal } from '../core/ports.ts'
import { formatInstant } from '../core/units.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { insist } from '../engine/insist.ts'
import { load, openWriter, type Writer } from '../engine/writer.ts'
import type { State } from '../core/state.ts'
import type { Shell } from '../shell.ts'
import { deadline, MACHINE, text, type Input } from './input.ts'

const FILE = 'rollout.yaml'

/** Where the plan is (it need not exist) and the folder everything is relative to. */
export interface Place {
  readonly file: string
  readonly folder: string
}

/** `--file` (a file or its folder), or the nearest rollout.yaml from here upwards. */
export function locate(shell: Shell, input: Input): Place {
  const given = text(input, 'file')
  if (given !== undefined) {
    const path = resolve(shell.cwd, given)
    const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, FILE) : path
    return { file, folder: dirname(file) }
  }
  for (let folder = shell.cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, FILE)) || existsSync(join(folder, '.rollout'))) return { file: join(folder, FILE), folder }
    if (folder === dirname(folder)) return { file: join(shell.cwd, FILE), folder: shell.cwd }
  }
}

/** The journal of the rollout meant: `NAME`, or `NAME@ENVIRONMENT` with `--env`. The plan is read only when that leaves a choice. */
export async function openJournal(shell: Shell, input: Input): Promise<Journal> {
  const { folder } = locate(shell, input)
  const store = openStore(join(folder, '.rollout'))
  const environment = text(input, 'env')
  const names = await store.names()
  const fitting = names.filter((name) => (environment === undefined ? !name.includes('@') : name.endsWith(`@${environment}`)))
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return store.open(only)
  return store.open(journalName(await readPlan(shell, input)))
}

/** State by the journal alone: no plan file, no adapters. Throws `usage` when nothing was started. */
export async function openState(shell: Shell, input: Input): Promise<{ readonly journal: Journal; readonly state: State }> {
  const journal = await openJournal(shell, input)
  const { state } = await load(journal)
  if (!state) throw new RolloutError('usage', { message: `nothing was started yet (${journal.place})`, hint: 'rollout start' })
  return { journal, state }
}

/** The plan as the file says it now. Throws `config` with every problem found. */
export async function readPlan(shell: Shell, input: Input): Promise<Plan> {
  return (await loadPlan(shell, input)).plan
}

/** Likewise, with its warnings. */
export async function loadPlan(shell: Shell, input: Input) {
  const [{ load: loadFile }, { schemas }] = await Promise.all([import('../config/load.ts'), import('../adapters/registry.ts')])
  const { file, folder } = locate(shell, input)
  const environment = text(input, 'env')
  return loadFile(file, {
    ...(environment !== undefined && { environment }),
    env: shell.env,
    adapters: schemas(folder),
    now: shell.clock.now(),
  })
}

/** The name a plan's journal has. */
export function journalName(plan: Pick<Plan, 'name' | 'environment'>): string {
  return plan.environment === undefined ? plan.name : `${plan.name}@${plan.environment}`
}

/** A writer on the rollout's journal, for a command that changes something: a break-glass is recorded first. */
export async function openRollout(shell: Shell, input: Input, journal?: Journal): Promise<Writer> {
  const writer = await openForReading(shell, input, journal)
  await recordBreakGlass(shell, input, writer)
  return writer
}

/** Likewise, for a command that only looks. */
export async function openForReading(shell: Shell, input: Input, journal?: Journal): Promise<Writer> {
  return openWriter({ journal: journal ?? (await openJournal(shell, input)), clock: shell.clock, uuid: shell.uuid, version: shell.version })
}

/** The journal is back: what was done without it becomes an intent, which the next turn verifies on every target. */
async function recordBreakGlass(shell: Shell, input: Input, writer: Writer): Promise<void> {
  if (!writer.state) return
  const folder = join(locate(shell, input).folder, '.rollout')
  const record = readRecord(folder, journalName(writer.state.plan))
  if (!record) return
  const text = `break-glass of ${record.actor} at ${formatInstant(record.at)}${record.reason === undefined ? '' : `: ${record.reason}`}`
  await insist(async () => {
    const { plan } = stateOf({ writer })
    const why = { code: 'operator', text } as const
    await writer.append({ type: 'intended', move: 'rollback', cursor: -1, exposures: defaultsOf(plan), why }, record)
  })
  discardRecord(folder, journalName(writer.state.plan))
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

function partsOf(shell: Shell, input: Input): Pick<Engine, 'clock' | 'signal' | 'random' | 'signature'> {
  return { clock: shell.clock, signal: deadline(shell, input), random: shell.random, signature: { actor: MACHINE } }
}
