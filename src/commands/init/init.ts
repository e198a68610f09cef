import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, discard, replace, writeDurably } from '../../adapters/file/disk.ts'
import { MOST, sketchPlan, type Sketch, type SketchMetrics } from '../../config/sketch.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { openLooking, renderInit, type InitReport } from '../../views/init.ts'
import { addressesIn } from './addresses.ts'
import { findApplication, type Application } from './application.ts'
import { readEnvFiles } from './env-files.ts'
import { failingLevels, fitTraffic, slowLevels, type Fit } from './fit.ts'
import { findInventory } from './inventory.ts'
import { findPrometheus, knows, PROMETHEUS } from './prometheus.ts'
import { findReferences } from '../../session/references.ts'
import { describeCompared } from '../../core/report/reference.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

const EXAMPLE = { name: 'FEATURE_EXAMPLE', words: { on: 'true', off: 'false' }, isOn: false }
/** Where most applications have their metrics, if they say nothing. */
const METRICS = 'http://localhost:8080/metrics'
/** What most applications call what they count. */
const REQUESTS = { name: 'http_requests_total', status: 'status' }

/** Looks for toggles in env files, for the metrics of their application and for a Prometheus, and writes a small plan that fits them. */
export default async function init(session: Session<ValuesOf<'init'>>): Promise<VerbAnswer> {
  const { options, cwd, uuid } = session
  // Here, not the nearest plan above: that one is another.
  const { file, folder } = session.reopen({ file: options.file ?? cwd }).place
  const isForced = options.force || (existsSync(file) && (await mayReplace(session, file)))
  const envFiles = readEnvFiles(folder)
  const found = findInventory(envFiles)
  const candidates = found?.toggles ?? [EXAMPLE]
  const own = envFiles.toSorted((a, b) => Number(b.file === found?.file) - Number(a.file === found?.file))
  const { application, silent, prometheus } = await look(session, addressesOf(session, own), candidates)
  const measured = application?.requests?.measured
  // What the SDK measures of one toggle says nothing of another: each would need metrics of its own.
  const toggles = measured === undefined ? candidates.slice(0, MOST) : candidates.filter(({ name }) => name === measured)
  const fit = fitTraffic(application ?? {})
  const sketch: Sketch = {
    name: nameOf(folder),
    file: found?.file ?? 'app.env',
    create: found === undefined,
    toggles,
    metrics: metricsOf({ application, prometheus, silent: silent[0]?.url, negligible: fit.negligible }),
    steps: fit.steps,
    hold: fit.hold,
  }
  write(file, sketchPlan(sketch, session.packageName), isForced ? uuid() : undefined)
  const report: InitReport = {
    plan: file,
    found: found !== undefined,
    ...sketch,
    left: candidates.filter((each) => !toggles.includes(each)).map(({ name }) => name),
    on: found?.on ?? [],
    others: found?.others ?? [],
    elsewhere: found?.elsewhere ?? [],
    silent,
    shown: isPython(folder) ? 'python' : 'javascript',
    compared: found ? await comparedIn({ ...session, place: session.reopen({ file }).place }, toggles) : [],
    ...(application && { application }),
    ...(fit.power && { power: fit.power }),
    ...(prometheus !== undefined && { prometheus: PROMETHEUS }),
  }
  return { outcome: 'done', kind: 'init', value: report, text: (out) => renderInit(report, out) }
}

function isPython(folder: string): boolean {
  const has = (...names: readonly string[]): boolean => names.some((name) => existsSync(join(folder, name)))
  return !has('package.json') && has('requirements.txt', 'pyproject.toml', 'setup.py', 'Pipfile', 'manage.py', 'app.py', 'main.py')
}

/** What the code does with toggles whose steps only some users have. */
async function comparedIn(session: Session, toggles: Sketch['toggles']): Promise<InitReport['compared']> {
  const names = toggles.map(({ name }) => name)
  const { toggles: places } = await findReferences(session, { toggles: {} }, names)
  return names.flatMap((name) => describeCompared(name, places[name] ?? []) ?? [])
}

/** The environment of the shell may say where the metrics are too, as it may when the plan reads it. */
function addressesOf({ env }: Session, files: Parameters<typeof addressesIn>[0]): ReturnType<typeof addressesIn> {
  const { METRICS_URL } = env
  const typed = METRICS_URL === undefined ? [] : [{ file: 'the environment', assignments: [{ name: 'METRICS_URL', value: METRICS_URL }] }]
  return addressesIn([...typed, ...files])
}

async function look(session: Session, addresses: ReturnType<typeof addressesIn>, toggles: Sketch['toggles']) {
  const isShown = session.err.tty && !session.options.json
  const looking = isShown
    ? openLooking(
        addresses.map(({ url }) => url),
        session.err,
      )
    : undefined
  const names = toggles.map(({ name }) => name)
  try {
    const [ready, found] = await Promise.all([findPrometheus(session), findApplication(session, addresses, names)])
    // A Prometheus that is about other applications says nothing of this one.
    const isKnown = ready !== undefined && (!found.application || (await knows(session, ready, found.application)))
    return { ...found, ...(isKnown && { prometheus: ready }) }
  } finally {
    looking?.end()
  }
}

interface Looked {
  readonly application: Application | undefined
  readonly prometheus: string | undefined
  readonly silent: string | undefined
  readonly negligible: Fit['negligible']
}

function metricsOf({ application, prometheus, silent, negligible = {} }: Looked): SketchMetrics {
  const { requests = REQUESTS, latency, groups, traffic } = application ?? {}
  const url = application?.url ?? `\${METRICS_URL:-${silent ?? METRICS}}`
  return {
    // The plan gets the reference with its usual default: what is in the environment may be a secret.
    ...(prometheus === undefined ? { use: 'openmetrics', url } : { use: 'prometheus', url: `\${PROM_URL:-${PROMETHEUS}}` }),
    requests,
    failing: failingLevels(traffic?.rate ?? 0),
    ...(latency && {
      latency: {
        ...latency,
        slow: slowLevels(latency.unit === 's' ? latency.p95 * 1000 : latency.p95),
        ...(latency.isDivided && negligible.latency !== undefined && { negligible: negligible.latency }),
      },
    }),
    ...(groups && { groups }),
    ...(negligible.failures !== undefined && { negligible: negligible.failures }),
  }
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
