import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openTargets } from '../../src/adapters/open.ts'
import { recordPath } from '../../src/adapters/state/recorded.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Outcome } from '../../src/core/values/errors.ts'
import { readPlan } from '../../src/session/project.ts'
import { lend } from './loan.ts'
import { fakeClock } from './memory.ts'
import { fakeShell, sessionOf, type FakeShell } from './shell.ts'

/** Every kind of target that keeps a mark, by its options: each in one file, and one in several. */
export const MARKING: readonly (readonly [kind: string, target: string])[] = [
  ['env-file', '{ use: env-file, path: web.env, create: true }'],
  ['flagd', '{ use: flagd, path: flags.json, create: true }'],
  ['go-feature-flag', '{ use: go-feature-flag, path: flags.yaml, create: true }'],
  ['unleash', '{ use: unleash, path: bootstrap.json, create: true }'],
  ['env-file with instances', '{ use: env-file, path: "{{instance}}.env", instances: [a, b, c], create: true }'],
]
const [[, ENV_FILE] = ['', '']] = MARKING

/** A plan of one toggle on one target, which nothing holds up. */
export function barePlan(target = ENV_FILE, { name = 'shop', steps = '[10%, 25%, 50%, 100%]' } = {}): string {
  return `version: 1
name: ${name}
toggles: { FEATURE_X: { targets: [web] } }
targets:
  web: ${target}
phases: [{ phase: core, toggles: [FEATURE_X], steps: ${steps}, hold: 0s }]
`
}

/** A shell in a folder with this plan, of which nothing was started. */
export function planned(plan: string): FakeShell {
  return fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan } })
}

/** Types lines one after another; each must be done. */
export async function type(shell: FakeShell, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const outcome = await outcomeOf(shell, line)
    if (outcome !== 'done') throw new Error(`${line} ended with ${outcome}: ${shell.printed.out}${shell.printed.err}`)
  }
}

/** Types a line, its words between spaces, and resolves to how it ended. */
export async function outcomeOf(shell: FakeShell, line: string): Promise<Outcome> {
  return shell.run(...line.split(' '))
}

/** Resolves to the word that the target holds. */
export async function wordOf(shell: FakeShell, variable = 'FEATURE_X'): Promise<string> {
  const plan: Plan = await readPlan(sessionOf(shell))
  const [target] = await openTargets(plan, lend(shell.cwd))
  return (await target?.read([variable], new AbortController().signal))?.[variable] ?? 'false'
}

/** Loses the journal, as a fresh workspace does. */
export function lose(shell: FakeShell): void {
  rmSync(join(shell.cwd, '.rollout'), { recursive: true })
}

/** Keeps a backup of the journal. */
export function backUp(shell: FakeShell, name = 'backup'): void {
  rmSync(join(shell.cwd, name), { recursive: true, force: true })
  cpSync(join(shell.cwd, '.rollout'), join(shell.cwd, name), { recursive: true })
}

/** Puts a backup in the place of the journal. */
export function restore(shell: FakeShell, name = 'backup'): void {
  rmSync(join(shell.cwd, '.rollout'), { recursive: true, force: true })
  cpSync(join(shell.cwd, name), join(shell.cwd, '.rollout'), { recursive: true })
}

/** Breaks the glass on another machine, whose journal is out of reach: no record of it lies here. */
export async function breakGlassElsewhere(shell: FakeShell): Promise<void> {
  const { env } = shell
  Object.assign(shell, { env: { ...env, ROLLOUT_STATE: 'postgres://nobody@127.0.0.1:1/none' } })
  await type(shell, 'rollback --all --break-glass')
  Object.assign(shell, { env })
  rmSync(recordPath(join(shell.cwd, '.rollout'), 'shop'), { force: true })
}
