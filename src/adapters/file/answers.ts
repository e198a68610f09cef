import { resolve } from 'node:path'
import type { Clock, Loan } from '../../core/ports.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import { withDeadline } from '../deadline.ts'
import { place } from './env-disk.ts'
import { mayHang, readMounts, type Mount } from './mount.ts'
import { spawn } from '../spawn.ts'

/*
 * A call to a file system behind a network, or of another process, may never return, and no deadline ends a call of the
 * system. So another process makes one first, and this one only once that has come back.
 */

const DEADLINE: Duration = 5000
/** For so long an answer counts. */
const FRESH: Duration = 1000

const answered = new Map<string, Duration>()
let known: { readonly at: Duration; readonly mounts: readonly Mount[]; readonly hang: Map<string, boolean> } | undefined

/** Returns whether a call to a path may never return, by what is mounted now. The path is absolute; it need not exist. */
export function mayHangNow(path: string, { monotonic }: Pick<Clock, 'monotonic'>): boolean {
  const now = monotonic()
  // Read once for a thousand targets.
  if (known === undefined || now - known.at >= FRESH) known = { at: now, mounts: readMounts(), hang: new Map() }
  const hangs = known.hang.get(path) ?? mayHang(path, known.mounts)
  known.hang.set(path, hangs)
  return hangs
}

/** Throws `unreachable` when the file system of a path does not answer. The path is absolute; it need not exist. */
export async function checkAnswers(path: string, loan: Pick<Loan, 'clock' | 'signal' | 'env'>): Promise<void> {
  const { clock, env } = loan
  if (!mayHangNow(path, clock)) return
  const now = clock.monotonic()
  const at = answered.get(path)
  if (at !== undefined && now - at < FRESH) return
  const late = (): RolloutError =>
    new RolloutError('unreachable', { message: `the file system of ${path} did not answer within ${formatDuration(DEADLINE)}` })
  const look = async (both: AbortSignal): Promise<unknown> =>
    spawn(['ls', '-dL', '--', path], { cwd: '/', env, signal: both, timeout: 2 * DEADLINE }).catch((thrown: unknown) => {
      // It says that nothing is there: that is an answer.
      if (both.aborted || !(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
    })
  await withDeadline(clock, DEADLINE, loan.signal, look, late)
  answered.set(path, clock.monotonic())
}

/** The real path of a file, once its file system has answered. Throws what `checkAnswers` and `place` throw. */
export async function placeThatAnswers(
  given: Parameters<typeof place>[0],
  loan: Pick<Loan, 'clock' | 'signal' | 'env' | 'folder'>,
): Promise<string> {
  await checkAnswers(resolve(loan.folder, given.path), loan)
  return place(given, loan.folder)
}
