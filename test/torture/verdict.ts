import type { Ended } from '../helpers/launch.ts'
import { differing, examine, leftovers, type Findings, type Standing } from './record.ts'
import type { Site } from './site.ts'

/** What `--json` prints of a rollout, as far as it is held against the journal. */
interface Printed {
  readonly status: Standing['status']
  readonly seq: number
  readonly exposures: { readonly FEATURE_X: number }
}

/** Everything a command may end with; 1 is a bug, and whatever is not here was not thought of. */
const CODES: ReadonlySet<number> = new Set([0, 8, 9, 10, 64, 69, 75, 77, 78])

/**
 * What is wrong with how a command ended: by its exit code, by what it printed, and by what the disk holds of that.
 * `actor` typed it, where several do.
 */
export function wrongWith(
  argv: readonly string[],
  { code, signal, out, err }: Ended,
  record: Findings,
  wasKilled = false,
  actor?: string,
): readonly string[] {
  const what = `rollout ${argv.join(' ')}`
  const found: string[] = []
  if (signal !== null ? !wasKilled : !CODES.has(code ?? -1)) found.push(`${what} ended with ${code ?? signal}: ${out}${err}`)
  if (/^\s+at .*:\d+:\d+/m.test(err)) found.push(`${what} printed a stack: ${err}`)
  const printed = parse(out)
  if (code === 0 && !printed) found.push(`${what} ended with 0 and printed no JSON: ${out}`)
  if (!printed) return found
  const then = record.standings[printed.seq]
  if (!then) return [...found, `I12 ${what} printed #${printed.seq}, and the journal ends with #${record.now.seq}`]
  if (then.status !== printed.status) found.push(`I12 ${what} printed ${printed.status}; at #${printed.seq} it was ${then.status}`)
  if (then.exposure !== printed.exposures.FEATURE_X)
    found.push(`I19 ${what} printed ${printed.exposures.FEATURE_X}%; at #${printed.seq} it was ${then.exposure}%`)
  // Whoever has taken its own step is done, though somebody else has begun the next one since.
  const { actor: mover } = record.entries[then.epoch - 1] ?? {}
  const isOthers = argv[0] === 'advance' && actor !== undefined && mover !== actor
  return [...found, ...(code === 0 ? undone(argv, isOthers ? { ...then, isOpen: false } : then) : [])]
}

/** I20, I9: whoever says that it is done has done it. */
function undone([command]: readonly string[], then: Standing): readonly string[] {
  const what = `I20 rollout ${command} ended with 0, but at #${then.seq} it is ${then.status}`
  if (then.isOpen) return [`${what} and #${then.epoch} is not finished`]
  if (command === 'rollback' && (then.status !== 'rolled back' || then.exposure !== then.baseline)) return [`${what} at ${then.exposure}%`]
  if (command === 'advance' && then.exposure === then.baseline) return [what]
  if (command === 'pause' && then.status !== 'paused') return [what]
  if (command === 'resume' && then.status !== 'running') return [what]
  return []
}

/** What is wrong when nothing is under way any more: an end that is no end, an env file that is not as the journal says. */
export function wrongAtRest(site: Site, record = examine(site)): readonly string[] {
  const { now } = record
  const difference = differing(site, record)
  return [
    ...record.violations,
    ...(now.isOpen ? [`I10 #${now.epoch} is not finished`] : []),
    ...(difference === undefined ? [] : [`${now.status === 'rolled back' ? 'I6' : 'I19'} it is ${now.status}, but ${difference}`]),
  ]
}

/** Runs one command to its end on a machine without faults, and says what is wrong with that. */
export async function oneMore(site: Site, argv: readonly string[], expected: readonly number[]): Promise<readonly string[]> {
  const ended = await site.run([...argv, '--json'])
  const record = examine(site)
  const isMoving = !['status', 'history'].includes(argv[0] ?? '')
  return [
    ...wrongWith(argv, ended, record),
    ...(expected.includes(ended.code ?? -1) ? [] : [`then rollout ${argv.join(' ')} ended with ${ended.code}: ${ended.out}${ended.err}`]),
    ...(isMoving ? wrongAtRest(site, record) : record.violations),
  ]
}

/** Temporary files that no crash accounts for. */
export function litter(site: Site, allowed: number): readonly string[] {
  const found = leftovers(site)
  return found.length > allowed ? [`${found.length} temporary files are left: ${found.join(', ')}`] : []
}

/** An error is a value too, and says nothing of where the rollout is. */
function parse(out: string): Printed | undefined {
  try {
    const value: Printed & { readonly kind?: string } = JSON.parse(out)
    return value.kind === 'error' ? undefined : value
  } catch {
    return undefined
  }
}
