import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { openFileStore } from '../adapters/state/file.ts'
import { standingOf } from '../core/policy/approval.ts'
import { approvalsOf } from '../core/plan/consent.ts'
import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import { scale } from '../core/plan/pace.ts'
import type { Plan } from '../core/plan/plan.ts'
import { currentPhase, nextStep } from '../core/policy/moves.ts'
import { evolve } from '../core/journal/fold.ts'
import type { State, Status } from '../core/journal/state.ts'
import { openDemoWorld, type Fault, type DemoWorld } from '../demo/world.ts'
import { readBaseline } from '../engine/baseline.ts'
import { stateOf, type Engine } from '../engine/engine.ts'
import { run } from '../engine/run.ts'
import { openWriter } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { renderDemoEnd, renderDemoStart } from '../views/demo.ts'
import { openLive, type Live } from '../views/live.ts'
import { digestOf } from '../session/digest.ts'
import { text, type Input } from '../session/input.ts'
import { journalName } from '../core/journal/identity.ts'
import { loadPlan, openEngine } from '../session/project.ts'

/** The plan's half hours become about two seconds. */
const SPEED = 1000
/** Nobody waits out a scaled day: no hold, bake or criterion of the demo lasts longer. */
const LONGEST = 3000

/** How each fault is meant to end. */
const EXPECTED: Readonly<Record<Fault, Status>> = { errors: 'rolled back', latency: 'rolled back', nodata: 'paused', none: 'complete' }

/** Runs the shipped five-phase plan against a real local shop, with a fault that really happens. */
export default async function demo(shell: Shell, input: Input): Promise<Outcome> {
  const fault = faultOf(input)
  const speed = speedOf(input)
  const folder = mkdtempSync(join(tmpdir(), 'rollout-demo-'))
  for (const part of ['rollout.yaml', 'phases']) cpSync(join(shell.home, part), join(folder, part), { recursive: true })
  const world = await openDemoWorld({ folder, fault, home: shell.home, signal: shell.signal }).catch((thrown: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw thrown
  })
  let isTold = false
  try {
    const inside: Shell = { ...shell, cwd: folder, env: { ...shell.env, SHOP_URL: world.url, ALERTMANAGER_URL: world.url } }
    const { plan, files } = await loadPlan(inside, input)
    const state = await play(inside, input, scale(anyTime(plan), speed, LONGEST * (SPEED / speed)), files, {
      world,
      fault,
      speed,
      command: commandOf(shell),
    })
    // From here on the journal is there for the user to ask.
    isTold = true
    return state.status === EXPECTED[fault] ? 'done' : 'unhealthy'
  } finally {
    await world.close()
    if (!isTold) rmSync(folder, { recursive: true, force: true })
  }
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
  readonly fault: Fault
  readonly speed: number
  readonly command: string
}

async function play(
  shell: Shell,
  input: Input,
  plan: Plan,
  files: State['files'],
  { world, fault, speed, command }: Played,
): Promise<State> {
  const journal = await openFileStore(join(shell.cwd, '.rollout'), shell).open(journalName(plan))
  const writer = await openWriter({ journal, clock: shell.clock, uuid: shell.uuid, version: shell.version })
  const live = openLive(shell, false)
  const told: Event[] = []
  let state: State | undefined
  const engine = await openEngine(shell, { args: [], options: { ...input.options, file: shell.cwd } }, writer, plan, (event) => {
    told.push(event)
    live.event({ event, before: state })
    state = evolve(state, event)
  })
  shell.out.write(renderDemoStart({ plan, url: world.url, fault, speed }, shell.out))
  const baseline = await readBaseline(plan, engine.targets, engine.signal)
  engine.tell(await writer.append({ type: 'started', plan, digest: digestOf(plan), files, baseline }, { actor: 'demo' }))
  await watch(shell, engine, live)
  const last = stateOf(engine)
  shell.out.write(renderDemoEnd({ state: last, events: told, sent: world.stats(), folder: shell.cwd, command }, shell.out))
  return last
}

async function watch(shell: Shell, engine: Engine, live: Live): Promise<void> {
  try {
    for await (const turn of run(engine, { controller: shell.self, alive: shell.alive, exitOnPause: true })) {
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
    engine.tell(
      await engine.writer.append({ type: 'checked', phase: phase.id, item: undone.id }, { actor: undone.owner ?? 'demo', reason }),
    )
  } else if (next) {
    const standings = approvalsOf(next).map((needed) => standingOf(state, next, needed, engine.clock.now()))
    const short = standings.find(({ needed, given }) => given.length < needed.count)
    const actor = short?.left[0]
    if (short && actor !== undefined) {
      const fact = { type: 'approved', step: next.index, digest: state.digest, group: short.needed.group } as const
      engine.tell(await engine.writer.append(fact, { actor, reason }))
    }
  }
}

/** What to type for `rollout`: a clone has it in bin/, npx runs it without the PATH. npm start says where it was typed. */
function commandOf({ home, cwd, env, packageName }: Shell): string {
  if (existsSync(join(home, 'src/main.ts'))) return `node ${relative(env['INIT_CWD'] ?? cwd, join(home, 'bin/rollout.cjs'))}`
  return env['npm_command'] === 'exec' ? `npx ${packageName}` : 'rollout'
}

function faultOf(input: Input): Fault {
  const fault = text(input, 'fault') ?? 'errors'
  if (fault === 'errors' || fault === 'latency' || fault === 'nodata' || fault === 'none') return fault
  throw new RolloutError('usage', { message: `"${fault}" is not a fault`, hint: 'errors, latency, nodata or none' })
}

function speedOf(input: Input): number {
  const written = text(input, 'speed')
  const speed = Number(written ?? SPEED)
  if (speed >= 1 && speed <= 10_000) return speed
  throw new RolloutError('usage', {
    message: `--speed ${written} is not a factor`,
    hint: `1 (as the plan says) to 10000; ${SPEED} unless told`,
  })
}
