import { defined } from '../core/values/defined.ts'
import type { Failure } from '../core/values/failure.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/plan/environment.ts'
import { currentPhase } from '../core/policy/destination.ts'
import { canDoWithout, provenBy, unconfirmed, type Intent, type State } from '../core/journal/state.ts'
import type { Plan } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { beginWatch } from '../core/judge/watch.ts'
import { deliver } from './deliver.ts'
import type { UnreadableTarget } from './drift.ts'
import { stateOf, type Engine } from './engine.ts'
import { join } from './join.ts'
import { readMetrics } from './metrics.ts'
import { openConfirmations, openSharedJournal, recordOfIntent, type SharedJournal } from './shared-journal.ts'
import { watchTick } from './watch-tick.ts'
import { backoff, retry, WRITE_ATTEMPTS } from './retry.ts'
import type { Duration } from '../core/values/units.ts'

/** What came of an attempt to bring every target to the newest intent. */
export type Applied = 'arrived' | 'partial' | 'superseded'

/** After this long no further attempt is begun: a rollback must come to an end. */
const PATIENCE = 20_000
/** Variables that one toggle may be: its word, who gets it, who never does, and a segment. */
const VARIABLES = 4

/**
 * Brings every target to the unfinished intent, in parallel, and appends `applied`,
 * `refused` and at last `arrived`. Safe to repeat after a crash at any point. Those that are `unseen` are refused without a
 * write: they may hold what somebody else has put there.
 */
export async function apply(engine: Engine, intent: Intent, unseen: readonly UnreadableTarget[] = []): Promise<Applied> {
  const left = new Set(unconfirmed(intent))
  const pending = engine.targets.filter(({ name }) => left.has(name))
  const shared = openSharedJournal(engine)
  // The process that made it may be writing it still.
  if (intent.seq !== engine.writer.made) await join(engine, pending)
  const confirm = openConfirmations(engine, intent, shared)
  // All of them come to an end before anything else begins, even when one cannot go on.
  const ended = await Promise.allSettled(
    pending.map(async (target) => {
      const blind = unseen.find((each) => each.target === target.name)
      if (!blind) return applyOne(engine, intent, target, shared, confirm)
      return shared.exclusive(async () =>
        refuse(engine, intent, target.name, defined({ error: `cannot be read: ${blind.error}`, hint: blind.hint })),
      )
    }),
  )
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  await engine.writer.refresh()
  const state = stateOf(engine)
  if (state.intent?.seq !== intent.seq) return endOf(state, intent)
  const missing = unconfirmed(state.intent)
  if (!canDoWithout(state.plan, intent, missing)) return 'partial'
  return arrive(engine, intent, missing)
}

/** Returns the lines a person would type for the targets that have not confirmed. */
export function byHand(
  engine: Pick<Engine, 'targets'>,
  state: State,
): readonly { readonly target: string; readonly lines: readonly string[] }[] {
  const { intent } = state
  if (!intent) return []
  const left = new Set(unconfirmed(intent))
  const open = engine.targets.filter(({ name }) => left.has(name))
  return open.map((target) => ({
    target: target.name,
    // Of a thousand targets most are only counted.
    get lines() {
      return target.byHand(environment(state.plan, target.name, { ...state, exposures: intent.exposures }), { epoch: intent.seq })
    },
  }))
}

/**
 * Returns how long `apply` takes at most: the last attempt at the slowest target begins as the patience ends, asks for the
 * number that it holds, writes, and looks until what was written must be seen.
 */
export function longestApply(plan: Plan, targets: readonly OpenTarget[]): Duration {
  const lasts = targets.map((target) => {
    const call = target.deadline(VARIABLES * togglesOf(plan, target.name).length)
    return target.deadline(1) + 3 * call + target.lag
  })
  return PATIENCE + Math.max(0, ...lasts)
}

async function applyOne(
  engine: Engine,
  intent: Intent,
  target: OpenTarget,
  shared: SharedJournal,
  confirm: ReturnType<typeof openConfirmations>,
): Promise<void> {
  const began = engine.clock.monotonic()
  const isLast = (attempt: number): boolean => attempt === WRITE_ATTEMPTS || engine.clock.monotonic() - began > PATIENCE
  const { came, attempt } = await retry(
    engine,
    async (nth) => ({ came: await deliver(engine, intent, target, shared, nth > 1), attempt: nth }),
    (tried, nth) => {
      if (tried.came === undefined || tried.came === 'superseded' || isLast(nth)) return undefined
      return backoff(nth) * (0.5 + engine.random())
    },
  )
  if (came === 'superseded') return
  if (came === undefined) return confirm({ target: target.name, isUnheard: attempt > 1 })
  await shared.exclusive(async () => refuse(engine, intent, target.name, came))
}

async function arrive(engine: Engine, intent: Intent, missing: readonly string[]): Promise<Applied> {
  const state = stateOf(engine)
  const phase = currentPhase(state)
  const readings = intent.move === 'advance' && phase ? await readMetrics(engine, phase) : {}
  await recordOfIntent(engine, intent.seq, () => {
    // Somebody else may have observed while the metrics were read.
    const { plan, watch: before } = stateOf(engine)
    const watch = beginWatch(plan, intent.cursor, provenBy(intent.move, before), readings, watchTick(engine))
    return { type: 'arrived', intent: intent.seq, missing, watch }
  })
  return endOf(stateOf(engine), intent)
}

/** Returns what became of an intent, whoever has finished it: a controller may be at it as well. */
function endOf({ intent: open, epoch }: State, { seq }: Intent): Applied {
  return epoch === seq && open === undefined ? 'arrived' : 'superseded'
}

async function refuse(engine: Engine, { seq }: Intent, target: string, failure: Failure): Promise<void> {
  await recordOfIntent(engine, seq, ({ targets }) => {
    const known = targets[target]
    return known?.is === 'refused' && known.error === failure.error ? undefined : { type: 'refused', intent: seq, target, ...failure }
  })
}
