import { asUnderstood } from '../../src/core/journal/as-understood.ts'
import { isReplaced } from '../../src/core/journal/fence.ts'
import { approvalsOf } from '../../src/core/plan/approvals.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import type { Controller, Event } from '../../src/core/journal/event.ts'
import { nextStep } from '../../src/core/policy/destination.ts'
import type { Scope } from '../../src/core/policy/destination.ts'
import { retell } from '../../src/core/forecast/counterfactual.ts'
import { advanceNow, consider } from '../../src/engine/advance.ts'
import { readBaseline } from '../../src/engine/baseline.ts'
import type { LeaderOptions } from '../../src/engine/leader.ts'
import { stateOf, type Engine } from '../../src/engine/engine.ts'
import { openObserver } from '../../src/engine/observe.ts'
import { GRACE } from '../../src/engine/write-verified.ts'
import { rollBack } from '../../src/engine/rollback.ts'
import { run, runOnce } from '../../src/engine/run.ts'
import { withGrace } from '../../src/adapters/deadline.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { openNotifier, type Notifier } from '../../src/engine/notifier.ts'
import { openListeners } from './channels.ts'
import { hearing } from '../../src/engine/hearing.ts'
import { openBeside } from './beside.ts'
import { openJudge, type Violation } from './invariants.ts'
import { drawPlan } from './plan.ts'
import { LATEST, LONGEST_STOP, spawn, type Faults, type Machine, type Process } from './process.ts'
import { seeded } from './random.ts'
import { openTimeline } from './time.ts'
import { openCounts } from './counts.ts'
import { openWorld } from './world.ts'

export interface Played {
  readonly seed: number
  readonly violations: readonly Violation[]
  /** How it ended: `complete`, `rolled back`, … */
  readonly end: string
  readonly events: number
  readonly processes: number
  /** Everything that happened, a line each; empty unless asked for. */
  readonly story: readonly string[]
}

const MINUTE = 60_000
/** Beyond what any request may still take. */
const SETTLE = LATEST + 3000

/**
 * One rollout of the real engine in a world in which everything goes wrong that can. The seed decides all of it. Where it
 * `isHarsh` no world is calm, and people come in the worst moment: rare bugs show sooner.
 */
