import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENV_FILE, envText, type Site } from './site.ts'

/*
 * What the bytes on the disk say. Nothing of the program is used: it must not be believed because it agrees with itself.
 */

/** An event as far as it is looked at here. */
export interface Entry {
  readonly seq: number
  readonly id: string
  readonly previous: string
  readonly hash: string
  readonly type: string
  readonly at: number
  readonly actor: string
  readonly move?: string
  readonly intent?: number
  readonly cursor?: number
  readonly overrides?: readonly string[]
  readonly exposures?: { readonly FEATURE_X: number }
  /** The targets an intent concerns. */
  readonly targets?: readonly string[]
  readonly baseline?: { readonly FEATURE_X: number }
  readonly why?: { readonly code: string; readonly text: string }
}

/** Where a rollout is after some of its events. */
export interface Standing {
  readonly seq: number
  readonly status: 'none' | 'running' | 'paused' | 'rolled back' | 'complete'
  /** The newest intent, finished or not; 0 before the first. */
  readonly epoch: number
  readonly isOpen: boolean
  readonly cursor: number
  readonly baseline: number
  /** What was arrived at last, and what the newest intent wants. */
  readonly exposure: number
  readonly wanted: number
}

export interface Findings {
  readonly entries: readonly Entry[]
  /** After each event; the first is that of an empty journal. */
  readonly standings: readonly Standing[]
  readonly now: Standing
  /** Named as in SECURITY.md. */
  readonly violations: readonly string[]
}

const NOTHING: Standing = {
  seq: 0,
  status: 'none',
  epoch: 0,
  isOpen: false,
  cursor: -1,
  baseline: 0,
  exposure: 0,
  wanted: 0,
}

/** The journal folder of a site. */
export function journalOf({ folder }: Site): string {
  return join(folder, '.rollout', 'shop')
}

/** Reads the journal and the env file and holds them to the invariants that hold at every moment, between any two system calls. */
export function examine(site: Site): Findings {
  const violations: string[] = []
  const entries = readEntries(journalOf(site), violations)
  const standings: Standing[] = [NOTHING]
  for (const entry of entries) {
    const before = standings.at(-1) ?? NOTHING
    violations.push(...forbidden(before, entry))
    standings.push(next(before, entry))
  }
  const now = standings.at(-1) ?? NOTHING
  // Every text a durable intent named, and no half of one. Before anything was written the file has no mark.
  const texts = new Set([envText('false'), ...entries.flatMap((each) => (each.type === 'intended' ? [textOf(each, entries)] : []))])
  if (!texts.has(site.read(ENV_FILE))) violations.push(`I3 the env file holds what no durable intent named:\n${site.read(ENV_FILE)}`)
  return { entries, standings, now, violations }
}

/** What the env file is to hold when nothing is under way. */
export function differing(site: Site, { entries, now }: Findings): string | undefined {
  // An intent that moves no word of a target leaves its mark alone.
  const newest = entries.findLast(({ seq, type, targets = ['web'] }) => type === 'intended' && seq <= now.epoch && targets.includes('web'))
  const wanted = newest ? textOf(newest, entries) : envText('false')
  const held = site.read(ENV_FILE)
  return held === wanted ? undefined : `the env file holds\n${held}instead of\n${wanted}`
}

/** Temporary files beside the events and beside the env file. */
export function leftovers(site: Site): readonly string[] {
  return [site.folder, journalOf(site)].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tmp') || name.endsWith('-backup')) : [],
  )
}

function readEntries(folder: string, violations: string[]): readonly Entry[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder)
    .filter((name) => /^\d{12}\.json$/.test(name))
    .toSorted()
  const ids = new Set<string>()
  let previous = ''
  return names.flatMap((name, nth) => {
    if (Number(name.slice(0, 12)) !== nth + 1) violations.push(`I1 ${name} follows ${names[nth - 1] ?? 'nothing'}`)
    const entry = parse(readFileSync(join(folder, name), 'utf8'))
    if (!entry) {
      violations.push(`I1 ${name} is no event`)
      return []
    }
    const { hash, ...rest } = entry
    if (hash !== createHash('sha256').update(sorted(rest)).digest('hex')) violations.push(`I1 ${name} does not match its hash`)
    if (entry.seq !== nth + 1) violations.push(`I1 ${name} says that it is #${entry.seq}`)
    if (entry.previous !== previous) violations.push(`I1 ${name} does not follow the event before it`)
    if (ids.has(entry.id)) violations.push(`I2 the id of ${name} is there twice`)
    ids.add(entry.id)
    previous = hash
    return [entry]
  })
}

function parse(text: string): Entry | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON with sorted keys, written a second time: the program's own could be wrong in the same way twice. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, each]) => `${JSON.stringify(key)}:${sorted(each)}`).join(',')}}`
}

function textOf({ seq, exposures }: Entry, [first]: readonly Entry[]): string {
  return envText(wordOf(exposures?.FEATURE_X ?? Number.NaN), { epoch: seq, lineage: first?.hash.slice(0, 12) ?? '' })
}

function wordOf(exposure: number): string {
  return exposure === 0 ? 'false' : exposure === 100 ? 'true' : `${exposure}%`
}

/** What an event must not do where the rollout stands. */
function forbidden(before: Standing, { type, move, seq, cursor = -1, exposures, intent }: Entry): readonly string[] {
  if (before.status === 'none' && type !== 'started') return [`I1 #${seq} ${type} comes before anything was started`]
  if (type === 'arrived' && (intent !== before.epoch || !before.isOpen)) return [`I4 #${seq} arrives at #${intent}, which is not under way`]
  if (type !== 'intended') return []
  const to = exposures?.FEATURE_X ?? Number.NaN
  if (move !== 'advance') return to > Math.max(before.exposure, before.wanted) ? [`I5 #${seq} ${move} raises FEATURE_X to ${to}%`] : []
  return [
    ...(before.status === 'rolled back' ? [`I5 #${seq} goes forward after a rollback`] : []),
    ...(before.status === 'paused' ? [`I8 #${seq} goes forward while paused`] : []),
    ...(before.isOpen ? [`I4 #${seq} goes forward before #${before.epoch} has arrived`] : []),
    ...(cursor === before.cursor + 1 ? [] : [`I4 #${seq} goes from step ${before.cursor + 1} to ${cursor + 1}`]),
  ]
}

function next(before: Standing, { type, seq, move, cursor = -1, exposures, baseline, intent }: Entry): Standing {
  const to = exposures?.FEATURE_X ?? Number.NaN
  switch (type) {
    case 'started':
      return { ...NOTHING, seq, status: 'running', baseline: baseline?.FEATURE_X ?? Number.NaN, exposure: baseline?.FEATURE_X ?? 0 }
    case 'intended': {
      const status = move === 'advance' ? before.status : move === 'rollback' ? 'rolled back' : 'paused'
      return { ...before, seq, status, epoch: seq, isOpen: true, cursor, wanted: to }
    }
    case 'arrived':
      return { ...before, seq, ...(intent === before.epoch && { isOpen: false, exposure: before.wanted }) }
    case 'paused':
      return { ...before, seq, status: before.status === 'running' ? 'paused' : before.status }
    case 'resumed':
      return { ...before, seq, status: before.status === 'complete' ? before.status : 'running' }
    case 'completed':
      return { ...before, seq, status: 'complete' }
    default:
      return { ...before, seq }
  }
}
