import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, type Ended, type How, type Running } from '../helpers/launch.ts'
import { LIMITS } from '../helpers/limits.ts'

export const ENV_FILE = 'web.env'

const PLAN = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
targets:
  web: { use: env-file, path: ${ENV_FILE} }
metrics:
  errors: { use: command, run: [cat, errors], critical: "> 5" }
interval: 1s
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 50%, 100%], hold: 0s, metrics: [errors] }
`

/** The env file with this word in it; without a mark as it was before anything was written. */
export function envText(word: string, mark?: { readonly epoch: number; readonly lineage: string }): string {
  return `# kept\nFEATURE_X=${word}\nPASSWORD="a b#c"\n${mark ? `# rollout:${mark.epoch} of:shop/${mark.lineage}\n` : ''}`
}

/** A folder with a plan, an env file and perhaps a journal, in which the built binary is typed. */
export interface Site {
  readonly folder: string
  readonly launch: (argv: readonly string[], how?: How) => Running
  readonly run: (argv: readonly string[], how?: How) => Promise<Ended>
  readonly read: (path: string) => string
  readonly write: (path: string, text: string) => void
  /** A copy in a folder of its own, or in that one. */
  readonly copy: (into?: string) => Site
  readonly remove: () => void
}

/** A site with that plan, in a temporary folder or in that one. */
export function openSite(into?: string, plan = PLAN): Site {
  const site = siteIn(into ?? folderOf())
  site.write('rollout.yaml', plan)
  site.write(ENV_FILE, envText('false'))
  site.write('errors', '0\n')
  return site
}

/** What everything is copied from: nothing started, started, and with one step taken. */
export interface Sites {
  readonly fresh: Site
  readonly started: Site
  readonly at10: Site
}

let shared: Promise<Sites> | undefined

/** Made once; `removePrepared` removes them. */
export async function prepared(): Promise<Sites> {
  return (shared ??= prepare())
}

export async function removePrepared(): Promise<void> {
  for (const site of Object.values((await shared) ?? {})) site.remove()
}

async function prepare(): Promise<Sites> {
  const fresh = openSite()
  const started = fresh.copy()
  await must(started, 'start')
  const at10 = started.copy()
  await must(at10, 'advance')
  return { fresh, started, at10 }
}

/** Throws unless it ends with 0. */
export async function must(site: Site, ...argv: readonly string[]): Promise<void> {
  const { code, out, err } = await site.run(argv)
  if (code !== 0) throw new Error(`rollout ${argv.join(' ')} ended with ${code}: ${out}${err}`)
}

function folderOf(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'rollout-torture-')))
}

export function siteIn(folder: string): Site {
  const begin = (argv: readonly string[], how: How = {}): Running => launch(folder, argv, { timeout: LIMITS.program, ...how })
  return {
    folder,
    launch: begin,
    run: async (argv, how) => begin(argv, how).ended,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write: (path, text) => writeFileSync(join(folder, path), text),
    copy: (into = folderOf()) => {
      cpSync(folder, into, { recursive: true })
      return siteIn(into)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
