import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/environment.ts'
import { messageOf, RolloutError } from '../core/errors.ts'
import type { Fact } from '../core/event.ts'
import { defaultsOf, type Exposures } from '../core/plan.ts'
import { TOMBSTONE, type Fence } from '../core/ports.ts'
import { phaseOf } from '../core/retreat.ts'
import { canDoWithout, type Intent, type Progress, type State } from '../core/state.ts'
import { withoutSingles, type Watch } from '../core/track.ts'
import type { Duration } from '../core/units.ts'
import { begin } from '../core/watch.ts'
import { stateOf, type Engine } from './engine.ts'
import { insist } from './insist.ts'
import { readMetrics } from './metrics.ts'
import { DEADLINE, put } from './put.ts'
import { within } from './within.ts'

/** What came of an attempt to bring every target to the newest intent. */
export type Applied = 'arrived' | 'partial' | 'superseded'

const ATTEMPTS = 4
const BACKOFF = 200
/** A journal that is out of reach for longer is not waited for. */
const OUTAGE: Duration = 600_000
/** After this long no further attempt is begun: a rollback must come to an end. */
const PATIENCE = 20_000

/**
 * Brings every target to the unfinished intent, in parallel, and appends `applied`,
 * `refused` and at last `arrived`. Safe to repeat after a crash at any point.
 */
export async function apply(engine: Engine, intent: Intent): Promise<Applied> {
  const pending = engine.targets.filter(({ name }) => intent.targets[name] !== undefined && intent.targets[name].is !== 'applied')
  const queue = inTurn()
  // All of them come to an end before anything else begins, even when one cannot go on.
  const ended = await Promise.allSettled(pending.map(async (target) => applyOne(engine, intent, target, queue)))
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  await engine.writer.refresh()
  const state = stateOf(engine)
  if (state.intent?.seq !== intent.seq) return 'superseded'
  const missing = Object.entries(state.intent.targets).flatMap(([name, { is }]) => (is === 'applied' ? [] : [name]))
  if (!canDoWithout(state.plan, intent, missing)) return 'partial'
  return arrive(engine, intent, missing)
}

/** The lines a person would type for the targets that have not confirmed. */
export function byHand(
  engine: Pick<Engine, 'targets'>,
  state: State,
): readonly { readonly target: string; readonly lines: readonly string[] }[] {
  const { intent } = state
  if (!intent) return []
  const open = engine.targets.filter(({ name }) => intent.targets[name] !== undefined && intent.targets[name].is !== 'applied')
  return open.map((target) => ({
    target: target.name,
    lines: target.byHand(environment(state.plan, target.name, { ...state, exposures: intent.exposures })),
  }))
}

async function applyOne(engine: Engine, intent: Intent, target: OpenTarget, queue: Queue): Promise<void> {
  const began = engine.clock.monotonic()
  for (let attempt = 1; ; attempt += 1) {
    const error = await writeAndVerify(engine, intent, target, queue, attempt > 1)
    if (error === 'superseded') return
    if (error === undefined) return record(engine, { type: 'applied', intent: intent.seq, target: target.name }, intent, queue)
    if (attempt === ATTEMPTS || engine.clock.monotonic() - began > PATIENCE)
      return record(engine, { type: 'refused', intent: intent.seq, target: target.name, error }, intent, queue)
    await engine.clock.sleep(BACKOFF * 2 ** (attempt - 1) * (0.5 + engine.random()), engine.signal)
  }
}

/**
 * The message of what went wrong; undefined when the target now holds the intent. Where a newer one was made durable
 * after something of this one was `sent`, it is put right: what failed may have been written all the same.
 */
async function writeAndVerify(
  engine: Engine,
  intent: Intent,
  target: OpenTarget,
  queue: Queue,
  sent: boolean,
): Promise<string | undefined> {
  const look = async (): Promise<Aim> => aim(engine, target, queue)
  const aimed = sent ? await surely(engine, look) : await look()
  const isOvertaken = aimed.fence.epoch !== intent.seq
  if (isOvertaken && !sent) return 'superseded'
  const error = isOvertaken ? undefined : await attempt(engine, target, aimed)
  const isNewest = !isOvertaken && (await surely(engine, async () => isStill(engine, intent.seq, queue)))
  // Whoever has been told to stop may have been asleep until then: what it has sent nobody else knows of.
  if (!isNewest) await heal({ ...engine, signal: new AbortController().signal }, target, queue)
  engine.signal.throwIfAborted()
  return isNewest ? error : 'superseded'
}

/** What the newest intent wants of a target, and the fence to write it with. */
interface Aim {
  readonly exposures: Exposures
  readonly fence: Fence
}

/** Asks the target before the journal: whatever it holds later than this is newer than the answer. */
async function aim(engine: Engine, target: OpenTarget, queue: Queue): Promise<Aim> {
  const held = stateOf(engine).advanced ? [] : await heldBy(engine, target)
  await queue(async () => engine.writer.refresh())
  const { plan, advanced, intent, exposures: reached, epoch } = stateOf(engine)
  const exposures = intent?.exposures ?? reached
  const isReset = Object.entries(defaultsOf(plan)).every(([name, exposure]) => exposures[name] === exposure)
  return { exposures, fence: { epoch, over: !isReset ? [] : advanced ? [TOMBSTONE] : held } }
}

