import { journalName } from '../core/journal/identity.ts'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { openFileStore } from '../adapters/state/file.ts'
import { standingOf } from '../core/policy/approval.ts'
import { approvalsOf } from '../core/plan/approvals.ts'
import type { Event } from '../core/journal/event.ts'
import { scale } from '../core/plan/scale.ts'
import type { Plan } from '../core/plan/plan.ts'
import { currentPhase, nextStep } from '../core/policy/destination.ts'
import { situationOf } from '../core/policy/situation.ts'
import type { State, Status } from '../core/journal/state.ts'
import { openDemoWorld, type DemoFault, type DemoWorld } from '../demo/world.ts'
import { readBaseline } from '../engine/baseline.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { run } from '../engine/run.ts'
import { openWriter } from '../engine/writer.ts'
import { summarize } from '../core/report/summary.ts'
import { renderDemoEnd, renderDemoStart } from '../views/demo.ts'
import { openLive, type Live } from '../views/live.ts'
import { digestOf } from '../adapters/state/digest.ts'
import { openEngine } from '../session/open-engine.ts'
import { loadPlan } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { ValuesOf } from './table.ts'

/** The plan's half hours become about two seconds. */
const SPEED = 1000
/** Nobody waits out a scaled day: no hold, bake or criterion of the demo lasts longer. */
const LONGEST = 3000

const SHADOW_METRIC = `  shadow:
    use: openmetrics
    url: \${SHOP_URL:-http://localhost:8080}/metrics
    ratio:
      bad: rollout_toggle_comparisons_total{toggle="FEATURE_AI_GENERATION",outcome!="same"}
      total: rollout_toggle_comparisons_total{toggle="FEATURE_AI_GENERATION"}
    success: "< 0.5%"
    critical: "> 2%"
    minSamples: 20
`

/** How each fault is meant to end. */
const EXPECTED: Readonly<Record<DemoFault, Status>> = {
  errors: 'rolled back',
  latency: 'rolled back',
  nodata: 'paused',
  shadow: 'rolled back',
  none: 'complete',
}

/** Runs the shipped five-phase plan against a real local shop, with a fault that really happens. */
export default async function demo(session: Session<ValuesOf<'demo'>>): Promise<VerbAnswer> {
  const { fault = 'errors', speed = SPEED } = session.options
  const { home, env, stopped } = session
  const folder = mkdtempSync(join(tmpdir(), 'rollout-demo-'))
  for (const part of ['rollout.yaml', 'phases']) cpSync(join(home, part), join(folder, part), { recursive: true })
  if (fault === 'shadow') addShadow(folder)
  const world = await openDemoWorld({ folder, fault, home, signal: stopped }).catch((thrown: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw thrown
  })
  let isTold = false
  try {
    const urls = { SHOP_URL: world.url, ALERTMANAGER_URL: world.url }
    const inside = session.reopen({ file: folder }, { cwd: folder, env: { ...env, ...urls } })
    const { plan, files } = await loadPlan(inside)
    const scaled = scale(anyTime(plan), speed, LONGEST * (SPEED / speed))
    const answer = await play(inside, scaled, files, { world, fault, speed, command: commandOf(session) })
    // From here on the journal is there for the user to ask.
    isTold = true
    return answer
  } finally {
    await world.close()
    if (!isTold) rmSync(folder, { recursive: true, force: true })
  }
}

/** What a plan needs for a shadow: the metric that compares both ways, and the phase that begins with it. */
function addShadow(folder: string): void {
  const edit = (file: string, from: string, to: string): void => {
    const path = join(folder, file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(from, () => `${to}${from}`),
    )
  }
  edit('rollout.yaml', '  latency_p95:\n', SHADOW_METRIC)
  edit('phases/3-advanced-features.yaml', 'steps:\n', 'shadow: 5%\n')
}

/** The demo runs at night and on Sundays too, and there is no other environment in which something could have been rehearsed. */
function anyTime(plan: Plan): Plan {
  const phases = plan.phases.map((phase) => {
    const { drill: _, ...rest } = phase
    return rest
  })
  return { ...plan, windows: [], freezes: [], phases }
}

interface Played {
  readonly world: DemoWorld
  readonly fault: DemoFault
  readonly speed: number
  readonly command: string
}

async function play(session: Session, plan: Plan, files: State['files'], { world, fault, speed, command }: Played): Promise<VerbAnswer> {
  const { cwd, clock, uuid, version, self, alive } = session
  const journal = await openFileStore(join(cwd, '.rollout'), session).open(journalName(plan))
  const writer = await openWriter({ journal, clock, uuid, version })
  const live = session.live(openLive)
  const told: Event[] = []
  writer.follow((event, before) => {
    told.push(event)
    live.event({ event, before })
  })
  const engine = await openEngine(session, writer, plan)
  live.say((stream) => renderDemoStart({ plan, url: world.url, fault, speed }, stream))
  const baseline = await readBaseline(plan, engine.targets, engine.signal)
  await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, { actor: 'demo' })
  await watch(run(engine, { controller: self, alive, exitOnPause: true }), engine, live)
  const last = stateOf(engine)
  const sent = world.stats()
  return {
    outcome: last.status === EXPECTED[fault] ? 'done' : 'unhealthy',
    kind: 'demo',
    value: { ...summarize(situationOf(last, clock.now())), folder: cwd, fault, speed, sent },
    text: (out) => renderDemoEnd({ state: last, events: told, sent, folder: cwd, command }, out),
  }
}

async function watch(turns: ReturnType<typeof run>, engine: Engine, live: Live): Promise<void> {
  try {
    for await (const turn of turns) {
      live.turn(turn)
      if (turn.decision.do === 'hold') await standIn(engine)
    }
  } finally {
    live.end()
  }
}

/** Stands in for the people of the plan: ticks the checklist and approves, in their names. */
async function standIn(engine: Engine): Promise<void> {
  const state = stateOf(engine)
  const phase = currentPhase(state)
  const next = nextStep(state)
  const undone = phase?.checklist.find(({ id }) => !state.checked.some((each) => each.phase === phase.id && each.item === id))
  const reason = 'the demo stands in for people'
  if (phase && undone) {
    await engine.writer.append({ type: 'checked', phase: phase.id, item: undone.id }, { actor: undone.owner ?? 'demo', reason })
  } else if (next) {
    const standings = approvalsOf(next).map((needed) => standingOf(state, next, needed, engine.clock.now()))
    const short = standings.find(({ needed, given }) => given.length < needed.count)
    const actor = short?.left[0]
    if (short && actor !== undefined) {
      const fact = { type: 'approved', step: next.index, digest: state.digest, group: short.needed.group } as const
      await engine.writer.append(fact, { actor, reason })
    }
  }
}

/** What to type for `rollout`: a clone has it in bin/, npx runs it without the PATH. npm start says where it was typed. */
function commandOf({ home, cwd, env, packageName }: Session): string {
  if (existsSync(join(home, 'src/main.ts'))) return `node ${relative(env['INIT_CWD'] ?? cwd, join(home, 'bin/rollout.cjs'))}`
  return env['npm_command'] === 'exec' ? `npx ${packageName}` : 'rollout'
}
