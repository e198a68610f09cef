import type { Failure } from '../core/values/failure.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { environment } from '../core/plan/environment.ts'
import { concernedBy } from '../core/policy/concerned.ts'
import { defaultsOf, type Exposures } from '../core/plan/plan.ts'
import { exposuresAfter } from '../core/plan/steps.ts'
import { adoptedOn } from '../core/journal/adopted.ts'
import { notableMarks } from '../core/journal/fence.ts'
import { identityOf } from '../core/journal/identity.ts'
import type { Fence, Words } from '../core/ports.ts'
import { TOMBSTONE } from '../core/toggle/mark.ts'
import type { Intent, State } from '../core/journal/state.ts'
import { stateOf, type Engine } from './engine.ts'
import { backoff, retryOnConflict, retryWhileUnreachable, WRITE_ATTEMPTS } from './retry.ts'
import { tryWriting } from './write-verified.ts'
import { join } from './join.ts'
import { marksOn } from './marked.ts'
import type { SharedJournal } from './shared-journal.ts'

/**
 * Writes an intent to one target; resolves to what went wrong, undefined when the target now holds it,
 * and `superseded` when there is a newer intent. Where something of this one was `sent` before the newer one came, that
 * is put right: what failed may have been written all the same.
 */
export async function deliver(
  engine: Engine,
  intent: Intent,
  target: OpenTarget,
  shared: SharedJournal,
  sent: boolean,
): Promise<Failure | 'superseded' | undefined> {
  const held = await known(engine, intent, target, sent)
  // A break-glass that was adopted is gone over once, by who made the step: one that comes later looks the same.
  const isFirst = !sent && intent.seq === engine.writer.made
  const look = async (): Promise<Aim> => aim(engine, target, shared, isFirst)
  const aimed = sent ? await retryWhileUnreachable(engine, look) : await look()
  const isOvertaken = aimed.fence.epoch !== intent.seq
  if (isOvertaken && !sent) return 'superseded'
  const failure = isOvertaken ? undefined : await attempt(engine, target, aimed, held)
  const isNewest = !isOvertaken && (await retryWhileUnreachable(engine, async () => isStill(engine, intent.seq, shared)))
  // After SIGTERM a write of this process may still be in flight, and only this process knows: repair the target first.
  if (!isNewest) await heal({ ...engine, signal: new AbortController().signal }, target, shared)
  engine.signal.throwIfAborted()
  return isNewest ? failure : 'superseded'
}

/** What the newest intent wants of a target, and the fence to write it with. */
interface Aim {
  readonly exposures: Exposures
  readonly fence: Fence
}

/**
 * Asks the target before the journal: what it holds of this rollout is then older than the answer, unless the journal
 * was restored from a backup. A retreat goes over that.
 */
async function aim(engine: Engine, target: OpenTarget, { refresh }: SharedJournal, isFirst = false): Promise<Aim> {
  const marks = isRetreat(stateOf(engine)) ? await marksOn(target, engine.signal) : []
  await refresh()
  const state = stateOf(engine)
  const { plan, intent, baseline, exposures: reached, epoch, missing } = state
  const exposures = intent?.exposures ?? reached
  const identity = identityOf(state)
  const isReset = Object.entries(defaultsOf(plan)).every(([name, exposure]) => exposures[name] === exposure)
  const unknown = notableMarks(marks, { identity, epoch }).flatMap(({ is, mark }) => (is === 'newer' ? [mark.epoch] : []))
  const adopted = adoptedOn(state, target.name).flatMap((mark) => (mark.epoch === TOMBSTONE && !isFirst ? [] : [mark.epoch]))
  const over = [...(isReset ? [TOMBSTONE] : []), ...(isRetreat(state) ? unknown : []), ...adopted]
  const held = (at: Exposures): Words => environment(plan, target.name, { exposures: at, baseline })
  const isDoubted = (intent?.doubted ?? missing).includes(target.name)
  const isMarked = isMoved(held(baseline), held(reached)) && !isDoubted
  const isNews = isMoved(held(reached), held(exposures)) || isDoubted
  return { exposures, fence: { identity, epoch, over, isMarked, isNews } }
}

/** The newest intent takes something back. */
function isRetreat({ stopped, epoch }: State): boolean {
  return stopped?.seq === epoch
}

