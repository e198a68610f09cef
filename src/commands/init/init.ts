import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, discard, replace, writeDurably } from '../../adapters/file/disk.ts'
import { request } from '../../adapters/http/http.ts'
import { MOST, sketchPlan, type Sketch } from '../../config/sketch.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { renderInit } from '../../views/init.ts'
import { findInventory } from './inventory.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

const PROMETHEUS = 'http://localhost:9090'
const EXAMPLE = { name: 'FEATURE_EXAMPLE', words: { on: 'true', off: 'false' }, isOn: false }

/** Looks for env files with toggles and for a Prometheus, and writes a small plan that passes `check config`. */
export default async function init(session: Session<ValuesOf<'init'>>): Promise<VerbAnswer> {
  const { options, cwd, uuid } = session
  // Here, not the nearest plan above: that one is another.
  const { file, folder } = session.reopen({ file: options.file ?? cwd }).place
  const isForced = options.force || (existsSync(file) && (await mayReplace(session, file)))
  const found = findInventory(folder)
  const prometheus = await findPrometheus(session)
  const sketch: Sketch = {
    name: nameOf(folder),
    file: found?.file ?? 'app.env',
    create: found === undefined,
    toggles: found?.toggles.slice(0, MOST) ?? [EXAMPLE],
    ...(prometheus !== undefined && { prometheus }),
  }
  write(file, sketchPlan(sketch, session.packageName), isForced ? uuid() : undefined)
  const report = {
    plan: file,
    found: found !== undefined,
    ...sketch,
    left: found?.toggles.slice(MOST).map(({ name }) => name) ?? [],
    on: found?.on ?? [],
  }
  return { outcome: 'done', kind: 'init', value: report, text: (out) => renderInit(report, out) }
}

/** Only a person at a terminal is asked; `--yes` is no leave to destroy a plan. */
async function mayReplace({ ask, options: { yes, json, noInput } }: Session, file: string): Promise<boolean> {
  const isSilent = yes || json || noInput
  if (!isSilent && ask && /^y(?:es)?$/i.test((await ask(`${file} is there already. Replace it? [y/N] `)).trim())) return true
  throw taken(file)
}

function taken(file: string): RolloutError {
  return new RolloutError('conflict', { message: `${file} is there already`, hint: 'rollout init --force replaces it' })
}

async function findPrometheus({ env, stopped }: Session): Promise<string | undefined> {
  const url = env['PROM_URL'] ?? PROMETHEUS
  try {
    const { status } = await request(`${url.replace(/\/+$/, '')}/-/ready`, { signal: stopped, env, deadline: 500, retries: 0 })
    // The plan gets the reference with its usual default: what is in the environment may be a secret.
    return status === 200 ? PROMETHEUS : undefined
  } catch {
    stopped.throwIfAborted()
    return undefined
  }
}

/** From package.json, else the folder's own name; always one a journal can have. */
function nameOf(folder: string): string {
  const named = packageName(folder) ?? basename(folder)
  const name = named
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60)
    .replace(/[^a-z0-9]+$/, '')
  return name === '' ? 'app' : name
}

function packageName(folder: string): string | undefined {
  try {
    const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof about === 'object' && about !== null && 'name' in about && typeof about.name === 'string'
      ? about.name.replace(/^@[^/]*\//, '')
      : undefined
  } catch {
    return undefined
  }
}

/** All of it or nothing. Without a name for a temporary file to replace it with, never over a file, not even one of this moment. */
function write(file: string, plan: string, replacing: string | undefined): void {
  const bytes = Buffer.from(plan)
  try {
    if (replacing === undefined) return writeDurably(file, bytes, 0o644)
    const temporary = join(dirname(file), `.${basename(file)}.${replacing}.tmp`)
    try {
      writeDurably(temporary, bytes, 0o644)
      replace(temporary, file)
    } finally {
      discard(temporary)
    }
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw taken(file)
    throw new RolloutError('denied', { message: `${file} cannot be written: ${messageOf(thrown)}` }, { cause: thrown })
  }
}