export async function play(seed: number, { tell = false, isHarsh = false } = {}): Promise<Played> {
  const random = seeded(seed)
  const time = openTimeline()
  const story: string[] = []
  const say = (text: string): void => {
    if (tell) story.push(`${(time.now / 1000).toFixed(1).padStart(8)}s  ${text}`)
  }
  const wild = random.pick(isHarsh ? [1, 3] : [0, 0.2, 1, 1, 3])
  const rush = isHarsh ? 5 : 1
  const faults: Faults = {
    on: true,
    crash: 0.002 * wild,
    stop: 0.002 * wild,
    lost: 0.004 * wild,
    unheard: 0.006 * wild,
    late: 0.006 * wild,
    slow: random.pick([4, 4, 4, 8000]),
  }
  const listeners = openListeners(drawPlan(random, seeded(seed ^ 0xca1e)), seed, time)
  const { plan } = listeners
  const fault = random.pick([undefined, { toggle: 'A', from: 50 }, { toggle: 'B', from: 10 }, { toggle: 'A', from: 100 }])
  const machines: readonly [Machine, ...Machine[]] = [
    { name: 'east', skew: random.pick([0, 0, 20_000, -3_600_000]) },
    { name: 'west', skew: random.pick([0, 0, 3_600_000]) },
  ]
  const judge = openJudge(
    plan,
    time,
    () => world,
    SETTLE,
    (target) => beside.isForeign(target),
  )
  const beside = openBeside({ plan, seed, isHarsh, time, world: () => world, state: () => judge.state, say })
  const hurry: { onAppend(event: Event): void } = { onAppend: () => undefined }
  const world = openWorld({
    plan,
    time,
    random,
    fault,
    settle: SETTLE,
    // The harsh world is hunted through: its bugs are found from the seeds they are known by.
    counts: isHarsh ? undefined : openCounts(seed),
    hasClock: beside.hasClock,
    watcher: {
      ...judge,
      onMark: beside.onMark,
      onBegin: (target, epoch, process) => {
        judge.onBegin(target, epoch, process)
        beside.onBegin(target, epoch, process)
      },
      onAppend: (event, process) => {
        const text = event.type === 'intended' ? `intended ${event.move} to step ${event.cursor + 1} (${event.why.text})` : event.type
        if (event.type !== 'observed') say(`${process.name} #${event.seq} ${text}${'target' in event ? ` ${event.target}` : ''}`)
        beside.onAppend(event)
        judge.onAppend(event, process)
        hurry.onAppend(event)
      },
      onWrite: (target, variable, word, epoch, process) => {
        say(`${process.name} writes ${variable}=${word} to ${target.name} (#${epoch})`)
        judge.onWrite(target, variable, word, epoch, process)
        beside.onWrite(target, variable, word, epoch, process)
      },
    },
  })
  let processes = 0
  let ids = 0
  let bugs = 0
  const live = new Map<number, Process>()

  const engineOf = async (process: Process): Promise<Engine> => {
    const opened = await openWriter({
      journal: world.journal(process),
      clock: process.clock,
      uuid: () => `id${(ids += 1)}`,
      version: 'simulated',
    })
    const writer = beside.kind === 'glass' && opened.state ? hearing(opened, beside.glassOf(process.machine)) : opened
    if (writer !== opened) await writer.refresh()
    return {
      writer,
      ...world.open(process),
      clock: process.clock,
      signal: process.signal,
      grace: withGrace(process.clock, process.signal, GRACE),
      random: () => random.next(),
      signature: { actor: process.name },
      refute: async () => undefined,
    }
  }
  const begin = (kind: string, machine: Machine, program: (process: Process, pid: number) => Promise<void>): void => {
    const pid = (processes += 1)
    const process = spawn({ name: `${kind}${pid}@${machine.name}`, machine, time, random, faults, tell: say })
    live.set(pid, process)
    time.stir()
    void program(process, pid)
      .catch((thrown: unknown) => {
        say(`${process.name} ends: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
        if (thrown instanceof RolloutError) return
        bugs += 1
        say(thrown instanceof Error ? (thrown.stack ?? '') : '')
      })
      .finally(() => {
        live.delete(pid)
        // Whoever ends while the store is down cannot learn whether to put something right: nobody promises that it does.
        if (world.storeIsUp) process.end()
        else process.kill()
      })
  }
  const controllerOf = (process: Process, pid: number): Controller => ({
    host: process.machine.name,
    pid,
    domain: process.machine.name,
    began: String(pid),
  })

  const leadingOf = (process: Process, pid: number): LeaderOptions => ({
    controller: controllerOf(process, pid),
    alive: (other) => (other.domain === process.machine.name ? live.has(other.pid) : undefined),
  })

  const courierOf = (engine: Engine, process: Process): Notifier => openNotifier({ ...engine, channels: listeners.open(process) })

  const watching = async (process: Process, pid: number): Promise<void> => {
    const engine = await engineOf(process)
    if (!engine.writer.state) return
    for await (const _ of run(engine, { ...leadingOf(process, pid), notifier: courierOf(engine, process) })) {
      // Every turn is the engine's own affair.
    }
    const state = stateOf(engine)
    if (state.status === 'rolled back' && !state.intent) judge.onRolledBack(state.epoch)
  }
  const once = async (process: Process, pid: number): Promise<void> => {
    const engine = await engineOf(process)
    if (engine.writer.state) await runOnce(engine, { ...leadingOf(process, pid), notifier: courierOf(engine, process) })
  }
  const rollback =
    (scope: Scope | undefined, text: string) =>
    async (process: Process): Promise<void> => {
      const engine = await engineOf(process)
      if (!engine.writer.state) return
      const end = async (controller: Controller): Promise<boolean> => {
        const other = live.get(controller.pid)
        if (controller.domain !== process.machine.name) return false
        say(`${process.name} ends ${other?.name ?? 'nobody'}`)
        other?.kill()
        return true
      }
      const signature = { actor: process.name }
      await rollBack(engine, { scope, why: { code: 'operator', text }, signature, end, settling: () => undefined })
      const state = stateOf(engine)
      say(`${process.name} reports ${state.intent ? 'partial' : 'done'}`)
      if (state.status === 'rolled back' && !state.intent) judge.onRolledBack(state.epoch)
    }
  const append =
    (type: 'paused' | 'resumed' | 'approved') =>
    async (process: Process): Promise<void> => {
      const { writer } = await engineOf(process)
      const { state } = writer
      if (!state || state.status === 'complete') return
      const next = nextStep(state)
      if (type === 'paused' && state.status === 'running')
        await writer.append({ type, why: { code: 'operator', text: 'wait' } }, { actor: 'ana' })
      if (type === 'resumed' && state.status !== 'running' && !(state.status === 'rolled back' && state.intent))
        await writer.append({ type }, { actor: 'ana' })
      const step = next?.index ?? 0
      for (const { group } of type === 'approved' && next ? approvalsOf(next) : []) {
        // Whoever has agreed already changes their mind.
        const given = state.approvals.some((each) => each.step === step && each.group === group)
        await writer.append({ type: given ? 'revoked' : 'approved', step, digest: state.digest, group }, { actor: 'ana' })
      }
    }
  const advance =
    (overrides: readonly string[]) =>
    async (process: Process): Promise<void> => {
      const engine = await engineOf(process)
      if (!engine.writer.state) return
      const observer = openObserver(engine)
      await advanceNow(engine, observer, await consider(engine, observer), { signature: { actor: process.name }, overrides })
    }
  const person = (): void => {
    const machine = random.pick(machines)
    const deeds: readonly [() => void, ...(() => void)[]] = [
      () => begin('rollback', machine, rollback(undefined, 'phase')),
      () => begin('rollback', machine, rollback(undefined, 'phase')),
      () => begin('rollback', machine, rollback({ is: 'all' }, 'all')),
      () => begin('rollback', machine, rollback({ is: 'toggles', toggles: ['B'] }, 'partial')),
      () => begin('rollback', machine, rollback({ is: 'to', to: 10 }, 'reduce')),
      () => begin('pause', machine, append('paused')),
      () => begin('resume', machine, append('resumed')),
      () => begin('approve', machine, append('approved')),
      () => begin('advance', machine, advance([])),
      () => begin('advance', machine, advance(['hold', 'approval', 'bake'])),
    ]
    random.pick(deeds)()
  }
  // People come when something has just begun: that is when it hurts.
  hurry.onAppend = (event) => {
    if (faults.on && (event.type === 'intended' || event.type === 'arrived') && random.chance(0.03 * rush))
      time.at(random.between(0, 60), person)
    // What was heard late was sent twice: whoever takes it back now meets the first one.
    if (faults.on && event.type === 'applied' && random.chance(0.02 * rush))
      time.at(random.between(0, 500), () => begin('rollback', random.pick(machines), rollback({ is: 'all' }, 'all')))
    const after = faults.on && (event.type === 'intended' || event.type === 'arrived') ? beside.next() : undefined
    if (after !== undefined) time.at(after, () => begin(beside.kind, beside.pick(machines), beside.happen))
    if (faults.on && event.type === 'intended' && event.move !== 'advance' && random.chance(0.6))
      time.at(random.between(2000, 3 * MINUTE), () => begin('resume', random.pick(machines), append('resumed')))
  }

  begin('start', machines[0], async (process) => {
    const engine = await engineOf(process)
    const baseline = await readBaseline(plan, engine.targets, engine.signal)
    await engine.writer.append({ type: 'started', plan, digest: 'digest', files: {}, baseline }, { actor: 'ana' })
  })
  await time.run(MINUTE)
  const length = random.between(4, 14) * MINUTE
  const controllers = random.pick([1, 1, 2])
  /** Whoever runs it starts it again when it has gone. */
  const supervise = (machine: Machine, kind: 'run' | 'cron'): void => {
    if (!faults.on || time.now > length) return
    const state = judge.state
    const isBusy =
      kind === 'run' && [...live.values()].some(({ name, isAlive }) => isAlive && name.startsWith('run') && name.endsWith(machine.name))
    const isOver = state?.status === 'complete' || (state?.status === 'rolled back' && !state.intent)
    if (state && !isOver && !isBusy) begin(kind, machine, kind === 'run' ? watching : once)
    // With a clock that all share the turns of cron may be taken by any runner.
    const then = kind === 'cron' && beside.hasClock ? beside.pick(machines) : machine
    time.at(kind === 'run' ? random.between(1000, 40_000) : 10_000, () => supervise(then, kind))
  }
  for (let nth = 0; nth < controllers; nth += 1) supervise(machines[nth] ?? machines[0], random.chance(0.85) ? 'run' : 'cron')
  for (let nth = random.between(0, 3); nth > 0; nth -= 1) time.at(random.between(0, length), person)
  if (random.chance(0.6)) time.at(random.between(0, length / 2), () => begin('approve', machines[0], append('approved')))
  trouble()
  await time.run(length)

  say('the faults are over')
  faults.on = false
  listeners.calm()
  Object.assign(world, { storeIsUp: true, metricsAre: 'true' })
  for (const target of world.targets) Object.assign(target, { isUp: true, isLying: false })
  // Whoever was stopped at the last moment wakes up, and puts right what it sends then.
  await time.run(time.now + LONGEST_STOP + MINUTE)
  judge.atRest()
  // Whoever has broken the glass takes it into the journal; what only a newer version knows stops nothing that goes back.
  if (beside.kind === 'glass' || beside.kind === 'version') {
    begin('rollback', machines[0], rollback({ is: 'all' }, 'all'))
    await time.run(time.now + 2 * MINUTE)
    beside.afterAll()
  }
  const first = judge.state?.status
  if (first === 'rolled back' || judge.state?.intent) begin('rollback', machines[0], rollback(undefined, 'once more'))
  await time.run(time.now + 2 * MINUTE)
  begin('run', machines[0], watching)
  await time.run(time.now + 3 * MINUTE)
  // What has only just begun is given the time it needs.
  if (judge.state?.intent) await time.run(time.now + 2 * MINUTE)
  judge.atEnd(world.isHarmful())
  beside.atEnd()
  const understood = world.events.map(asUnderstood)
  const violations = [
    ...judge.violations,
    ...beside.violations,
    ...(judge.state ? read(() => listeners.violations(understood)) : []),
    ...read(() => unlikeBefore(understood)),
    ...(bugs > 0 ? [{ invariant: 'no bug', text: 'something was thrown that is no RolloutError' }] : []),
  ]
  return { seed, violations, end: judge.state?.status ?? 'not started', events: world.events.length, processes, story }

  /** Outages, lies and hands from outside, over the whole length. */
  function trouble(): void {
    const spell = (from: () => void, to: () => void): void => {
      const begins = random.between(0, length)
      time.at(begins, () => faults.on && from())
      time.at(begins + random.pick([3000, 20_000, 90_000, 300_000]), to)
    }
    for (let nth = wild === 0 ? 0 : random.between(0, 5); nth > 0; nth -= 1) {
      const target = random.pick(world.targets as [(typeof world.targets)[number]])
      const kinds: readonly [() => void, ...(() => void)[]] = [
        () =>
          spell(
            () => void (target.isUp = false),
            () => void (target.isUp = true),
          ),
        () =>
          spell(
            () => void (target.isUp = false),
            () => void (target.isUp = true),
          ),
        () =>
          spell(
            () => void (target.isLying = true),
            () => void (target.isLying = false),
          ),
        () =>
          time.at(random.between(0, length), () => {
            // Another rollout writes its own toggles to the same place, with numbers of its own.
            const mark = { identity: { name: 'neighbour', lineage: 'b0b' }, epoch: Math.floor(random.between(1, 1000)) }
            if (faults.on) target.marks = [...target.marks.filter((each) => !isReplaced(each, mark)), mark]
          }),
        () =>
          spell(
            () => (say('the store is down'), void (world.storeIsUp = false)),
            () => (say('the store is back'), void (world.storeIsUp = true)),
          ),
        () =>
          spell(
            () => void (world.metricsAre = 'silent'),
            () => void (world.metricsAre = 'true'),
          ),
        () =>
          spell(
            () => void (world.metricsAre = 'not a number'),
            () => void (world.metricsAre = 'true'),
          ),
        () =>
          spell(
            () => void (world.metricsAre = 'stale'),
            () => void (world.metricsAre = 'true'),
          ),
        () =>
          spell(
            () => void (world.metricsAre = 'worrying'),
            () => void (world.metricsAre = 'true'),
          ),
        () =>
          time.at(
            random.between(0, length),
            () => void (random.pick(machines).skew += random.pick([3_600_000, -3_600_000, 31_536_000_000, 25_000, 25_000, 25_000])),
          ),
        () =>
          time.at(random.between(0, length), () => {
            for (const process of live.values())
              if (random.chance(0.5)) {
                say(`${process.name} is killed`)
                process.kill()
              }
          }),
        () =>
          time.at(random.between(0, length), () => {
            for (const process of live.values()) process.interrupt()
          }),
      ]
      random.pick(kinds)()
    }
  }
}

/** Whatever reads a journal never trips over it. */
function read(look: () => readonly Violation[]): readonly Violation[] {
  try {
    return look()
  } catch (thrown) {
    return [{ invariant: 'no bug', text: `the journal cannot be read: ${String(thrown)}` }]
  }
}

/** Every watch and every decision in the journal comes out again, to the last bit, from the counts that it holds. */
function unlikeBefore(events: readonly Event[]): readonly Violation[] {
  return retell(events).flatMap(({ different, decisions, unkept }) => [
    ...different.map((seq) => ({ invariant: 'retold', text: `the watch of #${seq} comes out otherwise` })),
    ...decisions.filter(({ is }) => is === 'different').map((each) => ({ invariant: 'retold', text: JSON.stringify(each) })),
    ...(unkept > 0 ? [{ invariant: 'retold', text: `${unkept} observations without their polls` }] : []),
  ])
}