/**
 * Returns what a target is known to hold, so that only the rest is sent. By the journal, before the first attempt at an intent of
 * this process. Where an older intent was not confirmed: all but the words that the move is about, which are sent without a
 * look; the read-back finds the others. Later by looking. A place that holds the number of the change must be given it
 * with every word that is in doubt. Undefined where nobody knows.
 */
async function known(engine: Engine, intent: Intent, target: OpenTarget, sent: boolean): Promise<Words | undefined> {
  const { plan, baseline, exposures } = stateOf(engine)
  const wanted = environment(plan, target.name, { exposures: intent.exposures, baseline })
  const isSure = !sent && intent.seq === engine.writer.made && !intent.doubted.includes(target.name)
  const before = environment(plan, target.name, { exposures, baseline })
  if (isSure && isMoved(before, wanted)) return before
  if (target.settle === 0) return undefined
  const urgent = urgentIn(stateOf(engine), target.name, intent.exposures)
  if (!sent && urgent.size > 0) return Object.fromEntries(Object.entries(wanted).filter(([variable]) => !urgent.has(variable)))
  return target.read(Object.keys(wanted), engine.signal).catch(() => undefined)
}

function isMoved(before: Words, wanted: Words): boolean {
  return Object.entries(wanted).some(([variable, word]) => before[variable] !== word)
}

async function isStill(engine: Engine, epoch: number, { refresh }: SharedJournal): Promise<boolean> {
  await refresh()
  return stateOf(engine).epoch === epoch
}

/**
 * Puts back what the newest intent says after an older one was written over it. Where that cannot be done a
 * rollback is made durable once more, so that it is not taken for done.
 */
async function heal(engine: Engine, target: OpenTarget, shared: SharedJournal): Promise<void> {
  let hasSettled = false
  for (let nth = 1; nth <= WRITE_ATTEMPTS; nth += 1) {
    const aimed = await retryWhileUnreachable(engine, async () => aim(engine, target, shared))
    await shared.exclusive(async () => retryWhileUnreachable(engine, async () => join(engine, [target])))
    const failure = await attempt(engine, target, aimed)
    const isHealed = (await retryWhileUnreachable(engine, async () => isStill(engine, aimed.fence.epoch, shared))) && failure === undefined
    if (isHealed && (hasSettled || target.settle === 0)) return
    // What this process sent before may be under way still, and nobody else knows of it.
    await engine.clock.sleep(isHealed ? target.settle : backoff(nth), engine.signal)
    hasSettled ||= isHealed
  }
  await shared.exclusive(async () =>
    retryOnConflict(async () => {
      const { status, intent, cursor, exposures } = stateOf(engine)
      if (status !== 'rolled back') return
      const why = { code: 'drift', text: `${target.name} was written late by an older command and could not be put back` } as const
      const again = { cursor: intent?.cursor ?? cursor, exposures: intent?.exposures ?? exposures }
      const targets = concernedBy(stateOf(engine), again.exposures, [target.name])
      await engine.writer.append({ type: 'intended', move: 'rollback', ...again, targets, why }, engine.signature)
    }),
  )
}

/** Writes and reads back; resolves to what went wrong, undefined when nothing did. */
async function attempt(engine: Engine, target: OpenTarget, { exposures, fence }: Aim, held?: Words): Promise<Failure | undefined> {
  return tryWriting(target, urgentFirst(stateOf(engine), target.name, exposures), fence, engine, held)
}

/** Returns the words of a target, those that the move is about first: where they go one by one it may not come to all. */
function urgentFirst(state: State, target: string, exposures: Exposures): { readonly [variable: string]: string } {
  const all = environment(state.plan, target, { exposures, baseline: state.baseline })
  const words = Object.entries(all)
  if (words.length < 2) return all
  const urgent = urgentIn(state, target, exposures)
  return Object.fromEntries([...words.filter(([variable]) => urgent.has(variable)), ...words.filter(([variable]) => !urgent.has(variable))])
}

/** Returns the variables that the newest move is about: their word is another at the step that it takes back, or leaves. */
function urgentIn({ plan, baseline, intent, ...state }: State, target: string, exposures: Exposures): ReadonlySet<string> {
  const isRetreat = intent !== undefined && intent.move !== 'advance'
  const other = isRetreat ? exposuresAfter(plan, baseline, intent.from + 1) : state.exposures
  const there = environment(plan, target, { exposures: other, baseline })
  const words = Object.entries(environment(plan, target, { exposures, baseline }))
  return new Set(words.flatMap(([variable, word]) => (there[variable] === word ? [] : [variable])))
}
