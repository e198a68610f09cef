import type { DoctorFinding } from '../../src/views/doctor.ts'
import { fakeClock } from './memory.ts'
import { plainPlan } from './plans.ts'
import { fakeShell, shop, type FakeShell } from './shell.ts'

/** Nothing answers there. */
export const DEAD = 'http://127.0.0.1:1/metrics'
export const off = { 'web.env': 'FEATURE_X=false\n' }

/** What `doctor` says, row by row. */
export async function examined(shell: FakeShell) {
  const outcome = await shell.run('doctor', '--json')
  const { findings: rows } = shell.json<{ readonly findings: readonly DoctorFinding[] }>()
  return { outcome, rows, of: (what: string) => rows.filter((row) => row.what === what) }
}

/** A folder in which there is nothing to find. */
export async function healthy(more: Partial<Parameters<typeof fakeShell>[0] & object> = {}, traffic = { requests: 100, errors: 0 }) {
  const url = await shop(traffic)
  return fakeShell({ clock: fakeClock(Date.now()), files: { 'rollout.yaml': plainPlan(url), ...off }, ...more })
}
