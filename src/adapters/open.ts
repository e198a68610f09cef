import { RolloutError } from '../core/values/errors.ts'
import { ofInstance } from '../core/plan/instances.ts'
import type { Advice, LastAnswered, Past, SharedPoll, Server, Span } from '../core/ports.ts'
import { Unreadable, type Measured, type Reading } from '../core/values/reading.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Metric } from '../core/plan/metric.ts'
import type { Plan, Target } from '../core/plan/plan.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import { REAL, withDeadline, withTimedController } from './deadline.ts'
import { spread } from './instances.ts'
import type { OpenTarget } from './open-target.ts'
import { plainLine } from './plain.ts'
import { prepare } from './prepare.ts'
import { recalled } from './recall.ts'
import { importAdapter } from './registry.ts'
import { linesByHand } from './by-hand.ts'
import type { Lender } from './lender.ts'
import { samePlaces } from './places.ts'
import { refuseUnnamed } from './refuse-unnamed.ts'
import { refusingTarget } from './refusing-target.ts'
import { inUnit } from './measure/in-unit.ts'
import { checkMeasured } from './measure/sound.ts'

export type { OpenTarget } from './open-target.ts'

/** For adapters that do not say: the deadline most of them have. */
const SETTLE: Duration = 10_000
const DEADLINE: Duration = 30_000
/** A rollback does without what a file of the user's own lacks or answers amiss. */
const SPARES = ['byHand', 'settle', 'lag', 'deadline', 'effect', 'asked', 'refuses', 'advise']
/** So that what an adapter says of its own deadline comes first. */
const MOMENT: Duration = 500

/** A metric of the plan, ready to be read. Reading never throws. */
export interface OpenMetric {
  readonly name: string
  read(signal: AbortSignal, poll?: SharedPoll): Promise<Reading>
  /** Yields what it read in the past, where its source remembers. Throws what is wrong, fit to be shown. */
  readonly history?: (span: Span, signal: AbortSignal) => AsyncIterable<Past>
  /** The server it asks, whose clock counts. */
  readonly asks?: Server | undefined
  /** Reads when toggles were last answered, where its source can tell. */
  readonly lastAnswered?: (signal: AbortSignal) => Promise<readonly LastAnswered[]>
  /** Rows of `doctor` about its options. */
  readonly advice?: readonly Advice[]
}

/**
 * Finds the adapters of all targets. Throws `config` where options do not fit, references unresolved included. One that
 * stands in the journal alone refuses every call.
 */
export async function openTargets(plan: Pick<Plan, 'targets' | 'toggles'>, lender: Lender): Promise<readonly OpenTarget[]> {
  return Promise.all(Object.keys(plan.targets).map((name) => openTarget(name, plan, lender)))
}

/**
 * Finds the adapters of all targets for a rollback, which goes on whatever is wrong with one of them: a target whose
 * options or file do not fit any more refuses every call with the reason, and one that only cannot say what to type works. One
 * that was edited in the plan file and still writes to the same places is opened as it stands there.
 */
export async function openTargetsAnyway(plan: Pick<Plan, 'targets' | 'toggles'>, lender: Lender): Promise<readonly OpenTarget[]> {
  return Promise.all(
    Object.keys(plan.targets).map(async (name) => {
      try {
        return await openTarget(name, plan, lender, SPARES)
      } catch (thrown) {
        if (!(thrown instanceof RolloutError)) throw thrown
        return refusingTarget(name, thrown)
      }
    }),
  )
}

/** Finds the adapters of the named metrics. Throws `config` where options do not fit. */
export async function openMetrics(plan: Pick<Plan, 'metrics'>, names: readonly string[], lender: Lender): Promise<readonly OpenMetric[]> {
  const known = names.flatMap((name) => {
    const metric = plan.metrics[name]
    return metric ? [[name, metric] as const] : []
  })
  return Promise.all(known.map(([name, metric]) => openMetric(name, metric, lender)))
}

async function openTarget(
  name: string,
  plan: Pick<Plan, 'targets' | 'toggles'>,
  lender: Lender,
  spares: readonly string[] = [],
): Promise<OpenTarget> {
  const used = plan.targets[name]
  if (!used) throw new RolloutError('config', { message: `there is no target "${name}"` })
  const refusal = await refuseUnnamed('targets', name, used, lender)
  const edited = refusal && spares.length > 0 ? await samePlaces(plan, name, lender) : undefined
  if (refusal && !edited) return refusingTarget(name, refusal)
  const { use, instances, options } = edited ?? used
  if (!instances) return openOne(name, { use, options }, lender, spares)
  const each = instances.map(async (instance) => {
    const open = await openOne(name, { use, options: ofInstance(options, instance) }, lender, spares)
    return [instance, open] as const
  })
  return spread(plan, name, new Map(await Promise.all(each)))
}