/** A target that cannot be asked cannot be written either, and then says why. */
async function heldBy({ clock, signal }: Engine, target: OpenTarget): Promise<readonly number[]> {
  return within(clock, DEADLINE, signal, async (both) => target.epochs(both)).catch(() => [])
}

async function isStill(engine: Engine, epoch: number, queue: Queue): Promise<boolean> {
  return queue(async () => (await engine.writer.refresh(), stateOf(engine).epoch === epoch))
}

/** Asks until the journal answers: what was written while it is out of reach may have to be put back. */
async function surely<Answer>(engine: Engine, ask: () => Promise<Answer>): Promise<Answer> {
  const began = engine.clock.monotonic()
  for (let nth = 0; ; nth += 1) {
    try {
      return await ask()
    } catch (thrown) {
      const isOut = thrown instanceof RolloutError && thrown.code === 'unreachable'
      if (!isOut || engine.clock.monotonic() - began > OUTAGE) throw thrown
      await engine.clock.sleep(Math.min(BACKOFF * 2 ** nth, 5000), engine.grace)
    }
  }
}

/**
 * Puts back what the newest intent says after an older one was written over it. Where that cannot be done a
 * rollback is made durable once more, so that it is not taken for done.
 */
async function heal(engine: Engine, target: OpenTarget, queue: Queue): Promise<void> {
  let hasSettled = false
  for (let nth = 1; nth <= ATTEMPTS; nth += 1) {
    const aimed = await surely(engine, async () => aim(engine, target, queue))
    const error = await attempt(engine, target, aimed)
    const isHealed = (await surely(engine, async () => isStill(engine, aimed.fence.epoch, queue))) && error === undefined
    if (isHealed && (hasSettled || target.settle === 0)) return
    // What this process sent before may be under way still, and nobody else knows of it.
    await engine.clock.sleep(isHealed ? target.settle : BACKOFF * 2 ** (nth - 1), engine.signal)
    hasSettled ||= isHealed
  }
  await queue(async () =>
    insist(async () => {
      const { status, intent, cursor, exposures } = stateOf(engine)
      if (status !== 'rolled back') return
      const why = { code: 'drift', text: `${target.name} was written late by an older command and could not be put back` } as const
      const again = { cursor: intent?.cursor ?? cursor, exposures: intent?.exposures ?? exposures }
      engine.tell(await engine.writer.append({ type: 'intended', move: 'rollback', ...again, why }, engine.signature))
    }),
  )
}

/** The message of what went wrong; undefined when the target was written and reads back. */
async function attempt(engine: Engine, target: OpenTarget, { exposures, fence }: Aim): Promise<string | undefined> {
  try {
    const { plan, baseline } = stateOf(engine)
    await put(target, environment(plan, target.name, { exposures, baseline }), fence, engine)
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}

async function arrive(engine: Engine, intent: Intent, missing: readonly string[]): Promise<Applied> {
  const state = stateOf(engine)
  const phase = state.plan.phases[phaseOf(state)]
  const readings = intent.move === 'advance' && phase ? await readMetrics(engine, phase) : {}
  const { clock } = engine
  // What was proven before something was taken back was proven of something else.
  const proven = intent.move === 'advance' ? state.watch : state.watch && unproven(state.watch)
  const watch = begin(state.plan, intent.cursor, proven, readings, { monotonic: clock.monotonic(), domain: clock.domain, now: clock.now() })
  await record(engine, { type: 'arrived', intent: intent.seq, missing, watch }, intent, async (work) => work())
  return stateOf(engine).intent?.seq === intent.seq ? 'superseded' : 'arrived'
}

function unproven(watch: Watch): Watch {
  const { comparison: _, ...rest } = withoutSingles(watch)
  return { ...rest, criteria: {} }
}

/** Appends unless the intent is no longer the newest or somebody has recorded the same already. */
async function record(
  engine: Engine,
  fact: Extract<Fact, { type: 'applied' | 'refused' | 'arrived' }>,
  intent: Intent,
  queue: Queue,
): Promise<void> {
  await queue(async () =>
    insist(async () => {
      const open = stateOf(engine).intent
      if (open?.seq !== intent.seq) return
      if (fact.type !== 'arrived' && isKnown(fact, open.targets[fact.target])) return
      engine.tell(await engine.writer.append(fact, engine.signature))
    }),
  )
}

function isKnown(fact: Extract<Fact, { type: 'applied' | 'refused' }>, progress: Progress | undefined): boolean {
  if (fact.type === 'applied') return progress?.is === 'applied'
  return progress?.is === 'refused' && progress.error === fact.error
}

/** Targets are written side by side, but the journal has one writer: its work is done one after another. */
type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>

function inTurn(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}
