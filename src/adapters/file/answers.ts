import type { Loan } from '../../core/ports.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import { withDeadline } from '../deadline.ts'
import { mountOf, readMounts, type Mount } from './mount.ts'
import { spawn } from '../spawn.ts'

/*
 * A call to a file system behind a network, or of another process, may never return, and no deadline ends a call of the
 * system. So another process makes one first, and this one only once that has come back.
 */

const DEADLINE: Duration = 5000
/** For so long an answer counts. */
const FRESH: Duration = 1000

const answered = new Map<string, Duration>()
let known: { readonly at: Duration; readonly mounts: readonly Mount[] } | undefined

/** Throws `unreachable` when the file system of a path does not answer. The path is absolute; it need not exist. */
export async function checkAnswers(path: string, loan: Pick<Loan, 'clock' | 'signal' | 'env'>): Promise<void> {
  const { clock, env } = loan
  const now = clock.monotonic()
  // Read once for a thousand targets.
  if (known === undefined || now - known.at >= FRESH) known = { at: now, mounts: readMounts() }
  if (mountOf(path, known.mounts)?.asks !== true) return
  const at = answered.get(path)
  if (at !== undefined && now - at < FRESH) return
  const late = (): RolloutError =>
    new RolloutError('unreachable', { message: `the file system of ${path} did not answer within ${formatDuration(DEADLINE)}` })
  const look = async (both: AbortSignal): Promise<unknown> =>
    spawn(['ls', '-d', '--', path], { cwd: '/', env, signal: both, timeout: 2 * DEADLINE }).catch((thrown: unknown) => {
      // It says that nothing is there: that is an answer.
      if (both.aborted || !(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
    })
  await withDeadline(clock, DEADLINE, loan.signal, look, late)
  answered.set(path, clock.monotonic())
}
