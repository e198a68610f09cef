import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { request } from '../adapters/http.ts'
import { sketchPlan, type Sketch } from '../config/sketch.ts'
import { messageOf, RolloutError, type Outcome } from '../core/errors.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { flag, type Input } from './input.ts'
import { locate } from './project.ts'

const PROMETHEUS = 'http://localhost:9090'
const FOLDERS = ['.', 'deploy', 'config', 'env']
const NAMED = /^(?:FEATURE|FF|TOGGLE)_\w+$|_ENABLED$/
const VALUED = /^(?:true|false)$/i

/** Looks for env files with toggles and for a Prometheus, and writes a small plan that passes `check config`. */
export default async function init(shell: Shell, input: Input): Promise<Outcome> {
  const { file, folder } = locate(shell, { ...input, options: { ...input.options, file: input.options['file'] ?? shell.cwd } })
  if (existsSync(file) && !flag(input, 'force')) {
    throw new RolloutError('conflict', { message: `${file} is there already`, hint: 'rollout init --force replaces it' })
  }
  const found = findToggles(folder)
  const prometheus = await findPrometheus(shell)
  const sketch: Sketch = {
    name: nameOf(folder),
    file: found?.file ?? 'app.env',
    toggles: found?.toggles ?? [{ name: 'FEATURE_EXAMPLE', on: false }],
    ...(prometheus !== undefined && { prometheus }),
  }
  write(file, sketchPlan(sketch))
  if (flag(input, 'json')) writeJson({ plan: file, ...sketch }, shell.out)
  else shell.out.write(report(sketch, found !== undefined))
  return 'done'
}

function report({ file, toggles, prometheus }: Sketch, isFound: boolean): string {
  return [
    'wrote rollout.yaml',
    isFound ? `  toggles: ${toggles.map(({ name }) => name).join(', ')} (from ${file})` : '  no env file with toggles was found: FEATURE_EXAMPLE in app.env stands for yours',
    prometheus === undefined ? '  metrics: no Prometheus on localhost:9090; the plan reads METRICS_URL' : `  metrics: Prometheus at ${prometheus}`,
    '  rollout check config says whether it is right; rollout plan shows what it would do',
    '',
  ].join('\n')
}

interface Found {
  readonly file: string
  readonly toggles: Sketch['toggles']
}

function findToggles(folder: string): Found | undefined {
  const files = FOLDERS.flatMap((inside) => envFiles(join(folder, inside)).map((name) => (inside === '.' ? name : `${inside}/${name}`)))
  const candidates = files.map((file) => ({ file, toggles: togglesIn(join(folder, file)) })).filter(({ toggles }) => toggles.length > 0)
  return candidates.toSorted((a, b) => b.toggles.length - a.toggles.length)[0]
}

/** Samples and examples are no place to write to. */
function envFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\.env(?:\..+)?$|^[\w.-]+\.env$/.test(name) && !/example|sample|template/.test(name)).toSorted()
  } catch {
    return []
  }
}

function togglesIn(file: string): Sketch['toggles'] {
  const stat = statSync(file)
  if (!stat.isFile() || stat.size > 1 << 20) return []
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, name = '', value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*["']?([^"'#\s]*)/.exec(line) ?? []
      return VALUED.test(value) && (NAMED.test(name) || value === value.toLowerCase()) && name !== '' ? [{ name, on: value.toLowerCase() === 'true' }] : []
    })
}

async function findPrometheus(shell: Shell): Promise<string | undefined> {
  try {
    const { status } = await request(`${PROMETHEUS}/-/ready`, { signal: shell.signal, deadline: 500, retries: 0 })
    return status === 200 ? PROMETHEUS : undefined
  } catch {
    return undefined
  }
}

/** From package.json, else the folder's own name; always one a journal can have. */
function nameOf(folder: string): string {
  const named = packageName(folder) ?? basename(folder)
  const name = named.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replaceAll(/^[^a-z0-9]+|-+$/g, '').slice(0, 60)
  return name === '' ? 'app' : name
}

function packageName(folder: string): string | undefined {
  try {
    const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof about === 'object' && about !== null && 'name' in about && typeof about.name === 'string' ? about.name.replace(/^@[^/]*\//, '') : undefined
  } catch {
    return undefined
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (thrown) {
    throw new RolloutError('denied', { message: `${file} cannot be written: ${messageOf(thrown)}` }, { cause: thrown })
  }
}