async function openOne(name: string, { use, options: raw }: Target, lender: Lender, spares: readonly string[]): Promise<OpenTarget> {
  const adapter = await importAdapter('targets', use, lender.folder, spares)
  const { options, redact } = await prepare(`targets.${name}`, adapter.options, raw, lender)
  const hidden = async <Result>(work: Promise<Result>): Promise<Result> => work.catch((thrown: unknown) => Promise.reject(redact(thrown)))
  const deadline = (variables: number): Duration => adapter.deadline?.(options, variables) ?? DEADLINE
  /** An adapter that does not come to an end by itself is given up, a moment after it should have. */
  const ended = async <Result>(limit: Duration, signal: AbortSignal, work: (ending: Ending) => Promise<Result>): Promise<Result> =>
    hidden(withTimedController(lender.clock, limit + MOMENT, signal, work))
  return {
    name,
    read: async (variables, signal) =>
      ended(deadline(variables.length), signal, async (ending) => adapter.read(options, variables, lent(lender, ending))),
    write: async (words, fence, signal, held) => {
      const known = held && { held }
      const write = async (ending: Ending): Promise<void> => adapter.write(options, words, lent({ ...lender, ...fence, ...known }, ending))
      await ended(deadline(Object.keys(words).length), signal, write)
    },
    marks: async (signal) => ended(deadline(1), signal, async (ending) => adapter.marks?.(options, lent(lender, ending)) ?? []),
    settle: adapter.settle?.(options) ?? SETTLE,
    lag: adapter.lag?.(options) ?? SETTLE,
    deadline,
    shown: redact.text,
    byHand: (words, fence) => linesByHand(() => adapter.byHand(options, words, fence), words).map((line) => redact.text(line)),
    refuses: (variable, word) => adapter.refuses?.(options, variable, word),
    probe: async (signal) => (await hidden(Promise.resolve(adapter.probe?.(options, { ...lender, signal })))) ?? [],
    ...(adapter.holds && {
      holds: async (signal) => ended(deadline(1), signal, async (ending) => adapter.holds?.(options, lent(lender, ending)) ?? {}),
    }),
    ...(adapter.effect && { effect: adapter.effect(options) }),
    ...(adapter.asked && { asked: adapter.asked(options) }),
    ...(adapter.advise && { advise: (ids) => adapter.advise?.(options, ids) ?? [] }),
  }
}

type Ending = Pick<AbortController, 'signal'>

/** What to do about a failure stands beside it once, and not in every line that names it. */
function hintOf(thrown: unknown): string | undefined {
  return thrown instanceof Unreadable && thrown.cause instanceof RolloutError ? thrown.cause.problems[0]?.hint : undefined
}

/** Lends to one call. A file is mostly read and written without a signal: it is made when it is asked for. */
function lent<Rest extends object>(rest: Rest, ending: Ending): Rest & Ending {
  return {
    ...rest,
    get signal() {
      return ending.signal
    },
  }
}

async function openMetric(name: string, metric: Metric, lender: Lender): Promise<OpenMetric> {
  const refusal = await refuseUnnamed('metrics', name, metric, lender)
  if (refusal) return { name, read: async () => ({ is: 'missing', reason: 'unreachable', detail: refusal.message }) }
  const adapter = await importAdapter('metrics', metric.use, lender.folder)
  const { options, redact } = await prepare(`metrics.${name}`, adapter.options, metric.options, lender)
  const past = adapter.history?.bind(adapter)
  const declared = adapter.measures?.(options)
  const sound = (measured: Measured): Measured => inUnit(checkMeasured(measured, declared), metric)
  const late = (): Unreadable => new Unreadable('timeout', `no answer within ${formatDuration(metric.timeout)}`)
  const recall = async function* (span: Span, signal: AbortSignal): AsyncGenerator<Past> {
    if (!past) return
    try {
      const remembered = past(options, span, { ...lender, signal, timeout: metric.timeout })
      yield* recalled(remembered, signal, sound)
    } catch (thrown) {
      throw redact(thrown)
    }
  }
  return {
    name,
    ...(past && { history: recall }),
    asks: adapter.asks?.(options),
    ...(adapter.lastAnswered && {
      lastAnswered: async (signal) => {
        const asked = async (both: AbortSignal) => adapter.lastAnswered?.(options, { ...lender, signal: both, timeout: metric.timeout })
        return withDeadline(REAL, metric.timeout, signal, async (both) => (await asked(both)) ?? [], late).catch((thrown: unknown) =>
          Promise.reject(redact(thrown)),
        )
      },
    }),
    advice: adapter.advise?.(options) ?? [],
    read: async (signal, poll) => {
      const shown = (text: string): string => plainLine(redact.text(text))
      try {
        const read = async (both: AbortSignal) =>
          adapter.read(options, { ...lender, signal: both, timeout: metric.timeout, ...(poll && { poll }) })
        return sound(await withDeadline(REAL, metric.timeout, signal, read, late))
      } catch (thrown) {
        const reason = thrown instanceof Unreadable ? thrown.reason : 'unreachable'
        const hint = hintOf(thrown)
        return { is: 'missing', reason, detail: shown(messageOf(thrown)), ...(hint !== undefined && { hint: shown(hint) }) }
      }
    },
  }
}
