import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { adaptersIn } from '../../src/adapters/registry.ts'
import { loadPlanFile, type Loaded, type LoadOptions } from '../../src/config/load.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { renderProblems } from '../../src/views/problem.ts'

/** A whole plan in few lines; tests change a line of it. The first line of the text is line 1. */
export const PLAN = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
  FEATURE_Y: { targets: [web], requires: [FEATURE_X] }
targets:
  web: { use: env-file, path: web.env }
metrics:
  errors: { use: openmetrics, url: "http://localhost/metrics", ratio: { bad: b, total: t }, critical: "> 5%" }
approvers: { managers: [ana, ben] }
environments: { staging: { hold: 1m } }
phases:
  - phase: core
    toggles: [FEATURE_X, FEATURE_Y]
    steps: [10%, 100%]
    metrics: [errors]
`

export type Files = { readonly [name: string]: string | Uint8Array }

/** Lends a folder with these files, and removes it. */
export async function withFiles<Result>(files: Files, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollout-config-')))
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const NOW = Date.parse('2026-11-24T12:00:00Z')

/** Loads `rollout.yaml` of a folder as a command would. */
export async function loadIn(folder: string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  return loadPlanFile(join(folder, 'rollout.yaml'), { env: {}, adapters: options.adapters ?? adaptersIn(folder), now: NOW, ...options })
}

export async function loaded(files: Files | string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  return withFiles(typeof files === 'string' ? { 'rollout.yaml': files } : files, async (folder) => loadIn(folder, options))
}

/** The error a plan gets. Fails when there is none, or when it is a bug. */
export async function refusal(files: Files | string, options: Partial<LoadOptions> = {}): Promise<RolloutError> {
  const outcome = await loaded(files, options).catch((thrown: unknown) => thrown)
  if (outcome instanceof RolloutError) return outcome
  throw outcome instanceof Error ? outcome : new Error('the plan was accepted')
}

/** What the user sees of it. */
export async function seen(files: Files | string, options: Partial<LoadOptions> = {}): Promise<string> {
  return renderProblems(await refusal(files, options), { write: () => undefined, tty: false, color: 0 })
}

/** PLAN with some of its text replaced; what is to be replaced must be there. */
export function changed(...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the plan has no ${from}`)
    return text.replace(from, () => to)
  }, PLAN)
}
